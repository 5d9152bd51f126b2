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


def read_checks(workspace: Workspace) -> tuple[Check, ...]:
    """Every check that is not off, in order of name, with the district's severities and settings.

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
    wanted = {name: path for name, path in paths.items() if severities.get(name) != "off"}
    return tuple(_read(workspace, path, severities.get(name)) for name, path in wanted.items())


def _read(workspace: Workspace, path: Path, severity: str | None) -> Check:
    """One file; `severity` is the district's, if it has one for it."""
    sql = read_sql(path)
    header = read_header(path, sql, (*_REQUIRED, "setting"))
    texts = {key: header[key][0][1] for key in _REQUIRED if key in header}
    if set(texts) != set(_REQUIRED) or texts["severity"] not in SEVERITIES:
        raise broken(path, 1, "the header of a check has name, severity (warning or error) and advice")
    defaults = {setting.name: setting.default for setting in read_settings(path, header.get("setting", []))}
    used = one_select(path, sql)
    if wrong := (used - {TODAY}) ^ set(defaults):
        raise broken(path, 1, f"not both used and declared as a setting: {', '.join(sorted(wrong))}")
    portable(path, sql)
    return Check(
        id=path.stem,
        name=texts["name"],
        severity=severity or texts["severity"],
        advice=texts["advice"],
        values={**defaults, **check_settings(workspace, path.stem, defaults)},
        asks_the_day=TODAY in used,
        sql=sql,
        path=path,
    )
