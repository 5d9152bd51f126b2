"""The commands. Each body finds the workspace, calls one workflow and prints what came of it."""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi import __version__
from partnerkpi.cli.console import put, put_json, put_table, say, tell
from partnerkpi.cli.kpi import kpi_app
from partnerkpi.errors import PartnerKpiError, UsageError

app = typer.Typer(
    name="partnerkpi",
    help="One board for a school district and its community partner.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(kpi_app, name="kpi")

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="FOLDER", help="The workspace; without it, the nearest one upwards from here."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def run(arguments: list[str]) -> int:
    """Run a command line and give its exit code; errors of ours become three plain lines."""
    try:
        result = app(args=arguments, prog_name="partnerkpi", standalone_mode=False)
    except PartnerKpiError as error:
        tell(error)
        return error.exit_code
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        say("Stopped.")
        return 130
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception) -> int:
    """A mistake on the command line (typer knows how to tell it), or a bug of ours."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
        return int(getattr(error, "exit_code", 2))
    if os.environ.get("PARTNERKPI_TRACEBACK"):
        raise error
    tell(
        UsageError(
            f"Something went wrong inside partnerkpi ({type(error).__name__}).",
            where="This is a bug, not your mistake.",
            now="Set PARTNERKPI_TRACEBACK=1, run the command again and report what it prints.",
        )
    )
    return 1


def _version(wanted: bool) -> None:
    if wanted:
        put(f"partnerkpi {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One board for a school district and its community partner."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new workspace's folder.")],
    district: Annotated[str, typer.Option("--district", metavar="NAME", help="The district's name.")],
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Make a new workspace.

    Example: partnerkpi init my-district --district "Cedar Ridge Public Schools"
    """
    from partnerkpi.initialise import initialise, planned_files

    if plan:
        for path in planned_files(folder):
            put(str(path))
        return
    workspace = initialise(folder, district=district, today=dt.date.today())
    say(f"The workspace of {district} is ready. Quarters are proposed in partnerkpi.toml: check their dates.")
    say("Next: put exports into its folder `exports`, describe a partner in `partners`, and run: partnerkpi ingest")
    put(str(workspace.root))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the sample workspace.")],
) -> None:
    """Make a workspace from the sample district, take its exports in and draw the hospital's board.

    Example: partnerkpi demo my-demo
    """
    from partnerkpi.cli.loads import say_load
    from partnerkpi.demo import demo as make_demo

    board = make_demo(folder, now=dt.datetime.now(), done=say_load)
    say("The board of the latest quarter:")
    put(str(board))


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH ...]", help="Exports, or folders of them.")
    ] = None,
    dialect: Annotated[str | None, typer.Option("--dialect", metavar="NAME", help="Read every file as this.")] = None,
    school_year: Annotated[
        str | None,
        typer.Option("--school-year", metavar="YEAR", help="The year of a roster that has none, as 2026-27."),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would happen, and keep nothing.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Take exports in: every row is loaded, or accounted for by name.

    Without a path, the workspace's folder `exports` is read. Example: partnerkpi ingest attendance.csv
    """
    from partnerkpi.cli.loads import loads_json, say_load, say_sum
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.ingest import IngestOptions
    from partnerkpi.ingest import ingest as take_in

    found = find_workspace(Path.cwd(), workspace)
    options = IngestOptions(dialect, school_year, plan)
    loads = take_in(
        found,
        paths or [],
        now=dt.datetime.now(),
        options=options,
        done=say_load,
        found=lambda finding: say(str(finding)),
    )
    if as_json:
        put_json(loads_json(loads))
    say_sum(loads)
    if any(load.status == "refused" for load in loads):
        raise typer.Exit(3)


@app.command()
def loads(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List what has been taken in, with every row accounted for.

    Example: partnerkpi loads --json
    """
    from partnerkpi.cli.loads import LOAD_COLUMNS
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.warehouse import ledger, open_for_reading

    with open_for_reading(find_workspace(Path.cwd(), workspace).database) as warehouse:
        rows = ledger.loads(warehouse)
    if as_json:
        put_json({"schema": "partnerkpi.loads/1", "loads": rows})
    else:
        put_table(rows, LOAD_COLUMNS)


@app.command()
def quarantine(
    load: Annotated[int | None, typer.Option("--load", metavar="N", help="Only the rows of this load.")] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option("--xlsx", metavar="FILE", help="Write them as a workbook to edit and to take in again."),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List the rows that were refused: file, line, column and rule, never the cell.

    With --xlsx the rows themselves go into a workbook, read again from their files: keep it as safe as these.

    Example: partnerkpi quarantine --xlsx refused.xlsx
    """
    from partnerkpi.cli.loads import QUARANTINE_COLUMNS
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.warehouse import ledger, open_for_reading

    if xlsx is not None:
        from partnerkpi.ingest.refused_rows import write_refused_rows

        number = write_refused_rows(find_workspace(Path.cwd(), workspace), xlsx, load=load)
        say(f"{number:,} refused rows. Put them right and take them in: partnerkpi ingest {xlsx}")
        put(str(xlsx))
        return
    with open_for_reading(find_workspace(Path.cwd(), workspace).database) as warehouse:
        rows = ledger.quarantine(warehouse, load)
    if as_json:
        put_json({"schema": "partnerkpi.quarantine/1", "rows": rows})
    elif rows:
        put_table(rows, QUARANTINE_COLUMNS)
    else:
        say("No row has been refused.")


@app.command()
def undo(
    load: Annotated[int, typer.Argument(metavar="LOAD", help="Its number, as `partnerkpi loads` lists it.")],
    plan: Annotated[bool, typer.Option("--plan", help="Say what would happen, and keep nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Take a load back: its rows go, and the rows it replaced are what they were.

    Example: partnerkpi undo 7
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.undo import undo as take_back

    undone = take_back(find_workspace(Path.cwd(), workspace), load, now=dt.datetime.now(), plan=plan)
    would = "would be" if plan else "are"
    say(f"Load {load}: {undone.gone:,} rows {would} gone, {undone.restored:,} rows of earlier loads {would} back.")


@app.command()
def check(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Run the data checks over what has been taken in.

    Example: partnerkpi check --json
    """
    from dataclasses import asdict

    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.measure.checks import run_checks
    from partnerkpi.refresh import ensure_fresh
    from partnerkpi.warehouse import open_for_reading

    found = find_workspace(Path.cwd(), workspace)
    ensure_fresh(found)
    with open_for_reading(found.database) as warehouse:
        findings = run_checks(warehouse, found.root)
    if as_json:
        put_json({"schema": "partnerkpi.checks/1", "findings": [asdict(finding) for finding in findings]})
    for finding in findings:
        say(str(finding))
    say(f"{len(findings)} check{'' if len(findings) == 1 else 's'} found something.")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(4)


@app.command()
def report(
    partner: Annotated[str, typer.Option("--partner", metavar="ID", help="Whose board, as in partners/ID.toml.")],
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="QUARTER", help="As 2026-27-Q1; without it, the latest that has ended."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where; without it, in `boards`.")] = None,
    output_format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="pdf, html or json.")] = "pdf",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="With what was known on that day."),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Do everything, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw the board of a partner: one page, and the path of the file on stdout.

    Example: partnerkpi report --partner hospital --period 2026-27-Q1
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.report import ReportOptions
    from partnerkpi.report import report as draw

    found = find_workspace(Path.cwd(), workspace)
    options = ReportOptions(period, output_format, out, None if as_of is None else as_of.date(), plan)
    put(str(draw(found, partner, today=dt.date.today(), options=options)))
