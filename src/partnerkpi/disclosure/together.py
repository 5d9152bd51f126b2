"""Figures that are printed beside each other, so that one taken from another must not tell of a small group.

Two cases: steps of a pipeline, each some of those before it, and the parts of a total. What a whole system of tables
gives away is another matter.
"""

from collections.abc import Sequence
from dataclasses import replace

from partnerkpi.disclosure.rules import Policy
from partnerkpi.models.release import Release, State


def told_after(release: Release, before: Sequence[Release], policy: Policy) -> Release:
    """A step of a pipeline as it may be told after the steps `before`, themselves as they are told, first one first.

    Where fewer than a smallest group have dropped out since the last step that is told exactly, nobody included, it is
    a range that such a number could have made. Hidden when the first of them is, and when it is none of its students.
    """
    if release.state is State.HIDDEN and before:
        return replace(release, text=policy.too_few, reason=policy.too_few)
    if release.state is not State.SHOWN or release.low is None or not before:
        return release
    exact = [step.low for step in before if step.exact and step.low is not None]
    if not exact or release.low > exact[-1]:
        return hidden_beside(release, policy)
    last, smallest = exact[-1], policy.minimum_group
    if last - release.low >= smallest:
        return release
    low = max(last - smallest + 1, float(smallest))
    if low == last:
        return hidden_beside(release, policy)
    text = policy.language.say("{low} to {high}", low=f"{low:,.0f}", high=f"{last:,.0f}")
    return replace(release, text=text, low=low, high=last)


def gives_away(parts: Sequence[tuple[bool, int]], policy: Policy) -> bool:
    """Whether a total would give away, by subtraction, the parts of it that are not told.

    Each part is whether it is told, and how many students it is about. One part alone is what is left when the others
    are taken away; so are several that have fewer students than a smallest group between them.
    """
    untold = [students for told, students in parts if not told and students > 0]
    return len(untold) == 1 or 0 < sum(untold) < policy.minimum_group


def told_with_parts(total: Release, parts: Sequence[Release], policy: Policy) -> Release:
    """How many people there are in all, beside how many are in each part; somebody may be in several.

    What the parts have more than the total are those who are in several: fewer than a smallest group are not told, so
    the total is a range then. None of them is no secret: that is participation (R1).
    """
    exact = [part.low for part in (total, *parts) if part.exact and part.low is not None]
    if len(exact) < 1 + len(parts):
        return total
    every = sum(exact[1:])
    if not 0 < every - exact[0] < policy.minimum_group:
        return total
    low = every - policy.minimum_group + 1
    text = policy.language.say("{low} to {high}", low=f"{low:,.0f}", high=f"{every:,.0f}")
    return replace(total, text=text, low=low, high=every)


def whole_gives_away(total: int, parts: Sequence[int], policy: Policy) -> bool:
    """Whether how many there are in all would, beside how many are in each part, tell of a small group.

    Somebody may be in several parts or in none. It tells of a part that is too small to be told itself; of those who
    are in several, when they are few; and of those who are in none.
    """
    smallest, apart = policy.minimum_group, abs(sum(parts) - total)
    return any(0 < part < smallest for part in parts) or 0 < apart < smallest


def told_in_steps(release: Release, policy: Policy) -> Release:
    """How many people there are, in steps of a smallest group."""
    if release.state is not State.SHOWN or release.low is None or not release.exact or release.low == 0:
        return release
    step = policy.minimum_group
    low = release.low // step * step
    text = policy.language.say("{low} to {high}", low=f"{low:,.0f}", high=f"{low + step - 1:,.0f}")
    return replace(release, text=text, low=low, high=low + step - 1)


def hidden_beside(release: Release, policy: Policy) -> Release:
    """The figure hidden for the sake of others beside it, and not why."""
    text = policy.language.say("not shown, to protect privacy")
    return replace(release, state=State.HIDDEN, text=text, low=None, high=None, reason=text)
