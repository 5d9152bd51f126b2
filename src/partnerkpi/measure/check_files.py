"""Check files: a comment header and one SELECT, with what the district has said about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import SETTINGS_FILE, Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.measure.catalogue import one_select, portable
from partnerkpi.measure.kpi_files import broken, read_header, read_settings, read_sql
from partnerkpi.measure.settings import check_settings

SEVERITIES = ("warning", "error")
TODAY = "today"
_REQUIRED = ("name", "severity", "advice")
_Header = dict[str, list[tuple[int, str]]]


@dataclass(frozen=True)
class Check:
    """One check file. `severity` is the one in force, `values` are its settings'; `asks_the_day`: it uses $today."""

    id: str
    name: str
    severity: str
    advice: str
    values: Mapping[str, float]
    asks_the_day: bool
    sql: str
    path: Path


def read_checks(workspace: Workspace, severity: str = "") -> tuple[Check, ...]:
    """Every check that is not off (or of one severity), in order of name, with the district's severities and settings.

    Raises KpiFileError for a file that breaks the contract, ConfigurationError for a check or a setting that
    partnerkpi.toml names and no file declares.
    """
    paths = assets.files("queries/checks", ".sql", workspace.root)
    severities: Mapping[str, str] = workspace.settings.checks
    for name in severities:
        if name not in paths:
            raise ConfigurationError(
                f"[checks] {name} is not a data check{nearest(name, list(paths))}.",
                where=str(workspace.root / SETTINGS_FILE),
                now="Name one of the files in queries/checks; docs/checks.md lists them.",
            )
    found = []
    for name, path in paths.items():
        if severities.get(name) == "off":
            continue
        header, sql = _read(path)
        in_force = severities.get(name) or _text(header, "severity")
        if severity in ("", in_force):
            found.append(_checked(workspace, path, header, sql, in_force))
    return tuple(found)


def _read(path: Path) -> tuple[_Header, str]:
    """The header of a file, and all of it."""
    sql = read_sql(path)
    header = read_header(path, sql, (*_REQUIRED, "setting"))
    if not header.keys() >= set(_REQUIRED) or _text(header, "severity") not in SEVERITIES:
        raise broken(path, 1, "the header of a check has name, severity (warning or error) and advice")
    return header, sql


def _text(header: _Header, key: str) -> str:
    return header[key][0][1]


def _checked(workspace: Workspace, path: Path, header: _Header, sql: str, severity: str) -> Check:
    defaults = {setting.name: setting.default for setting in read_settings(path, header.get("setting", []))}
    used = one_select(path, sql)
    if wrong := (used - {TODAY}) ^ set(defaults):
        raise broken(path, 1, f"not both used and declared as a setting: {', '.join(sorted(wrong))}")
    portable(path, sql)
    return Check(
        id=path.stem,
        name=_text(header, "name"),
        severity=severity,
        advice=_text(header, "advice"),
        values={**defaults, **check_settings(workspace, path.stem, defaults)},
        asks_the_day=TODAY in used,
        sql=sql,
        path=path,
    )
