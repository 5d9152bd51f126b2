"""`partnerkpi ingest` and `partnerkpi undo`: what changes the data."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import json_text, put_json, say
from partnerkpi.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from partnerkpi.models.move import Move


def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH ...]", help="Exports, or folders of them.")
    ] = None,
    dialect: Annotated[str | None, typer.Option("--dialect", metavar="NAME", help="Read every file as this.")] = None,
    school_year: Annotated[
        str | None,
        typer.Option("--school-year", metavar="YEAR", help="The year of a roster that has none, as 2026-27."),
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="The day of a summary that has none."),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="List what would happen, and write nothing.")] = False,
    as_json: JsonOption = False,
    results: Annotated[
        Path | None, typer.Option("--results", metavar="FILE", help="Write what --json prints to a file as well.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Take exports in: every row is loaded, or accounted for by name.

    Without a path, the workspace's folder `exports` is read. With --plan nothing is written, and the listing says
    which rows would come, change and go, and which KPIs would move: exact figures, for the district itself.

    Example: partnerkpi ingest attendance.csv --plan
    """
    from partnerkpi.cli.bars import bar
    from partnerkpi.cli.loads import loads_json, put_plan, say_load, say_planned, say_sum
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.files import require_writable, write_private
    from partnerkpi.ingest import IngestOptions
    from partnerkpi.ingest import ingest as take_in

    found = find_workspace(Path.cwd(), workspace)
    if results is not None:
        require_writable(results)
    moves: list[Move] = []
    with bar() as progress:
        loads = take_in(
            found,
            paths or [],
            now=dt.datetime.now(),
            options=IngestOptions(dialect, school_year, plan, None if as_of is None else as_of.date()),
            done=say_planned if plan else say_load,
            found=lambda finding: say(f"{'then: ' if plan else ''}{finding}"),
            moved=moves.append,
            waiting=say,
            progress=progress,
        )
    document = loads_json(loads, moves if plan else None)
    if results is not None:
        write_private(results, f"{json_text(document)}\n".encode())
    if as_json:
        put_json(document)
    elif plan:
        put_plan(loads, moves)
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
