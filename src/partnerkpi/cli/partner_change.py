"""What every command has that changes a partner: the day, the reason, the plan, and what is printed."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from partnerkpi.cli.console import put, say
from partnerkpi.cli.partner_look import day_of

if TYPE_CHECKING:
    from partnerkpi.config.workspace import Workspace
    from partnerkpi.partner_life import Edited, When

OnOption = Annotated[
    dt.datetime | None,
    typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="The first day it holds; without it, today."),
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with the change.")]
PlanOption = Annotated[bool, typer.Option("--plan", help="Print what would change, and write nothing.")]
Change = Callable[["Workspace", "When"], "tuple[Edited, ...]"]


def carried_out(
    workspace: Path | None, on: dt.datetime | None, reason: str, plan: bool, change: Change, *, role: str = ""
) -> None:
    """Carry a change out, or plan it, and print the paths written, or the lines that would change.

    Notes go to stderr; a reason, or a role, that looks like a person's name is one.
    """
    from partnerkpi.config.editing import alone
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.partner_life import When
    from partnerkpi.records.roles import names_among

    found, when = find_workspace(Path.cwd(), workspace), When(day_of(on), reason)
    carried = change(found, when) if plan else alone(change)(found, when)
    for note in (*names_among([reason], where="--reason"), *names_among([role], where="the contact")):
        say(f"note: {note}")
    for edited in carried:
        put(edited.difference if plan else str(edited.path))
        for note in edited.notes:
            say(f"note: {note}")
