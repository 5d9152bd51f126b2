"""`partnerkpi partner list`, `show` and `history`: who the partners are, and what has happened to them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnerkpi.cli.console import put, put_json, put_table, say
from partnerkpi.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from partnerkpi.models.partner import Partner

PartnerArgument = Annotated[str, typer.Argument(metavar="ID", help="The partner, as in partners/ID.toml.")]
DayOption = Annotated[
    dt.datetime | None,
    typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="As of that day; without it, today."),
]
_LIST = {
    "id": "id",
    "name": "name",
    "state": "state",
    "since": "since",
    "programs": "programs",
    "contact": "contact",
    "last_change": "last change",
}
_HISTORY = {"on": "on", "kind": "kind", "what": "what", "reason": "reason"}


def day_of(on: dt.datetime | None) -> dt.date:
    """The day an option names; without it, today."""
    return dt.date.today() if on is None else on.date()


def _partners(workspace: Path | None) -> "tuple[Partner, ...]":
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.records.partners import read_partners

    return read_partners(find_workspace(Path.cwd(), workspace).partners)


def list_partners(on: DayOption = None, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the partners: name, state and programs.

    Example: partnerkpi partner list --json
    """
    from partnerkpi.partner_life.looking import listed

    day = day_of(on)
    rows = [listed(partner, day) for partner in _partners(workspace)]
    if as_json:
        put_json({"schema": "partnerkpi.partners/1", "on": day, "partners": rows})
    else:
        put_table([{**row, "programs": ", ".join(row["programs"])} for row in rows], _LIST)


def show(
    partner: PartnerArgument, on: DayOption = None, as_json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """Say what a partner is on a day: names, state, programs, contact, sites, goals.

    Example: partnerkpi partner show hospital --on 2025-09-01
    """
    from partnerkpi.partner_life.looking import described
    from partnerkpi.records.partners import find_partner

    found = described(find_partner(_partners(workspace), partner), day_of(on))
    if as_json:
        put_json({"schema": "partnerkpi.partner/1", "on": day_of(on), **found})
        return
    for key, value in found.items():
        if isinstance(value, list):
            for each in value or [""]:
                put(f"{key + ':':<13} {_line(each)}".rstrip())
        else:
            put(f"{key.replace('_', ' ') + ':':<13} {'' if value is None else value}".rstrip())


def history(partner: PartnerArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Tell what has happened to a partner, oldest first, each with its day and reason.

    Example: partnerkpi partner history hospital --json
    """
    from partnerkpi.partner_life.looking import history as history_of
    from partnerkpi.records.partners import find_partner

    found = find_partner(_partners(workspace), partner)
    rows = history_of(found)
    if as_json:
        put_json({"schema": "partnerkpi.history/1", "id": found.id, "changes": rows})
    elif rows:
        put_table(rows, _HISTORY)
    else:
        say(f"Nothing has happened to {found.id} yet.")


def _line(value: dict[str, Any] | str) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(f"{key} {each}" for key, each in value.items() if each not in (None, ""))
