"""Two arms from sums over the strata of a cohort, weighted by the database in doubles; and where these do not do.

For many cohorts at once: the same formulas as `strata` and `effect`, term by term. Squares that nearly cancel (as of a
share of all, which has no odds) and effects on the very edge of a verdict are left to whole numbers (`Inexact`).
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from partnerkpi.measure.beside import NUMBERS, Arms, Number, told
from partnerkpi.measure.effect import Group, group_of_whole
from partnerkpi.measure.interval import Sums
from partnerkpi.measure.strata_sql import Told, strata_sql, sums_of
from partnerkpi.models.similar import Comparison, Matching, Verdict

# A sum of squares that is this small beside what it is the difference of has lost more digits than may be.
_CANCELLED = 1e-4
_EDGE = 1e-8
# The edges of verdicts that are no setting: see `beside`.
_EDGES = (0.05,)
_SIDES = ("m", "c")


class Inexact(Exception):
    """Doubles will not do for this comparison."""


def weighted_sql(each: Told) -> dict[str, str]:
    """The sums of one KPI over the strata of a cohort by their name, as SQL over `strata`.

    A control weighs participants / controls of its stratum. m_ are sums of participants, c_ of controls unweighted, w_
    weighted and v_ weighted by the square; `all` counts participants with a figure, matched or not.
    """
    names = sums_of(each)
    n, matched = names["n"], f"c_{names['n']} > 0 and m_{names['n']} > 0"
    weight = f"(cast(m_{n} as double) / nullif(c_{n}, 0))"
    sums = {"all": f"sum(m_{n})"}
    for name, column in names.items():
        sums[f"m_{name}"] = f"sum(m_{column}) filter (where {matched})"
        if name in ("n", "an", "bn", "other"):
            sums[f"c_{name}"] = f"sum(c_{column}) filter (where {matched})"
        if name != "other":
            sums[f"w_{name}"] = f"fsum({weight} * c_{column}) filter (where {matched})"
            sums[f"v_{name}"] = f"fsum({weight} * {weight} * c_{column}) filter (where {matched})"
    return sums


def all_weighted_sql(every: Sequence[Told]) -> str:
    """A row for each cohort with the sums of all KPIs, one after the other, each as in `weighted_sql`; nulls are 0."""
    columns = ", ".join(f"coalesce({sql}, 0)" for each in every for sql in weighted_sql(each).values())
    return f"{strata_sql(every)}\nselect cohort_id, {columns} from strata group by cohort_id"


@dataclass(frozen=True)
class Weighted:
    """The sums of one KPI for one cohort, by the names of `weighted_sql`."""

    each: Told
    sums: Mapping[str, float]

    def numbers(self, variables: Collection[str], before: Mapping[str, Sums]) -> dict[str, Number]:
        """Those of the variables that are numbers of last year: the same for all KPIs of one kind."""
        return {name: self._number(v, before[name]) for v, name in zip("ab", NUMBERS, strict=True) if name in variables}

    def compared(self, bare: Comparison, matching: Matching, numbers: Mapping[str, Number]) -> Comparison:
        """As `strata.compared`; raises Inexact."""
        matched, similar = int(self.sums["m_n"]), int(self.sums["c_n"])
        both = Arms(
            participants=int(self.sums["all"]),
            matched=matched,
            similar=similar,
            effective=matched**2 / self.sums["v_n"] if matched else 0.0,
            numbers=numbers,
            binary=self._binary,
            arms=self._arms,
        )
        found = told(bare, both, matching)
        edges = (*_EDGES, matching.maximum_baseline)
        effects = [abs(row.effect) for row in found.balance if row.effect is not None and row.verdict != Verdict.EXACT]
        if any(abs(effect - edge) < _EDGE for effect in effects for edge in edges):
            raise Inexact
        return found

    @property
    def _binary(self) -> bool:
        if self.each.span.zero_or_one:
            return True
        if "m_other" not in self.sums:
            return not self.sums["m_n"]
        return not self.sums["m_other"] + self.sums["c_other"]

    def _number(self, v: str, before: Sums) -> Number:
        s = self.sums
        mine = Sums(*(int(s[f"m_{v}{part}"]) for part in ("n", "x", "n", "xx", "x", "n")))
        theirs = partial(_group, int(s[f"c_{v}n"]), *(
            (s[f"{side}_{v}n"], s[f"{side}_{v}x"], s[f"{side}_{v}n"], s[f"{side}_{v}xx"], s[f"{side}_{v}x"],
             s[f"{side}_{v}n"]) for side in "wv"
        ))  # fmt: skip
        return Number(
            mine.x / mine.n / 100 if mine.n else None,
            before.x / before.n / 100 if before.n else None,
            s[f"w_{v}x"] / s[f"w_{v}n"] / 100 if s[f"c_{v}n"] else None,
            min(mine.n, int(s[f"c_{v}n"])),
            lambda: (group_of_whole(mine), theirs()),
        )

    def _arms(self) -> tuple[Group, Group]:
        mine = Sums(*(int(number) for number in self._figures("m")))
        return group_of_whole(mine), _group(int(self.sums["c_n"]), self._figures("w"), self._figures("v"))

    def _figures(self, side: str) -> tuple[float, float, float, float, float, float]:
        """n, x, d, xx, xd and dd of one side: what the strata do not have follows from what they have."""
        n, x = self.sums[f"{side}_n"], self.sums[f"{side}_x"]
        if self.each.span.zero_or_one:
            return n, x, n, x, x, n
        xx = self.sums[f"{side}_xx"]
        if (d := self.each.denominator) is not None:
            return n, x, d * n, xx, d * x, d * d * n
        return n, x, self.sums[f"{side}_d"], xx, self.sums[f"{side}_xd"], self.sums[f"{side}_dd"]


_Six = tuple[float, float, float, float, float, float]


def _group(n: int, weighted: _Six, squared: _Six) -> Group:
    """As `effect.group_of`, from sums weighted and weighted by the square; raises Inexact."""
    weights, x, d, *rest = weighted
    value = x / d
    spread = n / (n - 1) * weights * _residuals(value, *rest) / d**2
    variance = n / (n - 1) * _residuals(value, *squared[3:]) / d**2
    return Group(n, weights**2 / squared[0], value, math.sqrt(spread), math.sqrt(variance))


def _residuals(ratio: float, xx: float, xd: float, dd: float) -> float:
    """The sum of (x - ratio d)^2; raises Inexact where it is the small difference of large numbers."""
    terms = (xx, -2 * ratio * xd, ratio * ratio * dd)
    found, largest = math.fsum(terms), max(abs(term) for term in terms)
    if largest and found < _CANCELLED * largest:
        raise Inexact
    return found
