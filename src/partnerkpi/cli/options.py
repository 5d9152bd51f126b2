"""Options that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="FOLDER", help="The workspace; without it, the nearest one upwards from here."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
