"""Effect sizes and intervals beside a statistics package, and how often an interval holds the truth."""

import math
import random
import statistics
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from partnerkpi.measure.effect import (
    Group,
    cox_index,
    difference_of_ratios,
    difference_of_shares,
    group_of,
    hedges_g,
)
from partnerkpi.measure.interval import Sums, outside_noise, ratio_interval, wilson_interval

Rows = Sequence[tuple[int, int]]


def sums(rows: Rows) -> Sums:
    """What the engine hands over of students with (numerator, denominator)."""
    return Sums(
        n=len(rows),
        x=sum(x for x, _ in rows),
        d=sum(d for _, d in rows),
        xx=sum(x * x for x, _ in rows),
        xd=sum(x * d for x, d in rows),
        dd=sum(d * d for _, d in rows),
    )


def group(rows: Rows) -> Group:
    """Students without weights."""
    return group_of([(Fraction(1), sums(rows))])


def share(successes: int, n: int) -> Group:
    """Students of whom some have 1 and the others 0."""
    return group([(1, 1)] * successes + [(0, 1)] * (n - successes))


values = st.lists(st.integers(0, 4_000_000), min_size=2, max_size=60)
students = st.integers(1, 18_000).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
cohorts = st.lists(students, min_size=2, max_size=60)
counts = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


# A second opinion.


@given(values, values)
def test_hedges_g_is_made_of_the_packages_t(first: list[int], second: list[int]) -> None:
    assume(len(set(first)) > 1 and len(set(second)) > 1)
    n1, n2 = len(first), len(second)
    t = float(stats.ttest_ind(first, second).statistic)
    d = t * math.sqrt(1 / n1 + 1 / n2)
    found = hedges_g(group([(x, 1_000_000) for x in first]), group([(x, 1_000_000) for x in second]))

    assert found is not None
    assert found.value == pytest.approx(d * (1 - 3 / (4 * (n1 + n2) - 9)), rel=1e-9, abs=1e-9)


@given(counts, counts)
def test_the_cox_index_and_its_interval_are_made_of_the_packages_odds_ratio(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    table = [[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]]
    odds = stats.contingency.odds_ratio(table, kind="sample")
    ends = odds.confidence_interval(0.90)
    w = (1 - 3 / (4 * (first[1] + second[1]) - 9)) / 1.65
    found = cox_index(share(*first), share(*second))

    assert found is not None
    expected = [w * math.log(end) for end in (odds.statistic, ends.low, ends.high)]
    assert [found.value, found.low, found.high] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(counts)
def test_wilsons_interval_is_the_packages(count: tuple[int, int]) -> None:
    expected = stats.binomtest(*count).proportion_ci(confidence_level=0.90, method="wilson")

    assert wilson_interval(*count) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-9)


