"""Which quarters of a partner's life have a board, and whose board to ask for instead."""

import datetime as dt
from collections.abc import Sequence

from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Change, ChangeKind, Partner
from partnerkpi.models.school_year import Quarter, SchoolCalendar

FORMERLY_QUARTERS = 4


def require_board(
    partner: Partner, quarter: Quarter, *, day: dt.date, calendar: SchoolCalendar, partners: Sequence[Partner]
) -> None:
    """Raise UsageError for a quarter before a partner was split off, after it ended or merged, or wholly in a pause.

    `day` is the last one of which anything is known. The error says where the partner went.
    """
    begun, turn = partner.first(ChangeKind.SPLIT_OFF), partner.turn_on(quarter.first_day)
    if begun is not None and quarter.last_day < begun.on:
        raise _refused(
            partner, quarter, begun, f"Until then it was a part of {begun.partner}: --partner {begun.partner}"
        )
    if turn is None or turn.kind is ChangeKind.RESUMED or not _lasts(partner, turn, min(day, quarter.last_day)):
        return
    earlier = [each.slug for each in calendar.quarters if each.first_day < turn.on]
    past = f"name a quarter before: --period {earlier[-1]}" if earlier else "name a quarter before"
    match turn.kind:
        case ChangeKind.MERGED:
            there = next((each for each in partners if each.id == turn.partner), None)
            now = f"Its programs are with {there.name_on(turn.on) if there else turn.partner} now: "
            raise _refused(partner, quarter, turn, f"{now}--partner {turn.partner}; or {past}")
        case ChangeKind.PAUSED:
            now = f"If it is under way again: partnerkpi partner resume {partner.id} --on DATE --reason TEXT; or {past}"
            raise _refused(partner, quarter, turn, now)
        case _:
            raise _refused(partner, quarter, turn, f"{past[0].upper()}{past[1:]}")


def _lasts(partner: Partner, turn: Change, day: dt.date) -> bool:
    """Whether what a change made of the partner is so up to a day."""
    resumed = [each for each in partner.changes if each.kind is ChangeKind.RESUMED and turn.on <= each.on <= day]
    return turn.kind is not ChangeKind.PAUSED or not resumed


def _refused(partner: Partner, quarter: Quarter, change: Change, now: str) -> UsageError:
    return UsageError(
        f"{partner.id} has no board of {quarter.label}: {change.what.rstrip('.') or change.kind.value}, {change.on}.",
        where=f"partners/{partner.id}.toml, [[changes]] of {change.on}",
        now=now,
    )


def formerly(partner: Partner, quarter: Quarter, calendar: SchoolCalendar) -> str:
    """The name given up in a quarter or one of the three before (or in the days off before these), or ""."""
    told = calendar.latest(quarter, FORMERLY_QUARTERS + 1)
    # The calendar may not reach back so far: then a year does.
    after = told[0].last_day if len(told) > FORMERLY_QUARTERS else None
    return partner.formerly_on(quarter.last_day, after=after)
