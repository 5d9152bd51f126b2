"""`partnerkpi dialect ...`: how exports are read, for people whose export is not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import put, put_json, put_table, say, tell

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
    from partnerkpi.ingest.explain import Explanation

dialect_app = typer.Typer(help="Look at how exports are read, and describe new ones.", no_args_is_help=True)
WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", metavar="FOLDER", help="The workspace whose own dialects count too.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="An export.")]


def _workspace(named: Path | None) -> "Workspace | None":
    """The workspace, if there is one; without it only the shipped dialects count."""
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.errors import ConfigurationError

    try:
        return find_workspace(Path.cwd(), named)
    except ConfigurationError:
        if named is not None:
            raise
        return None


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

    from partnerkpi.config.settings import IngestSettings
    from partnerkpi.dialects.files import choose_dialects
    from partnerkpi.ingest.explain import explain

    ours = _workspace(workspace)
    caps = (ours.settings.ingest if ours else IngestSettings()).caps()
    found = explain(file, choose_dialects(ours.root if ours else None, dialect), caps)
    if as_json:
        put_json({"schema": "partnerkpi.dialect-check/1", "files": [asdict(each) for each in found]})
    else:
        for each in found:
            _put_explanation(each)
    if not all(each.read for each in found):
        raise typer.Exit(3)
    say(f"What would become of its rows: partnerkpi ingest --plan {file}")


def _put_explanation(found: "Explanation") -> None:
    from partnerkpi.errors import ExportRefused

    if found.read:
        put(f"{found.file}: {found.dialect} {found.table}")
        put(f"header in line {found.header_line}, {found.encoding}, {found.delimiter}")
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
