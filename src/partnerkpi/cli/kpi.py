"""`partnerkpi kpi ...`: the catalogue for people who want to know what a number means."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnerkpi.cli.console import put, put_json, put_table, say, tell
from partnerkpi.cli.kpi_figures import diff, run

if TYPE_CHECKING:
    from partnerkpi.measure.catalogue import Catalogue
    from partnerkpi.models.kpi import Kpi

kpi_app = typer.Typer(help="Look at the KPIs, measure them, and write new ones.", no_args_is_help=True)
WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", metavar="FOLDER", help="The workspace whose own KPIs count too.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `partnerkpi kpi list` names it.")]


def _catalogue(workspace: Path | None) -> "Catalogue":
    """The KPIs of the workspace, if there is one; else those that are shipped."""
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.errors import ConfigurationError
    from partnerkpi.measure.catalogue import load_catalogue

    try:
        root = find_workspace(Path.cwd(), workspace).root
    except ConfigurationError:
        if workspace is not None:
            raise
        root = None
    return load_catalogue(root)


def _described(kpi: "Kpi") -> dict[str, Any]:
    return {
        "id": kpi.id,
        "name": kpi.name,
        "domain": kpi.domain.value,
        "unit": kpi.unit,
        "better": kpi.better,
        "window": kpi.window.value,
        "grain": kpi.grain,
        "definition": kpi.definition,
        "source": kpi.source,
        "origin": kpi.origin,
    }


@kpi_app.command("list")
def list_kpis(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the KPIs. Example: partnerkpi kpi list --json"""
    described = [_described(kpi) for kpi in _catalogue(workspace).kpis]
    if as_json:
        put_json({"kpis": described})
    else:
        put_table(described, {key: key for key in ("id", "name", "domain", "unit", "better", "window", "origin")})


@kpi_app.command()
def show(kpi_id: IdArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Say what a KPI means, with its settings and source. Example: partnerkpi kpi show chronic_absence"""
    kpi = _catalogue(workspace).find(kpi_id)
    settings = [{"name": s.name, "default": s.default, "meaning": s.meaning} for s in kpi.settings]
    if as_json:
        put_json({**_described(kpi), "settings": settings})
        return
    for key, value in _described(kpi).items():
        put(f"{key + ':':<12}{value}")
    for setting in settings:
        put(f"{'setting:':<12}{setting['name']} = {setting['default']:g} ({setting['meaning']})")


@kpi_app.command()
def sql(kpi_id: IdArgument, workspace: WorkspaceOption = None) -> None:
    """Print a KPI's file. Example: partnerkpi kpi sql chronic_absence"""
    put(_catalogue(workspace).find(kpi_id).sql.rstrip("\n"))


@kpi_app.command()
def check(workspace: WorkspaceOption = None) -> None:
    """Check every KPI file against the contract. Example: partnerkpi kpi check"""
    catalogue = _catalogue(workspace)
    for error in catalogue.broken:
        tell(error)
    say(f"{len(catalogue.kpis)} KPI files keep the contract, {len(catalogue.broken)} do not.")
    if catalogue.broken:
        raise typer.Exit(8)


for command in (run, diff):
    kpi_app.command()(command)
