"""Options that many commands have, and the workspace they mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="FOLDER", help="The workspace; without it, the nearest one upwards from here."),
]
PartnerOption = Annotated[
    str | None, typer.Option("--partner", metavar="ID", help="Whose board, as in partners/ID.toml.")
]
DistrictOption = Annotated[bool, typer.Option("--district", help="The page with all partners, instead of one.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def workspace_if_any(named: Path | None) -> "Workspace | None":
    """The workspace named, or the nearest one; None where there is none and only what is shipped counts."""
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.errors import ConfigurationError

    try:
        return find_workspace(Path.cwd(), named)
    except ConfigurationError:
        if named is not None:
            raise
        return None


def whose(partner: str | None, district: bool) -> str:
    """The partner whose board is meant, "" for the district's page; raises UsageError for neither and for both."""
    from partnerkpi.errors import UsageError

    if (partner is None) != district:
        raise UsageError(
            "A board is of one partner or of the whole district.",
            where="--partner and --district",
            now="Name one of the two: --partner ID or --district.",
        )
    return partner or ""
