"""What a goal can be: which target, due when, agreed on which day, and why."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.errors import UsageError
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.partner import Goal, Partner
from partnerkpi.models.school_year import SchoolCalendar, quarter_label
from partnerkpi.records.roles import names_among


@dataclass(frozen=True)
class Dated:
    """When something is agreed, and the day it is told."""

    on: dt.date
    today: dt.date


def require_possible(kpi: Kpi, value: float, what: str) -> None:
    """Raise UsageError for a number that no figure of the KPI can be."""
    if not kpi.can_be(value):
        percent = kpi.measure is Measure.SHARE and not kpi.can_be(101)
        raise UsageError(
            f"{kpi.id} {what} {value:g}.",
            where=f"its unit: {kpi.unit}",
            now="Name a number from 0 to 100." if percent else "Name a number like 12 or 12.5.",
        )


def reason_notes(goal: Goal, reason: str) -> list[str]:
    """A note when a reason looks like a name. Raises UsageError without a reason, PrivacyRefused for an address."""
    if not reason.strip():
        raise UsageError(
            f"The change of the goal on {goal.kpi} has no reason.",
            where="--reason",
            now='Say why in a few words, which a board prints: --reason "..."',
        )
    return names_among([reason], where=f"the reason of {goal.kpi}")


def require_told(kpi: str, day: Dated) -> None:
    """Raise UsageError for a revision of a day to come: it would stand in the way of every one before."""
    if day.on > day.today:
        raise UsageError(
            f"This revision of the goal on {kpi} has not been agreed yet.",
            where=f"--on {day.on}, today is {day.today}",
            now="Write it down when both sides have agreed on it.",
        )


def require_known_day(calendar: SchoolCalendar, day: Dated) -> None:
    """Raise UsageError for a day to come beyond every school year."""
    last = calendar.quarters[-1].last_day
    if day.on > max(last, day.today):
        raise UsageError(
            f"There is no school year yet to which {day.on} belongs.",
            where=f"--on {day.on}; partnerkpi.toml ends on {last}",
            now="Name an earlier day, or add the school year.",
        )


def require_after(goal: Goal, partner: Partner, day: Dated) -> None:
    """Raise UsageError for a day before the goal was set or last revised."""
    last = max([r.on for r in goal.revisions] + ([goal.since] if goal.since else []), default=None)
    if last is not None and day.on < last:
        raise UsageError(
            f"The goal on {goal.kpi} was agreed or revised on {last}; this is before.",
            where=f"--on {day.on}",
            now=f"Name a later day, or correct partners/{partner.id}.toml; every revision: "
            f"partnerkpi goal list {partner.id}",
        )


def due_quarter(calendar: SchoolCalendar, text: str, today: dt.date) -> tuple[str, list[str]]:
    """The quarter's one spelling, and a note when the calendar does not know it yet; raises UsageError."""
    label, quarter = quarter_named(text), calendar.quarter(text)
    known = [each.label for each in calendar.quarters]
    years = {each.school_year for each in calendar.quarters}
    if quarter is None and (label.partition(" ")[0] in years or known[0] < label < known[-1]):
        raise UsageError(
            f"There is no quarter called {text}.",
            where=f"known quarters: {', '.join(known)}",
            now="Name one of these as the due date.",
        )
    if label < known[0] or (quarter is not None and quarter.last_day < today):
        raise UsageError(
            f"{label} is over: a goal cannot be due in the past.",
            where=f"today is {today}",
            now="Name the quarter that is under way, or a later one.",
        )
    notes = [] if quarter else [f"{label} is not in partnerkpi.toml yet: add its school year, or no pace can be told"]
    return label, notes


def quarter_named(text: str) -> str:
    """The one spelling of a quarter; raises UsageError."""
    try:
        return quarter_label(text)
    except ValueError:
        raise UsageError(f"{text} is not a quarter.", where=f'"{text}"', now="Write it like 2026-27 Q4.") from None
