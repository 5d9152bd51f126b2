"""The partners of a workspace, one of them, and its log, as listings tell them."""

import datetime as dt
from typing import Any

from partnerkpi.models.partner import ChangeKind, Partner, Program

_RENAMING = (ChangeKind.RENAMED, ChangeKind.ACQUIRED)


def listed(partner: Partner, day: dt.date) -> dict[str, Any]:
    """A line of the list of partners, as of a day."""
    then = partner.as_of(day)
    turn = partner.turn_on(day)
    return {
        "id": partner.id,
        "name": then.name,
        "state": partner.state_on(day),
        "since": turn.on if turn else None,
        "programs": [program.id for program in then.programs],
        "contact": then.contact,
        "last_change": then.changes[-1].on if then.changes else None,
    }


def described(partner: Partner, day: dt.date) -> dict[str, Any]:
    """Everything about a partner that changes with time, as of a day."""
    then = partner.as_of(day)
    return {
        **listed(partner, day),
        "formerly": [{"name": former.name, "until": former.until} for former in then.formerly],
        "aliases": list(partner.aliases),
        "programs": [_program(program) for program in then.programs],
        "sites": list(then.sites),
        "goals": [goal.kpi for goal in then.goals],
    }


def history(partner: Partner) -> list[dict[str, Any]]:
    """The log, oldest first, with what the file tells of former names that no change mentions."""
    told = {change.on for change in partner.changes if change.kind in _RENAMING}
    rows = [
        {
            "on": change.on,
            "kind": change.kind.value,
            "what": change.what,
            "reason": change.reason,
            "partner": change.partner,
            "programs": list(change.programs),
        }
        for change in partner.changes
    ]
    for former in partner.formerly:
        if former.until not in told:
            what = f'Until then called "{former.name}".'
            kind = ChangeKind.RENAMED.value
            rows.append({"on": former.until, "kind": kind, "what": what, "reason": "", "partner": "", "programs": []})
    return sorted(rows, key=lambda row: str(row["on"]))


def _program(program: Program) -> dict[str, Any]:
    return {
        "id": program.id,
        "name": program.name,
        "element": program.element,
        "capacity": program.capacity,
        "since": program.since,
        "until": program.until,
    }
