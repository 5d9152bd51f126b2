"""Every figure of every KPI: for each partner, program, period and group."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from oracle import of_partners, of_students
from oracle.district import Cohort, Period
from oracle.of_students import Pair
from oracle.world import World

KPIS = (*of_students.KPIS, *of_partners.KPIS)
OF_WHOLE_DISTRICT = tuple(kpi for kpi, recount in of_students.KPIS.items() if not recount.of_activities)


class Place(NamedTuple):
    """Where a figure belongs; `by` and `group` are empty for all students together."""

    partner: str
    program: str
    period_id: int
    by: str
    group: str


class Figure(NamedTuple):
    """Numerator and denominator summed up, and the quotient told.

    `students` are those behind it, `contributors` those of them with a numerator above 0, the largest being `largest`:
    what disclosure control asks. Of a KPI about partners it is the largest part of one member of staff, 0 without one.
    """

    students: int
    numerator: int
    denominator: int
    contributors: int
    largest: int
    value: Fraction


def figures(world: World, kpi: str) -> dict[Place, Figure]:
    """All figures of a KPI."""
    found = {}
    for period in world.district.periods:
        for cohort in world.district.cohorts():
            of_cohort = _of_students if kpi in of_students.KPIS else _of_partner
            for (by, group), figure in of_cohort(world, kpi, period, cohort):
                found[Place(*cohort, period.period_id, by, group)] = figure
    return found


def pairs(world: World, kpi: str, period: Period) -> Iterable[Pair]:
    """Numerator and denominator of every student of the district, for a KPI that knows nothing about partners."""
    return of_students.KPIS[kpi].pairs(world, period, ("", "")).values()


def _of_students(world: World, kpi: str, period: Period, cohort: Cohort) -> Iterator[tuple[tuple[str, str], Figure]]:
    recount = of_students.KPIS[kpi]
    counted = recount.pairs(world, period, cohort)
    students = counted.keys() if recount.own else counted.keys() & world.members(period, cohort)
    grouped: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for student in students:
        if counted[student][1] > 0:
            for group in {("", ""), *world.roster.groups[student, period.school_year]}:
                grouped[group].append(counted[student])
    for group, own in grouped.items():
        yield group, _summed(own, recount.unit)


def _summed(own: list[Pair], unit: int) -> Figure:
    numerators = [numerator for numerator, _ in own]
    numerator, denominator = sum(numerators), sum(denominator for _, denominator in own)
    contributors = sum(1 for each in numerators if each > 0)
    value = Fraction(numerator, unit or denominator)
    return Figure(len(own), numerator, denominator, contributors, max(numerators), value)


def _of_partner(world: World, kpi: str, period: Period, cohort: Cohort) -> Iterator[tuple[tuple[str, str], Figure]]:
    for one in of_partners.KPIS[kpi](world, period, cohort) if not cohort[1] else ():
        value = Fraction(one.numerator, one.denominator)
        group = ("kind", one.kind) if one.kind else ("", "")
        yield group, Figure(one.people, one.numerator, one.denominator, one.people, one.largest, value)
