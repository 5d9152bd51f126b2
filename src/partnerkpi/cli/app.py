"""The commands. Each body finds the workspace, calls one workflow and prints what came of it."""

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi import __version__
from partnerkpi.cli.address import explain, verify
from partnerkpi.cli.books import check, loads, quarantine
from partnerkpi.cli.checkin import checkin_app
from partnerkpi.cli.compare import compare
from partnerkpi.cli.console import finish, put, say, tell
from partnerkpi.cli.dialect import dialect_app
from partnerkpi.cli.goal import goal_app
from partnerkpi.cli.invest import invest_app
from partnerkpi.cli.kpi import kpi_app
from partnerkpi.cli.options import DistrictOption, PartnerOption, WorkspaceOption, whose
from partnerkpi.cli.partner import partner_app
from partnerkpi.cli.run import run_now, status
from partnerkpi.cli.schedule import schedule_app
from partnerkpi.cli.taking_in import ingest, undo
from partnerkpi.errors import ConfigurationError, PartnerKpiError, UsageError
from partnerkpi.render import formats

app = typer.Typer(
    name="partnerkpi",
    help="One board for a school district and its community partner.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(kpi_app, name="kpi")
app.add_typer(dialect_app, name="dialect")
app.add_typer(partner_app, name="partner")
app.add_typer(goal_app, name="goal")
app.add_typer(invest_app, name="invest")
app.add_typer(checkin_app, name="checkin")
app.add_typer(schedule_app, name="schedule")


def run(arguments: list[str]) -> int:
    """Run a command line and give its exit code; errors of ours become three plain lines."""
    code = _run(arguments)
    try:
        finish()
    except PartnerKpiError as error:
        tell(error)
        return error.exit_code
    return code


def _run(arguments: list[str]) -> int:
    try:
        result = app(args=arguments, prog_name="partnerkpi", standalone_mode=False)
    except PartnerKpiError as error:
        tell(error)
        return error.exit_code
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        say("Stopped.")
        return 130
    except OSError as error:
        return _refused_by_the_system(error)
    except SystemExit:
        return 0  # how typer and rich take it that the reader of stdout has left
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _refused_by_the_system(error: OSError) -> int:
    """A full disk or a folder that is gone, where no command had expected it."""
    told = ConfigurationError(
        f"The system refused something: {error.strerror}.",
        where=str(error.filename or "this machine"),
        now="See that the disk has room, and that the files and folders are there and yours.",
    )
    tell(told)
    return told.exit_code


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
    from partnerkpi.cli.bars import bar
    from partnerkpi.cli.loads import say_load
    from partnerkpi.demo import demo as make_demo

    with bar() as progress:
        board = make_demo(folder, now=dt.datetime.now(), done=say_load, progress=progress)
    say("The board of the latest quarter:")
    put(str(board))


for command in (ingest, loads, quarantine, undo, check, compare):
    app.command()(command)


@app.command()
def report(
    partner: PartnerOption = None,
    district: DistrictOption = False,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="QUARTER", help="As 2026-27-Q1; without it, the latest that has ended."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where; without it, in `boards`.")] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"One of: {', '.join(formats())}.")
    ] = "pdf",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="With what was known on that day."),
    ] = None,
    audience: Annotated[
        str, typer.Option("--audience", metavar="WHO", help="executive, community (less, in words) or board (more).")
    ] = "executive",
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="en or es; without it, as the workspace says.")
    ] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Do everything, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw the board of a partner, or of all partners: one page, and the path of the file on stdout.

    Example: partnerkpi report --partner hospital --period 2026-27-Q1
    Example: partnerkpi report --district
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.report import ReportOptions
    from partnerkpi.report import report as draw

    found = find_workspace(Path.cwd(), workspace)
    day = None if as_of is None else as_of.date()
    options = ReportOptions(period, output_format, out, day, plan, audience, language)
    put(str(draw(found, whose(partner, district), today=dt.date.today(), options=options, warn=say)))


app.command()(explain)
app.command()(verify)
app.command("run")(run_now)
app.command()(status)
