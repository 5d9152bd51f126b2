"""`partnerkpi dialect ...`: how exports are read, for people whose export is not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import put, put_json, put_table, say, tell
from partnerkpi.cli.options import workspace_if_any

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
    from partnerkpi.ingest.explain import Explanation
    from partnerkpi.models.caps import Caps

dialect_app = typer.Typer(help="Look at how exports are read, and describe new ones.", no_args_is_help=True)
WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", metavar="FOLDER", help="The workspace whose own dialects count too.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An export.")]


def _caps(workspace: "Workspace | None") -> "Caps":
    from partnerkpi.config.settings import IngestSettings

    return (workspace.settings.ingest if workspace else IngestSettings()).caps()


@dialect_app.command()
def check(
    file: FileArgument,
    dialect: Annotated[str | None, typer.Option("--dialect", metavar="NAME", help="Try this one only.")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what a file would be taken for, and why; ends with 3 when it would not be read.

    Rows are not looked at: that does `partnerkpi ingest --plan`. Example: partnerkpi dialect check attendance.csv
    """
    from dataclasses import asdict

    from partnerkpi.dialects.files import choose_dialects
    from partnerkpi.ingest.explain import explain

    ours = workspace_if_any(workspace)
    found = explain(file, choose_dialects(ours.root if ours else None, dialect), _caps(ours))
    if as_json:
        put_json({"schema": "partnerkpi.dialect-check/1", "files": [asdict(each) for each in found]})
    else:
        for each in found:
            _put_explanation(each)
    if not all(each.read for each in found):
        raise typer.Exit(3)
    say(f"What would become of its rows: partnerkpi ingest --plan {file}")


@dialect_app.command()
def new(
    file: FileArgument,
    dialect_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The dialect's id; without it, made of the file's name.")
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", metavar="NAME", help="Its source table, where the one found is not right.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print the draft, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draft a dialect for an export that is not read yet, into the workspace's folder `dialects`.

    It says what its headings and values prove, and leaves a "?" where they do not: answer these in an editor.
    Example: partnerkpi dialect new attendance_export.csv --id our_attendance
    """
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.dialects.files import read_dialects
    from partnerkpi.ingest.draft.workflow import DraftOptions, draft_dialect, write_draft

    ours = workspace_if_any(workspace) if plan else find_workspace(Path.cwd(), workspace)
    folder = (ours.root if ours else Path()) / "dialects"
    dialects = read_dialects(ours.root if ours else None)
    draft = draft_dialect(file, folder, dialects, DraftOptions(dialect_id, table), _caps(ours))
    if draft.instead:
        say(f"One line on top of a dialect there is may do instead (partnerkpi dialect check {file}).")
    if plan:
        put(draft.text.rstrip("\n"))
    else:
        write_draft(draft)
        put(str(draft.path))
    lines = ", ".join(str(number) for number in draft.to_settle)
    say(
        f'Settle the lines with a "?": {lines}.'
        if lines
        else f"Nothing is open. Try it: partnerkpi ingest --plan {file}"
    )


def _put_explanation(found: "Explanation") -> None:
    from partnerkpi.errors import ExportRefused

    if found.read:
        put(f"{found.file}: {found.dialect} {found.table}")
        put(", ".join(dict.fromkeys((f"header in line {found.header_line}", found.encoding, found.delimiter))))
        rows = [
            {"column": c.column, "from": " + ".join(c.headings) or f'always "{c.value}"', "reading": c.reading}
            for c in found.columns
        ]
        put_table(rows, {"column": "column", "from": "comes from", "reading": "read as"})
        for heading, names in (("only rows where", found.only), ("not in the file", found.absent)):
            if names:
                put(f"{heading}: {', '.join(names)}")
        if found.ignored:
            put(f"not read: {', '.join(found.ignored)}")
    else:
        tell(ExportRefused(found.reason, where=found.where, now=found.advice))
    for near in found.near:
        put(f"near: {near.dialect} {near.table} lacks {', '.join(near.lacks)}")
