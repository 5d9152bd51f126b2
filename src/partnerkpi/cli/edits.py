"""How commands that edit a partner file tell what they did, and options they share."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import put, say

if TYPE_CHECKING:
    from partnerkpi.partnership.edited import Edited

PartnerArgument = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner, as in partners/PARTNER.toml.")]
PlanOption = Annotated[bool, typer.Option("--plan", help="Print the file as it would be, and write nothing.")]
OnOption = Annotated[
    dt.datetime | None,
    typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="From which day; without it, today."),
]


def day_of(option: dt.datetime | None) -> dt.date | None:
    """The day an option names."""
    return None if option is None else option.date()


def tell_edited(edited: "Edited", *, plan: bool) -> None:
    """The path of the file on stdout, of a plan the file itself; notes on stderr."""
    for note in edited.notes:
        say(f"note: {note}")
    put(edited.text.rstrip("\n") if plan else str(edited.path))
