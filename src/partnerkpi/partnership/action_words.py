"""What somebody takes on, as people type it: "call home; Academy lead; due 2026-12-01; aims at attendance_rate"."""

import datetime as dt

from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Action


def action_words(text: str) -> Action:
    """What, then in any order the owner's role, "due DATE" and "aims at KPI"; raises UsageError otherwise."""
    what, *rest = (part.strip() for part in text.split(";"))
    owner, due, aims_at = "", "", ""
    for part in (part for part in rest if part):
        if part.startswith("due "):
            due = _once(due, part.removeprefix("due ").strip(), text)
        elif part.startswith("aims at "):
            aims_at = _once(aims_at, part.removeprefix("aims at ").strip(), text)
        else:
            owner = _once(owner, part, text)
    if not what:
        raise _unclear(text)
    try:
        return Action(what, owner, dt.date.fromisoformat(due) if due else None, None, aims_at)
    except ValueError:
        raise _unclear(text) from None


def _once(before: str, now: str, text: str) -> str:
    if before or not now:
        raise _unclear(text)
    return now


def _unclear(text: str) -> UsageError:
    return UsageError(
        "This action is not understood.",
        where=f'--action "{text}"',
        now='Write it like "call home; Academy lead; due 2026-12-01; aims at attendance_rate"; '
        "all but the first part may be left out.",
    )
