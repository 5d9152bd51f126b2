"""How large a difference between two groups of students is: of ratios, in effect sizes, each with its interval."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from partnerkpi.measure.interval import Z_90, Sums, wilson_interval
from partnerkpi.models.similar import Estimate

_COX = 1.65


@dataclass(frozen=True)
class Group:
    """One group of students, weighted or not.

    `n` counts students and `effective` how many unweighted ones would say as much; `value` is sum(x) / sum(d);
    `deviation` is the standard deviation between students in the unit of `value`, `error` the standard error of
    `value`.
    """

    n: int
    effective: float
    value: float
    deviation: float
    error: float


def group_of(parts: Iterable[tuple[Fraction, Sums]]) -> Group:
    """The group made of parts whose students all have the weight of the part; at least two students, some d above 0.

    With R = sum(w x) / sum(w d) and r_i = x_i - R d_i, the residuals of the linearised ratio (Cochran, Sampling
    Techniques, 3rd ed., section 6.4; with weights Lohr, Sampling: Design and Analysis, 2nd ed., section 9.1):
    error^2 = n / (n - 1) * sum(w_i^2 r_i^2) / sum(w d)^2, and deviation^2 = n / (n - 1) * sum(w_i r_i^2) / sum(w)
    over the squared mean of d. Where all d are equal this is the ordinary standard deviation of x / d; where all
    weights are too, the error is that of `ratio_interval`. effective = sum(w)^2 / sum(w^2) (Kish, Survey Sampling,
    section 11.7).
    """
    parts = list(parts)
    # Whole numbers: weights count only against each other, and sums of squares that nearly cancel lose nothing.
    scale = math.lcm(*(w.denominator for w, _ in parts))
    whole = [(w.numerator * (scale // w.denominator), sums) for w, sums in parts]
    n = sum(sums.n for _, sums in whole)
    weights, x, d = (sum(w * getattr(sums, name) for w, sums in whole) for name in ("n", "x", "d"))
    residuals = [(w, d * d * sums.xx - 2 * x * d * sums.xd + x * x * sums.dd) for w, sums in whole]
    spread = n * weights * sum(w * squares for w, squares in residuals) / ((n - 1) * d**4)
    variance = n * sum(w * w * squares for w, squares in residuals) / ((n - 1) * d**4)
    effective = weights**2 / sum(w * w * sums.n for w, sums in whole)
    return Group(n, effective, x / d, math.sqrt(spread), math.sqrt(variance))


def group_of_whole(sums: Sums) -> Group:
    """The group of students who all weigh the same, as `group_of` makes it."""
    n, x, d = sums.n, sums.x, sums.d
    squares = d * d * sums.xx - 2 * x * d * sums.xd + x * x * sums.dd
    variance = n * squares / ((n - 1) * d**4)
    return Group(n, float(n), x / d, math.sqrt(n * n * squares / ((n - 1) * d**4)), math.sqrt(variance))


def difference_of_ratios(first: Group, second: Group, z: float = Z_90) -> Estimate:
    """The first value less the second; the standard error is the root of the squares of both."""
    value, error = first.value - second.value, math.hypot(first.error, second.error)
    return Estimate(value, value - z * error, value + z * error)


def difference_of_shares(first: Group, second: Group, z: float = Z_90) -> Estimate:
    """The first share of 0/1 less the second, with Newcombe's square-and-add interval (1998, method 10).

    Of Wilson's intervals of both; a weighted group counts as its effective number of students.
    """
    value = first.value - second.value
    (low, high), (low_second, high_second) = (
        wilson_interval(g.value * g.effective, g.effective, z) for g in (first, second)
    )
    below = math.hypot(first.value - low, high_second - second.value)
    above = math.hypot(high - first.value, second.value - low_second)
    return Estimate(value, value - below, value + above)


def hedges_g(first: Group, second: Group, z: float = Z_90) -> Estimate | None:
    """Hedges g = w (m1 - m2) / s_pooled with w = 1 - 3 / (4 N - 9); None where nobody differs but the groups do.

    What Works Clearinghouse, Procedures Handbook 4.1, appendix E. The variance is w^2 times
    1 / n1 + 1 / n2 + d^2 / (2 (n1 + n2)) with d = g / w and effective numbers of students (Borenstein, Hedges,
    Higgins and Rothstein, Introduction to Meta-Analysis, 2009, equations 4.20 and 4.24).
    """
    freedom = first.n + second.n - 2
    pooled = math.sqrt(((first.n - 1) * first.deviation**2 + (second.n - 1) * second.deviation**2) / freedom)
    gap = first.value - second.value
    if pooled == 0:
        return Estimate(0.0, 0.0, 0.0) if gap == 0 else None
    d, (n1, n2) = gap / pooled, (first.effective, second.effective)
    return _corrected(d, 1 / n1 + 1 / n2 + d * d / (2 * (n1 + n2)), first.n + second.n, z)


def cox_index(first: Group, second: Group, z: float = Z_90) -> Estimate | None:
    """Cox index w ln(odds ratio) / 1.65 of two shares of 0/1; None where a share is 0 or 1 and has no odds.

    What Works Clearinghouse, Procedures Handbook 4.1, appendix E; Sanchez-Meca, Marin-Martinez and Chacon-Moscoso
    2003. The variance of ln(odds ratio) is the sum of 1 / (n p) + 1 / (n (1 - p)) over both groups (Woolf 1955),
    with effective numbers of students.
    """
    if not all(0 < group.value < 1 for group in (first, second)):
        return None
    odds, odds_second = (group.value / (1 - group.value) for group in (first, second))
    variance = sum(1 / (group.effective * group.value * (1 - group.value)) for group in (first, second))
    return _corrected(math.log(odds / odds_second) / _COX, variance / _COX**2, first.n + second.n, z)


def _corrected(effect: float, variance: float, students: int, z: float) -> Estimate:
    """An effect size with the correction for small samples, and its interval."""
    w = 1 - 3 / (4 * students - 9)
    spread = z * w * math.sqrt(variance)
    return Estimate(w * effect, w * effect - spread, w * effect + spread)
