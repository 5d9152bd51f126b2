"""What is told of two arms beside each other, or why nothing is: coverage, balance, difference and effect size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from partnerkpi.measure.effect import Group, cox_index, difference_of_ratios, difference_of_shares, hedges_g
from partnerkpi.models.similar import Balance, Comparison, Estimate, Matching, Verdict

NUMBERS = ("last_year_attendance", "last_year_gpa")
_GOOD = 0.05
_LEAST = 2


@dataclass(frozen=True)
class Number:
    """One number of last year in both arms: means in its own unit, of those who have it; None where nobody has.

    `students` are those of the smaller arm who have it, `arms` gives both, the similar students weighted.
    """

    participants: float | None
    before: float | None
    after: float | None
    students: int
    arms: Callable[[], tuple[Group, Group]]

    @cached_property
    def effect(self) -> Estimate | None:
        """How far the arms are from each other; the same for all KPIs that speak of the same students."""
        return hedges_g(*self.arms())


@dataclass(frozen=True)
class Arms:
    """Participants and similar students of one cohort, as `Comparison` names them; `numbers` by their name.

    `arms` gives both with the figures of the KPI, `binary` says whether each of these is 0 or 1. They are asked for
    where something may be told of them alone: of too few students there is no deviation.
    """

    participants: int
    matched: int
    similar: int
    effective: float
    numbers: Mapping[str, Number]
    binary: bool
    arms: Callable[[], tuple[Group, Group]]


def told(bare: Comparison, both: Arms, matching: Matching) -> Comparison:
    """`bare` with arms, coverage and balance, and with the value and the effect of it, or why they are withheld."""
    found = replace(
        bare,
        participants=both.participants,
        matched=both.matched,
        similar=both.similar,
        similar_effective=both.effective,
        balance=tuple(_balance(name, both.numbers, matching) for name in bare.variables),
    )
    reasons = _reasons(found, matching)
    if reasons:
        return replace(found, withheld=(*bare.withheld, *reasons))
    return _with_effect(found, *both.arms(), binary=both.binary)


def _with_effect(found: Comparison, first: Group, second: Group, *, binary: bool) -> Comparison:
    effect = cox_index(first, second) if binary else hedges_g(first, second)
    missing = "a share of none or of all has no odds" if binary else "within each arm all students are the same"
    return replace(
        found,
        value=first.value,
        similar_value=second.value,
        difference=(difference_of_shares if binary else difference_of_ratios)(first, second),
        effect=effect,
        effect_kind="Cox index" if binary else "Hedges g",
        no_effect="" if effect else missing,
    )


def _reasons(found: Comparison, matching: Matching) -> list[str]:
    """Why nothing may be said, in words."""
    least = max(matching.minimum_arm, _LEAST)
    if not found.participants:
        return ["no participant has a figure"]
    reasons = []
    if found.matched < least or found.similar < least:
        reasons.append(
            f"fewer than {least} students in an arm: {found.matched} participants, {found.similar} similar students"
        )
    if found.coverage < matching.minimum_coverage:
        reasons.append(
            f"{found.matched} of {found.participants} participants have similar students, "
            f"less than {100 * matching.minimum_coverage:g} percent"
        )
    reasons += [
        f"before it began, the two differed too much in {row.variable}"
        + (f": effect size {row.effect:.2f}" if row.effect is not None else "")
        for row in found.balance
        if row.verdict is Verdict.APART
    ]
    return reasons


def _balance(name: str, numbers: Mapping[str, Number], matching: Matching) -> Balance:
    """How alike the arms are in one variable, by the students who have a number in it."""
    if name not in numbers:
        return Balance(name, None, None, None, None, Verdict.EXACT)
    number = numbers[name]
    means = (number.participants, number.before, number.after)
    if number.students < _LEAST:
        return Balance(name, *means, None, Verdict.UNKNOWN)
    effect = number.effect
    return Balance(name, *means, None if effect is None else effect.value, _verdict(effect, matching))


def _verdict(effect: Estimate | None, matching: Matching) -> Verdict:
    if effect is None or abs(effect.value) > matching.maximum_baseline:
        return Verdict.APART
    return Verdict.GOOD if abs(effect.value) <= _GOOD else Verdict.ROUGH
