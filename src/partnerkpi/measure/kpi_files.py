"""KPI files: a comment header and one SELECT, read and checked before any data."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.errors import KpiFileError
from partnerkpi.models.kpi import UNITS, Counted, Domain, Grain, Kpi, KpiSetting
from partnerkpi.models.school_year import Window

_HEADER = re.compile(r"--\s(?P<key>[a-z_]+):\s+(?P<text>.*)")
_CONTINUED = re.compile(r"--\s{3,}(?P<text>\S.*)")
_SETTING = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)\s*=\s*(?P<default>-?\d+(\.\d+)?)\s*\((?P<meaning>.+)\)")
_REQUIRED = ("name", "domain", "unit", "better", "window", "definition", "source")
_KEYS = (*_REQUIRED, "setting", "grain", "counted", "aloud")
KPI_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
LONGEST_NAME = 60
LONGEST_ALOUD = 80


def kpi_paths(workspace: Path | None) -> dict[str, Path]:
    """Every KPI file by id; a workspace's own file stands in for a shipped one of the same name."""
    return assets.files("queries/kpis", ".sql", workspace)


def read_sql(path: Path) -> str:
    """The text of a query file without a closing semicolon, so that it can stand inside another query.

    Raises KpiFileError when the file is not UTF-8.
    """
    try:
        return path.read_text("utf-8").rstrip().removesuffix(";").rstrip() + "\n"
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise broken(path, line, "it is not UTF-8 text") from None


def read_kpi(path: Path, *, origin: str) -> Kpi:
    """One KPI file; raises KpiFileError, with the line, when its header breaks the contract."""
    sql = read_sql(path)
    header = read_header(path, sql, _KEYS)
    for key in _REQUIRED:
        if not header.get(key, [(1, "")])[0][1]:
            raise broken(path, 1, f'the header lacks "{key}"')
    if len(_one(header, "name")) > LONGEST_NAME:
        raise broken(path, header["name"][0][0], f"a name has at most {LONGEST_NAME} characters")
    if not KPI_ID.fullmatch(path.stem):
        raise broken(path, 1, "the file name is not a KPI id: small letters, digits and _")
    return Kpi(
        id=path.stem,
        name=_one(header, "name"),
        domain=Domain(_word(path, header, "domain", [domain.value for domain in Domain])),
        unit=_word(path, header, "unit", list(UNITS)),
        better=_word(path, header, "better", ["higher", "lower"]),
        window=Window(_word(path, header, "window", [window.value for window in Window])),
        grain=Grain(_word(path, header, "grain", list(Grain)) if "grain" in header else "student"),
        counted=Counted(_word(path, header, "counted", list(Counted)) if "counted" in header else "members"),
        definition=_one(header, "definition"),
        source=_one(header, "source"),
        settings=read_settings(path, header.get("setting", [])),
        sql=sql,
        path=path,
        origin=origin,
        aloud=_aloud(path, header),
    )


def read_header(path: Path, sql: str, keys: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Each key of a query file's header with its texts and their lines; continued lines are joined.

    Raises KpiFileError for a key that is not among `keys`, or that stands there twice (but `setting`).
    """
    header: dict[str, list[tuple[int, str]]] = {}
    key = ""
    for number, line in enumerate(sql.splitlines(), start=1):
        if not line.startswith("--"):
            break
        if match := _HEADER.fullmatch(line):
            key = match["key"]
            if key not in keys:
                raise broken(path, number, f'"{key}" is not a known header key{nearest(key, list(keys))}')
            if key in header and key != "setting":
                raise broken(path, number, f'"{key}" stands in the header twice')
            header.setdefault(key, []).append((number, match["text"].strip()))
        elif (match := _CONTINUED.fullmatch(line)) and key:
            begun, text = header[key][-1]
            header[key][-1] = (begun, f"{text} {match['text'].strip()}")
        else:
            raise broken(path, number, "this header line is neither `-- key: text` nor the text continued")
    return header


def _one(header: Mapping[str, list[tuple[int, str]]], key: str) -> str:
    return header[key][0][1]


def _aloud(path: Path, header: Mapping[str, list[tuple[int, str]]]) -> str:
    """The sentence a figure is read aloud in; "" without one."""
    line, text = header.get("aloud", [(1, "")])[0]
    if not text:
        return ""
    if re.findall(r"\{[^}]*\}?|\}", text) != ["{figure}"]:
        raise broken(path, line, "aloud is a sentence with {figure} in it once")
    if len(text) > LONGEST_ALOUD or text.endswith("."):
        raise broken(path, line, f"aloud has at most {LONGEST_ALOUD} characters and no full stop at its end")
    return text


def _word(path: Path, header: Mapping[str, list[tuple[int, str]]], key: str, known: list[str]) -> str:
    line, text = header[key][0]
    if text not in known:
        raise broken(path, line, f'{key} "{text}" is not known{nearest(text, known)}')
    return text


def read_settings(path: Path, written: list[tuple[int, str]]) -> tuple[KpiSetting, ...]:
    """The settings a header declares; raises KpiFileError for one that is written wrongly, or twice."""
    settings: dict[str, KpiSetting] = {}
    for line, text in written:
        setting = _setting(path, line, text)
        if setting.name in settings:
            raise broken(path, line, f"the setting {setting.name} is declared twice")
        settings[setting.name] = setting
    return tuple(settings.values())


def _setting(path: Path, line: int, text: str) -> KpiSetting:
    match = _SETTING.fullmatch(text)
    if match is None:
        raise broken(path, line, "a setting is written `name = number (what it means)`")
    return KpiSetting(match["name"], float(match["default"]), match["meaning"])


def broken(path: Path, line: int, why: str) -> KpiFileError:
    """A KPI or mart file breaks the contract, in three lines."""
    return KpiFileError(
        f"This query file breaks the contract: {why}.",
        where=f"{path}, line {line}",
        now="Correct the file; docs/kpi-files.md says what one may hold, and `partnerkpi kpi check` looks again.",
    )


def blamed_id(error: KpiFileError) -> str:
    """The id of the KPI whose file an error is about."""
    return Path(error.where.rpartition(", line ")[0]).stem
