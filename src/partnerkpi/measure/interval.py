"""How sure a figure is: the interval of a ratio of two sums, and whether a change is outside noise."""

import math
from dataclasses import dataclass

# Two-sided 90 percent of the normal distribution.
Z_90 = 1.6448536269514722


@dataclass(frozen=True)
class Sums:
    """Sums over n students of numerators x and denominators d: x, d, x squared, x times d, d squared."""

    n: int
    x: int
    d: int
    xx: int
    xd: int
    dd: int


def ratio_interval(sums: Sums, z: float = Z_90) -> tuple[float, float] | None:
    """The interval of sum(x) / sum(d), both ends in the unit of the ratio; None below two students.

    With R = sum(x) / sum(d) and r_i = x_i - R d_i: se = sqrt(n / (n - 1) * sum(r_i^2)) / sum(d), the linearised
    variance of a ratio estimator (Cochran, Sampling Techniques, 3rd ed., section 6.4).
    """
    if sums.n < 2:
        return None
    # sum(r_i^2) * d^2 in whole numbers: sums of squares that nearly cancel lose nothing.
    squares = sums.d**2 * sums.xx - 2 * sums.x * sums.d * sums.xd + sums.x**2 * sums.dd
    ratio = sums.x / sums.d
    error = math.sqrt(sums.n / (sums.n - 1) * (squares / sums.d**2)) / sums.d
    return ratio - z * error, ratio + z * error


def wilson_interval(successes: float, n: float, z: float = Z_90) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927; Brown, Cai and DasGupta 2001); n is at least 1.

    Weighted students count as their effective number, which need not be whole.
    """
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, max(share, (centre + spread) / scale))


def outside_noise(now: tuple[float, float, float], before: tuple[float, float, float]) -> bool:
    """Whether two independent figures, each (value, low, high), differ by more than noise.

    Newcombe's square-and-add interval of a difference (Newcombe 1998, method 10; MOVER): the difference is
    outside noise when its interval leaves out zero.
    """
    value, low, high = now
    value_before, low_before, high_before = before
    difference = value - value_before
    below = math.hypot(value - low, high_before - value_before)
    above = math.hypot(high - value, value_before - low_before)
    return difference - below > 0 or difference + above < 0
