"""The numbers a district has set for its KPIs and checks, held against what their files declare."""

from collections.abc import Collection, Mapping

from partnerkpi import assets
from partnerkpi.config.settings import SettingFrom, SettingValue
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.measure.catalogue import Catalogue
from partnerkpi.measure.kpi_files import blamed_id
from partnerkpi.models.dated import Dated, Number, in_force
from partnerkpi.models.kpi import Kpi


def kpi_settings(workspace: Workspace, catalogue: Catalogue) -> dict[str, dict[str, Number]]:
    """The workspace's own KPI settings; raises ConfigurationError for a KPI or setting nobody declares."""
    declared = {kpi.id: [setting.name for setting in kpi.settings] for kpi in catalogue.kpis}
    broken = {blamed_id(error) for error in catalogue.broken}
    checks = assets.files("queries/checks", ".sql", workspace.root)
    wanted = {name: values for name, values in workspace.settings.settings.items() if name not in {*broken, *checks}}
    defaults = {kpi.id: {setting.name: setting.default for setting in kpi.settings} for kpi in catalogue.kpis}
    return {
        name: _numbers(workspace, name, values, declared.get(name, ()), defaults.get(name, {}))
        for name, values in wanted.items()
    }


def check_settings(workspace: Workspace, check: str, declared: Collection[str]) -> dict[str, float]:
    """The workspace's own settings of one check; raises ConfigurationError for a setting it does not declare."""
    values = _numbers(workspace, check, workspace.settings.settings.get(check, {}), declared, {})
    return {name: in_force(value, None) for name, value in values.items()}


def _numbers(
    workspace: Workspace,
    owner: str,
    values: Mapping[str, SettingValue],
    declared: Collection[str],
    defaults: Mapping[str, float],
) -> dict[str, Number]:
    checked: dict[str, Number] = {}
    for name, value in values.items():
        if name not in declared or isinstance(value, str):
            raise ConfigurationError(
                f"[settings.{owner}] {name} is not a number that a KPI or a check of this name declares.",
                where=str(workspace.root / "partnerkpi.toml"),
                now=f"`partnerkpi kpi show {owner}` lists the settings of a KPI, docs/checks.md those of a check.",
            )
        checked[name] = _dated(workspace, owner, value, defaults.get(name)) if isinstance(value, list) else value
    return checked


def _dated(workspace: Workspace, owner: str, steps: list[SettingFrom], default: float | None) -> Dated:
    """What changes from a quarter on; before the first of them the file's own default is in force."""
    calendar, found = workspace.settings.calendar(), []
    for step in steps:
        quarter = calendar.quarter(step.first) if step.first else None
        if step.first and quarter is None:
            raise ConfigurationError(
                f'[settings.{owner}] from = "{step.first}" is not a quarter of a school year that is described.',
                where=str(workspace.root / "partnerkpi.toml"),
                now=f'Write a quarter such as "{calendar.quarters[0].label}".',
            )
        found.append((quarter.quarter_id if quarter else 0, float(step.value)))
    found.sort()
    if found[0][0] and default is not None:
        found.insert(0, (0, default))
    return Dated(((0, found[0][1]), *found[1:]) if default is None else tuple(found))


def setting_values(kpi: Kpi, settings: Mapping[str, Number], period_id: int | None = None) -> dict[str, float | int]:
    """The settings in force in a period (None: last): the workspace's, else the file's defaults."""
    values = {s.name: in_force(settings.get(s.name, s.default), period_id) for s in kpi.settings}
    return {name: int(value) if value == int(value) else value for name, value in values.items()}
