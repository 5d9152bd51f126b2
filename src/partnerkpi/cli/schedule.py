"""`partnerkpi schedule ...`: when `partnerkpi run` is started, without anybody having to think of it."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi.cli.console import put, put_json, say
from partnerkpi.cli.options import JsonOption, WorkspaceOption

schedule_app = typer.Typer(help="Start the unattended run by cron or systemd.", no_args_is_help=True)
PlanOption = Annotated[bool, typer.Option("--plan", help="Print it, and change nothing.")]


@schedule_app.command()
def show(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Print what is installed for the workspace, and when it runs next.

    Example: partnerkpi schedule show
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.schedule.entries import installed

    found = installed(find_workspace(Path.cwd(), workspace), dt.datetime.now())
    if as_json:
        put_json({"schema": "partnerkpi.schedule/1", "entries": [vars(entry) for entry in found]})
        return
    for entry in found:
        put(entry.text.rstrip("\n"))
        when = f"{entry.next:%Y-%m-%d %H:%M}" if entry.next else "not understood, the entry was edited by hand"
        say(f"Kept with {entry.kind}; the next run: {when}")
    if not found:
        say("Nothing is installed for this workspace. Next: partnerkpi schedule install")


@schedule_app.command()
def install(
    kind: Annotated[str, typer.Option("--with", metavar="WHAT", help="cron or systemd.")] = "cron",
    every: Annotated[str, typer.Option("--every", metavar="WHEN", help="hour, day or week (Mondays).")] = "day",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="The time of day; of every hour its minutes.")] = (
        "06:30"
    ),
    expression: Annotated[
        str, typer.Option("--cron", metavar="EXPRESSION", help='A cron expression instead, as "0 7 * * 1-5".')
    ] = "",
    plan: PlanOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print the entry and install it, in place of the workspace's own of before; nobody else's line is touched.

    Example: partnerkpi schedule install --every day --at 06:30
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.schedule import entries
    from partnerkpi.schedule.timetable import timetable

    found, times = find_workspace(Path.cwd(), workspace), timetable(every, at, expression)
    put(entries.planned(found, kind, times).rstrip("\n"))
    if plan:
        return
    entries.install(found, kind, times)
    say(
        f"Installed; the next run: {times.next(dt.datetime.now()):%Y-%m-%d %H:%M}. It says what it does in data/run.log"
    )
    if kind == "systemd":
        say("It runs while you are logged in; on a machine nobody logs in to: loginctl enable-linger")


@schedule_app.command()
def remove(plan: PlanOption = False, workspace: WorkspaceOption = None) -> None:
    """Take the workspace's entry away, with cron and with systemd.

    Example: partnerkpi schedule remove
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.schedule import entries

    found = find_workspace(Path.cwd(), workspace)
    there = entries.installed(found, dt.datetime.now())
    for entry in there:
        put(entry.text.rstrip("\n"))
        if not plan:
            entries.remove(found, entry.kind)
    say("Nothing is installed for this workspace." if not there else "Would be removed." if plan else "Removed.")
