"""How sure a figure is: intervals against formulas written out here, one student at a time."""

import math
import random
import statistics
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from partnerkpi.measure.interval import Sums, outside_noise, ratio_interval, wilson_interval

Rows = list[tuple[int, int]]
Z_90 = statistics.NormalDist().inv_cdf(0.95)
Z_95 = statistics.NormalDist().inv_cdf(0.975)


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


def interval(rows: Rows) -> tuple[float, float]:
    """The interval of a ratio that has one."""
    found = ratio_interval(sums(rows))
    assert found is not None
    return found


def residual_error(rows: Rows) -> float:
    """sqrt(n / (n - 1) * sum(r_i^2)) / sum(d), with every r_i = x_i - R d_i as an exact fraction."""
    total = sum(d for _, d in rows)
    ratio = Fraction(sum(x for x, _ in rows), total)
    squares = sum((x - ratio * d) ** 2 for x, d in rows)
    variance = Fraction(len(rows), len(rows) - 1) * squares / total**2
    with localcontext() as context:
        context.prec = 60
        return float((Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt())


students = st.integers(1, 18_000).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
cohorts = st.lists(students, min_size=2, max_size=40)
figures = st.tuples(st.floats(0, 100), st.floats(0, 20), st.floats(0, 20)).map(
    lambda parts: (parts[0], parts[0] - parts[1], parts[0] + parts[2])
)


# The interval of a ratio of two sums.


@given(cohorts)
def test_a_ratios_interval_is_the_linearised_one_computed_student_by_student(rows: Rows) -> None:
    ratio = sum(x for x, _ in rows) / sum(d for _, d in rows)
    spread = Z_90 * residual_error(rows)

    assert interval(rows) == pytest.approx((ratio - spread, ratio + spread), rel=1e-12, abs=1e-12)


@given(st.lists(st.integers(0, 4_000_000), min_size=2, max_size=40))
def test_with_equal_denominators_it_is_the_interval_of_a_mean(values: list[int]) -> None:
    mean = statistics.mean(values) / 1_000_000
    spread = Z_90 * statistics.stdev(values) / 1_000_000 / math.sqrt(len(values))

    assert interval([(value, 1_000_000) for value in values]) == pytest.approx(
        (mean - spread, mean + spread), rel=1e-9, abs=1e-12
    )


def test_nothing_is_lost_when_the_sums_nearly_cancel() -> None:
    rows = [(10**12 - index % 3, 10**12 + index % 2) for index in range(60)]
    low, high = interval(rows)

    assert (high - low) / (2 * Z_90) == pytest.approx(residual_error(rows), rel=1e-3)
    assert 0 < high - low < 1e-12


@given(rows=cohorts, factor=st.integers(2, 10_000))
def test_the_unit_in_which_days_are_counted_does_not_matter(rows: Rows, factor: int) -> None:
    scaled = interval([(factor * x, factor * d) for x, d in rows])

    assert scaled == pytest.approx(interval(rows), rel=1e-12, abs=1e-15)


@given(rows=cohorts, factor=st.integers(2, 10_000))
def test_larger_numerators_scale_the_interval(rows: Rows, factor: int) -> None:
    low, high = interval(rows)

    assert interval([(factor * x, d) for x, d in rows]) == pytest.approx(
        (factor * low, factor * high), rel=1e-12, abs=1e-9
    )


@given(st.integers(0, 50), st.lists(st.integers(1, 10**9), min_size=2, max_size=40))
def test_students_who_all_have_the_same_ratio_leave_no_doubt(share: int, denominators: list[int]) -> None:
    low, high = interval([(share * d, 50 * d) for d in denominators])

    assert low == high == share / 50


@pytest.mark.parametrize("rows", [[], [(3, 4)]], ids=["nobody", "one student"])
def test_fewer_than_two_students_have_no_interval(rows: Rows) -> None:
    assert ratio_interval(sums(rows)) is None


# Wilson's interval of a share.


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_ends_of_wilsons_interval_solve_the_score_equation(count: tuple[int, int]) -> None:
    successes, n = count
    share = successes / n
    low, high = wilson_interval(successes, n)

    for end in (low, high):
        assert n * (share - end) ** 2 == pytest.approx(Z_90**2 * end * (1 - end), rel=1e-6, abs=1e-9)
    assert 0 <= low <= share + 1e-12 and share <= high + 1e-12 and high <= 1
    assert low < high


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_successes_and_failures_have_mirrored_intervals(count: tuple[int, int]) -> None:
    successes, n = count
    low, high = wilson_interval(successes, n)

    assert wilson_interval(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "n", "ends"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_gives_the_published_examples(successes: int, n: int, ends: tuple[float, float]) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 at 95 percent."""
    assert wilson_interval(successes, n, Z_95) == pytest.approx(ends, abs=5e-5)


# Whether a change is outside noise.


@given(figures, figures)
def test_up_and_down_are_judged_alike(now: tuple[float, float, float], before: tuple[float, float, float]) -> None:
    assert outside_noise(now, before) == outside_noise(before, now)


@given(st.floats(0, 100), figures, figures)
def test_equal_values_never_differ(
    value: float, now: tuple[float, float, float], before: tuple[float, float, float]
) -> None:
    moved = [(value, value - (f[0] - f[1]), value + (f[2] - f[0])) for f in (now, before)]

    assert not outside_noise(moved[0], moved[1])


@given(figures, figures)
def test_intervals_that_do_not_touch_differ(
    now: tuple[float, float, float], before: tuple[float, float, float]
) -> None:
    assume(now[1] > before[2] + 1e-6)

    assert outside_noise(now, before)


@pytest.mark.parametrize(("difference", "differs"), [(4.9, False), (5.1, True), (-12.9, False), (-13.1, True)])
def test_the_noise_of_a_difference_is_the_root_of_the_squares(difference: float, differs: bool) -> None:
    """Going up, 3 below now and 4 above before make 5; going down, 12 above now and 5 below before make 13."""
    assert outside_noise((50 + difference, 47 + difference, 62 + difference), (50, 45, 54)) is differs


@pytest.mark.parametrize(
    ("now", "before", "differs"),
    [
        ((56, 70), (48, 80), True),
        ((9, 10), (3, 10), True),
        ((6, 7), (2, 7), True),
        ((5, 56), (0, 29), False),
        ((0, 10), (0, 20), False),
        ((10, 10), (0, 20), True),
    ],
)
def test_differences_of_shares_come_out_as_published(
    now: tuple[int, int], before: tuple[int, int], differs: bool
) -> None:
    """Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10 at 95 percent."""
    pair = [(successes / n, *wilson_interval(successes, n, Z_95)) for successes, n in (now, before)]

    assert outside_noise(pair[0], pair[1]) is differs


# Coverage: nine intervals in ten hold the truth.

TRIALS = 1500
TRUE_SHARE = 0.75


def attendances(chance: random.Random, n: int) -> Iterator[tuple[int, int]]:
    """Students enrolled for 30 to 45 days, each with a rate of their own around the true one."""
    for _ in range(n):
        enrolled = 100 * chance.randint(30, 45)
        yield round(enrolled * chance.betavariate(9, 3)), enrolled


@pytest.mark.parametrize("n", [30, 120])
def test_nine_intervals_of_ten_hold_the_true_rate(n: int) -> None:
    chance = random.Random(20261123)
    ends = [interval(list(attendances(chance, n))) for _ in range(TRIALS)]

    assert 0.87 <= sum(low <= TRUE_SHARE <= high for low, high in ends) / TRIALS <= 0.93


@pytest.mark.parametrize("n", [30, 120])
def test_nine_of_wilsons_intervals_of_ten_hold_the_true_share(n: int) -> None:
    chance = random.Random(20261123)
    ends = [wilson_interval(sum(chance.random() < TRUE_SHARE for _ in range(n)), n) for _ in range(TRIALS)]

    assert 0.87 <= sum(low <= TRUE_SHARE <= high for low, high in ends) / TRIALS <= 0.93
