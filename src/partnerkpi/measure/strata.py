"""Strata of students who are alike, and the weights that give the similar students the participants' shares."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from partnerkpi.measure.beside import NUMBERS, Arms, Number, told
from partnerkpi.measure.effect import group_of, group_of_whole
from partnerkpi.measure.interval import Sums
from partnerkpi.models.similar import Comparison, Matching

_ONE = Fraction(1)


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


def compared(
    bare: Comparison, strata: Sequence[Stratum], matching: Matching, before: Mapping[str, Sums] | None = None
) -> Comparison:
    """`bare` with arms, coverage and balance, and with the value and the effect of it, or why they are withheld.

    `before` has the numbers of last year of everybody who is no participant; without it they are the controls'.
    """
    pairs = matched_pairs(strata)
    names = [name for name in bare.variables if name in NUMBERS]
    both = Arms(
        participants=sum(s.participants.sums.n for s in strata if s.participants),
        matched=sum(pair.participants.sums.n for pair in pairs),
        similar=sum(pair.controls.sums.n for pair in pairs),
        effective=_effective(pairs),
        numbers={name: _number(name, strata, pairs, before) for name in names},
        binary=all(p.participants.binary and p.controls.binary for p in pairs),
        arms=lambda: (
            group_of_whole(_pooled([pair.participants.sums for pair in pairs])),
            group_of([(pair.weight, pair.controls.sums) for pair in pairs]),
        ),
    )
    return told(bare, both, matching)


def _number(
    name: str, strata: Sequence[Stratum], pairs: Sequence[Pair], everybody: Mapping[str, Sums] | None
) -> Number:
    before = everybody[name] if everybody else _pooled([s.controls.last_year[name] for s in strata if s.controls])
    mine = _pooled([pair.participants.last_year[name] for pair in pairs])
    theirs = [(pair.weight, pair.controls.last_year[name]) for pair in pairs]
    return Number(
        _mean([(_ONE, mine)]),
        _mean([(_ONE, before)]),
        _mean(theirs),
        min(mine.n, sum(sums.n for _, sums in theirs)),
        lambda: (group_of_whole(mine), group_of(theirs)),
    )


def _pooled(parts: Sequence[Sums]) -> Sums:
    """The sums of students of all parts, who weigh the same."""
    return Sums(*(sum(getattr(part, name) for part in parts) for name in ("n", "x", "d", "xx", "xd", "dd")))


def _mean(parts: Sequence[tuple[Fraction, Sums]]) -> float | None:
    """The weighted mean in the variable's own unit."""
    held = [(float(w), sums) for w, sums in parts if sums.n]
    weight = math.fsum(w * sums.n for w, sums in held)
    return math.fsum(w * sums.x for w, sums in held) / weight / 100 if held else None


def _effective(pairs: Sequence[Pair]) -> float:
    """Kish's effective number of similar students; the weights of all of them sum to how many they are."""
    students = sum(pair.controls.sums.n for pair in pairs)
    return students**2 / math.fsum(float(p.weight) ** 2 * p.controls.sums.n for p in pairs) if pairs else 0.0
