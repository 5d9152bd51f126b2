"""`partnerkpi kpi ...`: the catalogue for people who want to know what a number means."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnerkpi.cli.console import put, put_json, put_table, say, tell
from partnerkpi.cli.kpi_figures import diff, run
from partnerkpi.cli.options import workspace_if_any

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
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
    from partnerkpi.measure.catalogue import load_catalogue

    found = workspace_if_any(workspace)
    return load_catalogue(found.root if found else None)


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
    from partnerkpi.measure.rates import read_rates
    from partnerkpi.models.reference import RATE

    kpi, found = _catalogue(workspace).find(kpi_id), workspace_if_any(workspace)
    rates = [r for r in read_rates(found.root if found else None) if f"{{{RATE}{r.name}}}" in kpi.definition]
    settings = [{"name": s.name, "default": s.default, "meaning": s.meaning} for s in kpi.settings]
    if as_json:
        put_json({**_described(kpi), "settings": settings})
        return
    for key, value in _described(kpi).items():
        put(f"{key + ':':<12}{value}")
    for setting in settings:
        put(f"{'setting:':<12}{setting['name']} = {setting['default']:g} ({setting['meaning']})")
    for rate in rates:
        put(f"{'rate:':<12}{RATE}{rate.name} = {rate.cents / 100:g} from {rate.first_day} ({rate.source})")


@kpi_app.command()
def sql(kpi_id: IdArgument, workspace: WorkspaceOption = None) -> None:
    """Print a KPI's file. Example: partnerkpi kpi sql chronic_absence"""
    put(_catalogue(workspace).find(kpi_id).sql.rstrip("\n"))


@kpi_app.command()
def new(
    kpi_id: Annotated[str, typer.Argument(metavar="ID", help="Of the new KPI: small letters, digits and _.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="As printed; without it, made of the id.")] = "",
    domain: Annotated[str, typer.Option("--domain", metavar="DOMAIN", help="As `kpi list` has it.")] = "attendance",
    unit: Annotated[
        str, typer.Option("--unit", metavar="UNIT", help="As docs/kpi-files.md lists it.")
    ] = "percent of students",
    better: Annotated[str, typer.Option("--better", metavar="WHICH", help="higher or lower.")] = "",
    window: Annotated[
        str, typer.Option("--window", metavar="WINDOW", help="quarter or year to date.")
    ] = "year to date",
    plan: Annotated[bool, typer.Option("--plan", help="Print the draft, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draft a KPI file with a worked example, in the workspace's folder `queries/kpis`: it works as it stands.

    Example: partnerkpi kpi new late_starters --domain attendance --unit "percent of students"
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.kpi_draft import DraftOptions, draft_kpi, write_draft

    options = DraftOptions(name=name, domain=domain, unit=unit, better=better, window=window)
    draft = draft_kpi(find_workspace(Path.cwd(), workspace), kpi_id, options)
    if plan:
        for path in draft.files:
            say(f"would be written: {path}")
        put(next(iter(draft.files.values())).rstrip("\n"))
        return
    write_draft(draft)
    for path in draft.files:
        put(str(path))
    say("Change what is counted, work the example out by hand, and look: partnerkpi kpi check")


@kpi_app.command()
def check(workspace: WorkspaceOption = None) -> None:
    """Check every KPI file against the contract, and the worked examples of a workspace's own.

    Example: partnerkpi kpi check
    """
    found = workspace_if_any(workspace)
    catalogue = _catalogue(workspace)
    for error in catalogue.broken:
        tell(error)
    say(f"{len(catalogue.kpis)} KPI files keep the contract, {len(catalogue.broken)} do not.")
    if (found is not None and not _examples_come_out(found, catalogue)) or catalogue.broken:
        raise typer.Exit(8)


def _examples_come_out(workspace: "Workspace", catalogue: "Catalogue") -> bool:
    from partnerkpi.examples import check_own_examples

    checked = check_own_examples(workspace, catalogue, now=dt.datetime.now())
    for error in checked.failed:
        tell(error)
    for kpi_id in checked.without:
        say(f"note: {kpi_id} has no worked example; docs/kpi-files.md says what one holds")
    if checked.came_out or checked.failed:
        say(f"Worked examples: {len(checked.came_out)} come out, {len(checked.failed)} do not.")
    return not checked.failed


for command in (run, diff):
    kpi_app.command()(command)
