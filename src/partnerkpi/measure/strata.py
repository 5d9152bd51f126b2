"""Strata of students who are alike, and the weights that give the similar students the participants' shares."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from partnerkpi.measure.effect import (
    Group,
    cox_index,
    difference_of_ratios,
    difference_of_shares,
    group_of,
    hedges_g,
)
from partnerkpi.measure.interval import Sums
from partnerkpi.models.similar import Balance, Comparison, Estimate, Matching, Verdict

NUMBERS = ("last_year_attendance", "last_year_gpa")
_GOOD = 0.05
_LEAST = 2


@dataclass(frozen=True)
class Arm:
    """The students of one stratum in one arm: sums of the KPI, and of each number of last year they have.

    `last_year` has its keys from `NUMBERS`, in hundredths; their denominators are 1. `binary`: every KPI is 0 or 1.
    """

    sums: Sums
    last_year: dict[str, Sums]
    binary: bool


@dataclass(frozen=True)
class Stratum:
    """Students alike in every matching variable; either arm may be empty. Those off the roster are like nobody."""

    participants: Arm | None
    controls: Arm | None
    on_roster: bool = True


@dataclass(frozen=True)
class Pair:
    """A matched stratum, with the weight of each of its controls."""

    participants: Arm
    controls: Arm
    weight: Fraction


def matched_pairs(strata: Iterable[Stratum]) -> tuple[Pair, ...]:
    """The strata with students in both arms, weighted so that the controls have the participants' share in each.

    The weight of a control is (participants here / participants) / (controls here / controls), over the matched
    strata; participants weigh 1 (Iacus, King and Porro, Political Analysis 20, 2012, section 2.3).
    """
    arms = [(s.participants, s.controls) for s in strata if s.on_roster and s.participants and s.controls]
    participants = sum(mine.sums.n for mine, _ in arms)
    controls = sum(theirs.sums.n for _, theirs in arms)
    return tuple(
        Pair(mine, theirs, Fraction(mine.sums.n * controls, theirs.sums.n * participants)) for mine, theirs in arms
    )


def compared(bare: Comparison, strata: Sequence[Stratum], matching: Matching) -> Comparison:
    """`bare` with arms, coverage and balance, and with the value and the effect of it, or why they are withheld."""
    pairs = matched_pairs(strata)
    everybody = [s.participants for s in strata if s.participants]
    found = replace(
        bare,
        participants=sum(arm.sums.n for arm in everybody),
        matched=sum(pair.participants.sums.n for pair in pairs),
        similar=sum(pair.controls.sums.n for pair in pairs),
        similar_effective=_effective(pairs),
        balance=tuple(_balance(name, strata, pairs, matching) for name in bare.variables),
    )
    reasons = _reasons(found, matching)
    if reasons:
        return replace(found, withheld=(*bare.withheld, *reasons))
    first = group_of([(Fraction(1), pair.participants.sums) for pair in pairs])
    second = group_of([(pair.weight, pair.controls.sums) for pair in pairs])
    return _with_effect(found, first, second, binary=all(p.participants.binary and p.controls.binary for p in pairs))


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


def _balance(name: str, strata: Sequence[Stratum], pairs: Sequence[Pair], matching: Matching) -> Balance:
    """How alike the arms are in one variable, by the students who have a number in it."""
    if name not in NUMBERS:
        return Balance(name, None, None, None, None, Verdict.EXACT)
    before = [s.controls.last_year[name] for s in strata if s.controls]
    mine = [(Fraction(1), pair.participants.last_year[name]) for pair in pairs]
    theirs = [(pair.weight, pair.controls.last_year[name]) for pair in pairs]
    means = (_mean(mine), _mean([(Fraction(1), sums) for sums in before]), _mean(theirs))
    students = min(sum(sums.n for _, sums in side) for side in (mine, theirs))
    if students < _LEAST:
        return Balance(name, *means, None, Verdict.UNKNOWN)
    effect = hedges_g(group_of(mine), group_of(theirs))
    return Balance(name, *means, None if effect is None else effect.value, _verdict(effect, matching))


def _verdict(effect: Estimate | None, matching: Matching) -> Verdict:
    if effect is None or abs(effect.value) > matching.maximum_baseline:
        return Verdict.APART
    return Verdict.GOOD if abs(effect.value) <= _GOOD else Verdict.ROUGH


def _mean(parts: Sequence[tuple[Fraction, Sums]]) -> float | None:
    """The weighted mean in the variable's own unit."""
    held = [(w, sums) for w, sums in parts if sums.n]
    weight = math.fsum(float(w) * sums.n for w, sums in held)
    return math.fsum(float(w) * sums.x for w, sums in held) / weight / 100 if held else None


def _effective(pairs: Sequence[Pair]) -> float:
    """Kish's effective number of similar students; the weights of all of them sum to how many they are."""
    students = sum(pair.controls.sums.n for pair in pairs)
    return students**2 / math.fsum(float(p.weight) ** 2 * p.controls.sums.n for p in pairs) if pairs else 0.0
