"""Where a goal stands: judged on what is published, so that a status tells no more than the figure beside it."""

import datetime as dt
import math
from dataclasses import dataclass

from partnerkpi.disclosure import amount_text
from partnerkpi.language import Language
from partnerkpi.models.kpi import Grain, Kpi, Measure
from partnerkpi.models.partner import Goal
from partnerkpi.models.release import Release, State
from partnerkpi.models.school_year import Quarter, SchoolCalendar


@dataclass(frozen=True)
class Standing:
    """One word, the same in every language, and its reason in the language of the page."""

    status: str
    reason: str


STATUS_TEXTS = {
    "met": "met",
    "on pace": "on pace",
    "behind": "behind",
    "missed": "missed",
    "not due": "not due",
    "hidden": "hidden",
    "missing": "missing",
}


def standing(
    goal: Goal,
    kpi: Kpi,
    now: Release,
    *,
    quarter: Quarter,
    calendar: SchoolCalendar,
    not_due: bool = False,
    language: Language | None = None,
) -> Standing:
    """`met`, `on pace`, `behind`, `missed`, `not due`, `hidden` or `missing`.

    On pace: at least as good as the straight line from the baseline (at the end of its quarter) to the target
    (at the end of the due quarter). A published range on both sides of what is needed tells nothing: hidden.
    """
    say = (language or Language()).say
    if not_due:
        return Standing("not due", "")
    if now.state is not State.SHOWN or now.low is None or now.high is None:
        return Standing(now.state.value, now.reason)
    target_text = unit_text(goal.target, kpi)
    if _as_good(now, goal.target, kpi):
        return Standing("met", say("{now} against {target}", now=now.text, target=target_text))
    due = calendar.quarter(goal.due)
    over = due is not None and quarter.last_day >= due.last_day
    needed = goal.target if over else _needed_now(goal, quarter, calendar)
    if needed is None:
        return Standing("behind", say("{target} by {due}", target=target_text, due=goal.due))
    if not over and _as_good(now, needed, kpi):
        return Standing("on pace", say("needs {needed} now", needed=unit_text(needed, kpi)))
    if not now.exact and now.low <= needed <= now.high:
        return Standing("hidden", say("the range shown does not tell"))
    if over:
        return Standing("missed", say("{now} against {target}", now=now.text, target=target_text))
    return Standing("behind", say("needs {needed} now", needed=unit_text(needed, kpi)))


def _as_good(now: Release, level: float, kpi: Kpi) -> bool:
    """Whether everything the release may stand for is at least as good as the level."""
    if kpi.better == "lower":
        return now.high is not None and now.high <= level
    return now.low is not None and now.low >= level


def _needed_now(goal: Goal, quarter: Quarter, calendar: SchoolCalendar) -> float | None:
    start, due = calendar.quarter(goal.baseline_period), calendar.quarter(goal.due)
    if goal.baseline is None or due is None:
        return None
    begins = start.last_day if start else _year_before(due.last_day)
    span = (due.last_day - begins).days
    passed = min(max((quarter.last_day - begins).days, 0), span) if span > 0 else 0
    return goal.baseline + (goal.target - goal.baseline) * (passed / span if span > 0 else 1.0)


def _year_before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=365)


def unit_text(value: float, kpi: Kpi) -> str:
    """An agreed number in the KPI's unit, as fine as the figures beside it."""
    if kpi.measure is Measure.SHARE:
        return f"{_short(value)}%"
    if kpi.grain is Grain.PARTNER:
        return amount_text(value, kpi)
    if kpi.measure is Measure.TOTAL:
        # Half a student is not needed: the next whole one is.
        return f"{math.ceil(value - 1e-9):,}"
    return _short(value)


def _short(value: float) -> str:
    """Without a decimal when there is none; never finer than one."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"
