"""`partnerkpi ingest` and `partnerkpi undo`: what changes the data."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from partnerkpi.cli.console import put_json, say
from partnerkpi.cli.options import JsonOption, WorkspaceOption


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
