"""From sums to one row of the results: the figure, and the interval around it."""

from typing import Any

from partnerkpi.measure.interval import Sums, ratio_interval, wilson_interval
from partnerkpi.measure.kpi_files import broken
from partnerkpi.models.kpi import Kpi, Measure

# The values of a Result, in the order of its fields.
Row = tuple[Any, ...]


def partner_result(
    kpi: Kpi,
    partner: str,
    program: str,
    period_id: int,
    by: str,
    group: str,
    given: int,
    people: int,
    largest: int,
    numerator: int,
    denominator: int,
) -> Row:
    """The row of a KPI about partners; raises KpiFileError when it gives a partner several for one period."""
    if given > 1:
        raise broken(kpi.path, 1, "it gives a partner more than one row for a period (a join that fans out?)")
    whose = (kpi.id, partner, program, period_id, by, group, int(people), int(numerator), int(denominator))
    return (*whose, numerator / denominator, None, None, int(people), int(largest), False)


def student_result(
    kpi: Kpi,
    partner: str,
    program: str,
    period_id: int,
    by: str,
    group: str,
    given: int,
    n: int,
    x: int,
    d: int,
    xx: int,
    xd: int,
    dd: int,
    contributors: int,
    largest: int,
    binary: bool,
    smallest_denominator: int,
    largest_denominator: int,
    uniform: bool,
) -> Row:
    """The row of a KPI about students, from sums over them.

    Raises KpiFileError when it gives a student several rows for one period, or a total has several denominators.
    """
    if given > 1:
        raise broken(kpi.path, 1, "it gives a student more than one row for a period (a join that fans out?)")
    interval = None
    if kpi.measure is Measure.TOTAL:
        if smallest_denominator != largest_denominator:
            raise broken(kpi.path, 1, "the denominator of a total is one number: how many minor units make one")
        value = x / largest_denominator
    elif binary:
        value, interval = x / n, wilson_interval(x, n)
    else:
        value, interval = x / d, ratio_interval(Sums(n, x, d, xx, xd, dd))
    low, high = interval or (None, None)
    return (kpi.id, partner, program, period_id, by, group, n, x, d, value, low, high, contributors, largest, uniform)
