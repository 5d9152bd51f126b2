"""The numbers a district has set for its KPIs and checks, held against what their files declare."""

from collections.abc import Collection, Mapping

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.measure.catalogue import Catalogue
from partnerkpi.measure.kpi_files import blamed_id


def kpi_settings(workspace: Workspace, catalogue: Catalogue) -> dict[str, dict[str, float]]:
    """The workspace's own KPI settings; raises ConfigurationError for a KPI or setting nobody declares."""
    declared = {kpi.id: [setting.name for setting in kpi.settings] for kpi in catalogue.kpis}
    broken = {blamed_id(error) for error in catalogue.broken}
    checks = assets.files("queries/checks", ".sql", workspace.root)
    wanted = {name: values for name, values in workspace.settings.settings.items() if name not in {*broken, *checks}}
    return {name: _numbers(workspace, name, values, declared.get(name, ())) for name, values in wanted.items()}


def check_settings(workspace: Workspace, check: str, declared: Collection[str]) -> dict[str, float]:
    """The workspace's own settings of one check; raises ConfigurationError for a setting it does not declare."""
    return _numbers(workspace, check, workspace.settings.settings.get(check, {}), declared)


def _numbers(
    workspace: Workspace, owner: str, values: Mapping[str, float | str], declared: Collection[str]
) -> dict[str, float]:
    checked = {}
    for name, value in values.items():
        if name not in declared or not isinstance(value, int | float):
            raise ConfigurationError(
                f"[settings.{owner}] {name} is not a number that a KPI or a check of this name declares.",
                where=str(workspace.root / "partnerkpi.toml"),
                now=f"`partnerkpi kpi show {owner}` lists the settings of a KPI, docs/checks.md those of a check.",
            )
        checked[name] = value
    return checked
