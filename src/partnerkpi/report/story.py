"""The sentence at the top and the one ask, made by rule from what the page shows; no claim of cause."""

from collections.abc import Sequence
from dataclasses import dataclass

from partnerkpi.models.board import GoalLine, KpiLine
from partnerkpi.models.release import Release, State

_MOST_WORDS = 25
# What needs attention comes first.
_VERBS = {"missed": "missed its goal", "behind": "is behind its goal", "met": "has met its goal"}


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
    chosen = max(moved, key=_size) if moved else shown[0]
    first = _moved(chosen) if moved else _stands(chosen)
    for status in _VERBS:
        for goal in goals:
            if goal.status != status:
                continue
            subject = "it" if goal.name == chosen.line.name else _inside(goal.name)
            whole = f"{first}; {subject} {_VERBS[status]}."
            if len(whole.split()) <= _MOST_WORDS:
                return whole
    words = first.split()
    return f"{first}." if len(words) <= _MOST_WORDS else f"{' '.join(words[:_MOST_WORDS])}…"


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


def _inside(name: str) -> str:
    """A name inside a sentence: small, unless it begins with an acronym or a single letter."""
    return f"{name[:1].lower()}{name[1:]}" if name[1:2].islower() else name