@given(cohorts)
def test_a_ratios_interval_is_the_packages_for_the_mean_of_the_residuals(rows: Rows) -> None:
    ratio = sum(x for x, _ in rows) / sum(d for _, d in rows)
    error = float(stats.sem([x - ratio * d for x, d in rows])) / statistics.fmean(d for _, d in rows)
    expected = (ratio, ratio) if error == 0 else stats.norm.interval(0.90, loc=ratio, scale=error)

    assert ratio_interval(sums(rows)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


# Weights.


@given(cohorts)
def test_without_weights_the_error_is_that_of_the_interval(rows: Rows) -> None:
    found, ends = group(rows), ratio_interval(sums(rows))

    assert ends is not None
    assert found.error == pytest.approx((ends[1] - ends[0]) / 2 / stats.norm.ppf(0.95), rel=1e-9, abs=1e-9)
    assert found.effective == pytest.approx(len(rows))


@given(st.lists(st.tuples(st.fractions(Fraction(1, 9), 9, max_denominator=50), cohorts), min_size=1, max_size=5))
def test_weights_count_student_by_student(parts: list[tuple[Fraction, Rows]]) -> None:
    found = group_of([(w, sums(rows)) for w, rows in parts])
    each = [(float(w), x, d) for w, rows in parts for x, d in rows]
    n, weights, total = len(each), sum(w for w, _, _ in each), sum(w * d for w, _, d in each)
    ratio = sum(w * x for w, x, _ in each) / total
    residuals = [(w, x - ratio * d) for w, x, d in each]

    assert found.value == pytest.approx(ratio, rel=1e-9, abs=1e-12)
    assert found.effective == pytest.approx(weights**2 / sum(w * w for w, _, _ in each), rel=1e-9)
    deviation = math.sqrt(n / (n - 1) * sum(w * r * r for w, r in residuals) / weights) * weights / total
    assert found.deviation == pytest.approx(deviation, rel=1e-6, abs=1e-9)
    error = math.sqrt(n / (n - 1) * sum((w * r) ** 2 for w, r in residuals)) / total
    assert found.error == pytest.approx(error, rel=1e-6, abs=1e-9)


@given(counts, counts, st.integers(2, 9))
def test_the_unit_of_the_weights_does_not_matter(first: tuple[int, int], second: tuple[int, int], factor: int) -> None:
    rows = [sums([(1, 1)] * count[0] + [(0, 1)] * (count[1] - count[0])) for count in (first, second)]
    once = group_of([(Fraction(1), rows[0]), (Fraction(1, 3), rows[1])])

    assert group_of([(Fraction(factor), rows[0]), (Fraction(factor, 3), rows[1])]) == once


# Where there is no effect size, and where it is nothing.


def test_shares_of_none_and_of_all_have_no_odds() -> None:
    assert cox_index(share(0, 30), share(5, 30)) is None
    assert cox_index(share(5, 30), share(30, 30)) is None


def test_groups_whose_students_are_all_the_same_have_no_effect_unless_they_are_alike() -> None:
    assert hedges_g(group([(1, 2)] * 5), group([(1, 4)] * 5)) is None
    alike = hedges_g(group([(1, 2)] * 5), group([(1, 2)] * 5))
    assert alike is not None and alike.value == 0


def test_with_13_against_130_the_95_percent_interval_is_noise() -> None:
    """docs: about 0.57 to either side, around no effect."""
    small, large = [group([(1, 1)] * half + [(3, 1)] * half + [(2, 1)]) for half in (6, 64)]
    found = hedges_g(small, Group(130, 130, large.value, large.deviation, large.error), stats.norm.ppf(0.975))

    assert found is not None and found.value == 0
    assert (found.low, found.high) == pytest.approx((-0.57, 0.57), abs=0.01)


@given(counts, counts)
def test_an_interval_of_shares_leaves_out_zero_when_the_change_is_outside_noise(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    """The board's word for a change and this interval are one formula."""
    found = difference_of_shares(share(*first), share(*second))
    pair = [(successes / n, *wilson_interval(successes, n)) for successes, n in (first, second)]
    assume(abs(found.low) > 1e-9 and abs(found.high) > 1e-9)

    assert outside_noise(pair[0], pair[1]) is (found.low > 0 or found.high < 0)


# Coverage: nine intervals in ten hold the truth.

TRIALS = 8000
SEED = 20261123
RATE = 0.75


@pytest.mark.parametrize("n", [30, 120])
def test_nine_ratio_intervals_of_ten_hold_the_true_rate(n: int) -> None:
    """Students enrolled for 30 to 45 days, each with a rate of their own around the true one."""
    chance = np.random.default_rng(SEED)
    d = 100 * chance.integers(30, 46, size=(TRIALS, n))
    x = np.rint(d * chance.beta(9, 3, size=(TRIALS, n))).astype(np.int64)
    columns = [part.sum(axis=1).tolist() for part in (x, d, x * x, x * d, d * d)]
    ends = [ratio_interval(Sums(n, *row)) for row in zip(*columns, strict=True)]
    held = sum(pair is not None and pair[0] <= RATE <= pair[1] for pair in ends)

    assert 0.88 <= held / TRIALS <= 0.92


@pytest.mark.parametrize("kind", ["ratios", "shares"])
def test_nine_intervals_of_a_difference_of_ten_hold_that_there_is_none(kind: str) -> None:
    """40 participants beside 160 others in two strata of another mix, weighted to theirs; nobody gains anything."""
    chance, held, trials = random.Random(SEED), 0, 1500
    for _ in range(trials):
        parts = []
        for n, level in ((30, 0.6), (10, 0.85), (40, 0.6), (120, 0.85)):
            if kind == "shares":
                parts.append(sums([(int(chance.random() < level), 1) for _ in range(n)]))
            else:
                parts.append(sums([(round(1000 * chance.gauss(level, 0.2)), 1000) for _ in range(n)]))
        # 30 and 10 of 40 participants, 40 and 120 of 160 others: weights 3 and 1/3.
        first = group_of([(Fraction(1), parts[0]), (Fraction(1), parts[1])])
        second = group_of([(Fraction(3), parts[2]), (Fraction(1, 3), parts[3])])
        found = (difference_of_shares if kind == "shares" else difference_of_ratios)(first, second)
        held += found.low <= 0 <= found.high

    assert 0.88 <= held / trials <= 0.96
