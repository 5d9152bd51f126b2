"""The sentence at the top and the one ask, made by rule from what the page shows; no claim of cause."""

from collections.abc import Sequence
from dataclasses import dataclass

from partnerkpi.models.board import GoalLine, KpiLine
from partnerkpi.models.release import Release, State

_MOST_WORDS = 25


@dataclass(frozen=True)
class Told:
    """A line of the board with the releases a sentence may use."""

    line: KpiLine
    now: Release
    change: Release


def headline(told: Sequence[Told], goals: Sequence[GoalLine]) -> str:
    """At most 25 words: what moved most clearly, then the goal that needs attention (or is met)."""
    shown = [t for t in told if t.now.state is State.SHOWN]
    if not shown:
        hidden = any(t.now.state is State.HIDDEN for t in told)
        if hidden:
            return "This group is too small to show its figures without pointing at single students."
        return "There is no data for this quarter yet."
    moved = [t for t in shown if t.change.low and t.line.unit.startswith(("percent", "grade"))]
    first = _moved(max(moved, key=_size)) if moved else _stands(shown[0])
    for second in (*_second(goals, "missed"), *_second(goals, "behind"), *_second(goals, "met")):
        whole = f"{first}; {second}."
        if len(whole.split()) <= _MOST_WORDS:
            return whole
    return f"{first}."


def ask(goals: Sequence[GoalLine]) -> str:
    """The one thing to do next."""
    if not goals:
        return "Agree on three goals for this partnership at the next check-in."
    for status in ("missed", "behind"):
        for goal in goals:
            if goal.status == status:
                return f"At the next check-in, decide what each side will change for “{goal.name}”."
    return "Keep going, and agree at the next check-in on what comes after these goals."


def _size(told: Told) -> float:
    return abs(told.change.low or 0.0)


def _moved(told: Told) -> str:
    verb = "rose" if (told.change.low or 0) > 0 else "fell"
    amount = told.change.text.split(" ", 1)[1].split(" from ")[0]
    return f"{told.line.name} {verb} {amount} in a year, to {told.now.text}"


def _stands(told: Told) -> str:
    same = ", about the same as a year ago" if told.change.text.startswith("about the same") else ""
    return f"{told.line.name} stands at {told.now.text}{same}"


def _second(goals: Sequence[GoalLine], status: str) -> list[str]:
    verbs = {"missed": "missed its goal", "behind": "is behind its goal", "met": "has met its goal"}
    return [f"{goal.name[:1].lower()}{goal.name[1:]} {verbs[status]}" for goal in goals if goal.status == status]
