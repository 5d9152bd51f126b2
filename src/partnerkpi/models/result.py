"""A result: partner x KPI x period x group, exact, and never to be printed as it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Sums over the students of one cohort in one period.

    `value` is in the KPI's unit as a plain ratio (a share is 0 to 1), `low` and `high` the ends of its interval
    (None for totals and single students, and where a figure is about no students). Of a KPI about partners `students`
    are the people behind the figure, 0 when it is about none. `contributors` counts students with a numerator above
    zero, `largest` is the largest numerator of one student, `uniform` says that all students have the same ratio.
    """

    kpi: str
    partner: str
    program: str
    period_id: int
    by: str
    group: str
    students: int
    numerator: int
    denominator: int
    value: float
    low: float | None
    high: float | None
    contributors: int
    largest: int
    uniform: bool
