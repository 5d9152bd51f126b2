"""A comparison with similar students: how it is made, how alike the two arms are, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Matching:
    """How similar students are found, and when the comparison is withheld.

    `variables` are columns of the roster: school, grade_level, last_year_attendance, last_year_gpa, group_*. A band
    begins at its edge; edges are in hundredths of a percent and of a grade point, ascending. `minimum_arm` counts
    students, `minimum_coverage` is the share of participants that must be matched, `maximum_baseline` the largest
    effect size that a matching variable may have.
    """

    variables: tuple[str, ...]
    attendance_edges: tuple[int, ...]
    gpa_edges: tuple[int, ...]
    minimum_arm: int
    minimum_coverage: float
    maximum_baseline: float


class Verdict(StrEnum):
    """How alike the arms are in one matching variable (What Works Clearinghouse: 0.05 and 0.25)."""

    EXACT = "matched exactly"
    GOOD = "good"
    ROUGH = "roughly similar"
    APART = "too different"
    UNKNOWN = "nothing known"


@dataclass(frozen=True)
class Balance:
    """One matching variable in both arms: means in its own unit, of those who have a value; None where nobody has.

    `participants` and `after` are of matched students, the latter weighted; `before` is of all who could have been
    matched. `effect` is Hedges g after weighting. A variable without numbers is matched exactly and has none of them.
    """

    variable: str
    participants: float | None
    before: float | None
    after: float | None
    effect: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Estimate:
    """A figure and the ends of its 90 percent interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Participants of a cohort beside similar students, for one KPI and period; never to be printed as it is.

    `members` are the students of the cohort; `participants` those of them the KPI speaks of, `matched` those of
    these who stand in a stratum with similar students. `similar` counts the similar students in these strata, and
    `similar_effective` how many unweighted ones would say as much (Kish). `value` and `similar_value` are plain
    ratios (a share is 0 to 1; a total is per student), `difference` is the first less the second. `effect_kind` is
    "Hedges g" or "Cox index". Where `withheld` says why, there is no value, no difference and no effect;
    `no_effect` says why an effect size alone is missing.
    """

    kpi: str
    partner: str
    program: str
    period_id: int
    variables: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    members: int = 0
    participants: int = 0
    matched: int = 0
    similar: int = 0
    similar_effective: float = 0.0
    balance: tuple[Balance, ...] = ()
    value: float | None = None
    similar_value: float | None = None
    difference: Estimate | None = None
    effect: Estimate | None = None
    effect_kind: str = ""
    no_effect: str = ""
    withheld: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """The share of the participants that is matched; 0 without participants."""
        return self.matched / self.participants if self.participants else 0.0
