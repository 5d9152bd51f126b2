"""Participants beside similar students: every cohort asked for, in one scan per KPI."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from partnerkpi.measure.beside import NUMBERS
from partnerkpi.measure.catalogue import columns_of, has_cohort
from partnerkpi.measure.interval import Sums
from partnerkpi.measure.kpi_files import broken
from partnerkpi.measure.narrow import narrowed_to
from partnerkpi.measure.settings import setting_values
from partnerkpi.measure.similar_sql import TEMPORARY, arms_sql, others_sql, prepare_sql, quoted
from partnerkpi.measure.similar_together import Cohort, compared_together
from partnerkpi.measure.strata import Arm, Stratum, compared
from partnerkpi.measure.strata_sql import Told, figures_of_people_sql, people_sql, told_of
from partnerkpi.measure.sums_sql import Whole
from partnerkpi.measure.taking import filled, spans_of
from partnerkpi.measure.together import Sheet, sheets
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.similar import Comparison, Matching
from partnerkpi.warehouse import Warehouse, WarehouseFault

NO_ROSTER = "no roster: nobody has sent `students` for this school year"
NOT_OF_STUDENTS = "it speaks of partners, not of students"
ONLY_PARTICIPANTS = "it counts what only the students of a partner do"
_EXACT = ("school", "grade_level")


@dataclass(frozen=True)
class _Roster:
    """What a school year's roster can be matched on: its students, and the variables that have any value."""

    students: int
    known: frozenset[str]


@dataclass(frozen=True)
class Prepared:
    """Who is compared in one period, found once for all KPIs; `others` by cohort, and by number of last year."""

    warehouse: Warehouse
    period_id: int
    cohorts: tuple[Cohort, ...]
    matching: Matching
    left_out: tuple[str, ...]
    roster: _Roster
    members: Mapping[Cohort, int]
    others: Mapping[Cohort, Mapping[str, Sums]]

    def compare_all(
        self, kpis: Sequence[Kpi], settings: Mapping[str, Mapping[str, Number]]
    ) -> dict[str, tuple[Comparison, ...]]:
        """By id what `compare` gives of each KPI; `settings` by KPI. Those that look at the same rows are one query.

        Raises KpiFileError as it does.
        """
        found, asked = dict[str, tuple[Comparison, ...]](), []
        for kpi in kpis:
            never = self._never(kpi)
            if never is None:
                values = setting_values(kpi, settings.get(kpi.id, {}), self.period_id)
                asked.append((kpi, columns_of(self.warehouse, kpi), [(values, [self.period_id])]))
            else:
                found[kpi.id] = never
        if asked:
            self.warehouse.run(people_sql(self.period_id))
        for sheet in sheets(asked):
            told = self._told(sheet)
            for kpi in sheet.kpis if told is None else ():
                found[kpi.id] = self.compare(kpi, settings.get(kpi.id, {}))
            found |= {} if told is None else compared_together(self, sheet.kpis, told)
        return {kpi.id: found[kpi.id] for kpi in kpis}

    def compare(self, kpi: Kpi, settings: Mapping[str, Number]) -> tuple[Comparison, ...]:
        """One KPI for each cohort, in the order asked; `settings` are the workspace's values for it.

        Raises KpiFileError when the file fails on the data, gives a student more than one row, or is a total with
        several denominators.
        """
        try:
            never = self._never(kpi)
            if never is not None:
                return never
            values = setting_values(kpi, settings, self.period_id)
            found = self.warehouse.records(arms_sql(kpi, self.period_id), values)
        except WarehouseFault as error:
            raise broken(kpi.path, 1, error.what.partition(": ")[2]) from None
        strata = _strata(kpi, found)
        return tuple(
            compared(self.bare(kpi, cohort), strata[cohort], self.matching, before=self.others[cohort])
            for cohort in self.cohorts
        )

    def bare(self, kpi: Kpi, cohort: Cohort) -> Comparison:
        """What is known of a cohort before its KPI is looked at."""
        return Comparison(
            kpi.id,
            *cohort,
            self.period_id,
            variables=self.matching.variables,
            left_out=self.left_out,
            members=self.members.get(cohort, 0),
        )

    def _never(self, kpi: Kpi) -> tuple[Comparison, ...] | None:
        """Of each cohort why no student can be compared at all; None when they can."""
        reason = _never(kpi, self.roster, own_cohort=has_cohort(columns_of(self.warehouse, kpi)))
        bare = (Comparison(kpi.id, *c, self.period_id, members=self.members.get(c, 0)) for c in self.cohorts)
        return tuple(replace(each, withheld=(reason,)) for each in bare) if reason else None

    def _told(self, sheet: Sheet) -> tuple[Told, ...] | None:
        """Fill `compared_figures` with KPIs of the same rows; None when each has to be asked alone.

        So it is when one of them fails, or gives what is to be objected to.
        """
        try:
            sheet = filled(self.warehouse, sheet, Whole.USUAL)
            told = told_of(sheet.kpis, spans_of(self.warehouse, sheet))
            if any(e.span.given > 1 or (e.kpi.measure is Measure.TOTAL and e.denominator is None) for e in told):
                return None
            if told:
                self.warehouse.run(figures_of_people_sql(told))
        except WarehouseFault:
            return None
        return told


@contextlib.contextmanager
def comparing(
    warehouse: Warehouse,
    *,
    period_id: int,
    cohorts: Sequence[Cohort],
    matching: Matching,
    kpis: Sequence[Kpi] | None = None,
) -> Iterator[Prepared]:
    """Everything for comparing cohorts (partner, program) in one period; meanwhile marts are cut down to who matters.

    A variable that the school year's roster has no value of is left out, and the comparison says so. `kpis` are those
    that will be compared: what they do not read is not cut down; None: whatever.
    """
    roster = _roster(warehouse, period_id)
    known = tuple(name for name in matching.variables if name in roster.known)
    used, left_out = replace(matching, variables=known), tuple(n for n in matching.variables if n not in known)
    members = _members(warehouse, period_id, cohorts)
    warehouse.run(prepare_sql(used, period_id=period_id, cohorts=cohorts))
    found = warehouse.records(others_sql())
    others = {
        (str(row["partner"]), str(row["program"])): {name: _numbers(row, name) for name in NUMBERS} for row in found
    }
    nobody = {name: Sums(0, 0, 0, 0, 0, 0) for name in NUMBERS}
    of_cohorts = {cohort: others.get(cohort, nobody) for cohort in cohorts}
    try:
        # One period of a mart is read once as fast as it is cut down.
        read, students = _read(warehouse, kpis), "select student_id from compared_students"
        with narrowed_to(warehouse, students, read, least=2):
            yield Prepared(warehouse, period_id, tuple(cohorts), used, left_out, roster, members, of_cohorts)
    finally:
        warehouse.run("; ".join(f"drop table if exists {name}" for name in TEMPORARY))


def compare(
    warehouse: Warehouse,
    kpi: Kpi,
    *,
    period_id: int,
    cohorts: Sequence[Cohort],
    settings: Mapping[str, Number],
    matching: Matching,
) -> tuple[Comparison, ...]:
    """One KPI in one period, for each cohort (partner, program) in the order asked; see `Prepared.compare`."""
    with comparing(warehouse, period_id=period_id, cohorts=cohorts, matching=matching) as prepared:
        return prepared.compare(kpi, settings)


def _never(kpi: Kpi, roster: _Roster, *, own_cohort: bool) -> str:
    """Why no student can be compared at all, or nothing."""
    if kpi.grain != "student":
        return NOT_OF_STUDENTS
    if own_cohort:
        return ONLY_PARTICIPANTS
    return "" if roster.students else NO_ROSTER


def _read(warehouse: Warehouse, kpis: Sequence[Kpi] | None) -> list[str] | None:
    """The queries whose marts are worth cutting down: none where it would leave half of the students or more."""
    compared, roster = warehouse.rows("""
select (select count(*) from compared_students), (select count(*) from compared_roster)""")[0]
    if 2 * int(compared) >= int(roster):
        return []
    return None if kpis is None else [kpi.sql for kpi in kpis]


def _roster(warehouse: Warehouse, period_id: int) -> _Roster:
    of_year = f"where s.school_year = (select school_year from periods where period_id = {period_id})"
    counts = ", ".join(f"count(s.{name}_hundredths) as {name}" for name in NUMBERS)
    found = warehouse.records(f"select count(*) as students, {counts} from students as s {of_year}")[0]
    groups = warehouse.rows(f"select distinct s.group_by from student_group_values as s {of_year}")
    known = {*_EXACT, *(name for name in NUMBERS if found[name]), *(str(row[0]) for row in groups)}
    return _Roster(int(found["students"]), frozenset(known))


def _members(warehouse: Warehouse, period_id: int, cohorts: Sequence[Cohort]) -> dict[Cohort, int]:
    partners = ", ".join(sorted({quoted(partner) for partner, _ in cohorts})) or "''"
    found = warehouse.rows(f"""
select c.partner, c.program, count(distinct m.student_id)
from cohort_members as m
join cohorts as c on c.cohort_id = m.cohort_id
where m.period_id = {period_id} and c.partner in ({partners})
group by c.partner, c.program""")
    return {(str(partner), str(program)): int(count) for partner, program, count in found}


def _strata(kpi: Kpi, found: Sequence[Mapping[str, Any]]) -> dict[Cohort, list[Stratum]]:
    """The rows of the query, both arms of a stratum together, by cohort."""
    arms: dict[Cohort, dict[int | None, dict[bool, Arm]]] = defaultdict(lambda: defaultdict(dict))
    for row in found:
        arms[row["partner"], row["program"]][row["stratum"]][row["participant"]] = _arm(kpi, row)
    strata: dict[Cohort, list[Stratum]] = defaultdict(list)
    for cohort, by_stratum in arms.items():
        strata[cohort] = [
            Stratum(both.get(True), both.get(False), stratum is not None) for stratum, both in by_stratum.items()
        ]
    return strata


def _arm(kpi: Kpi, row: Mapping[str, Any]) -> Arm:
    if row["given"] > 1:
        raise broken(kpi.path, 1, "it gives a student more than one row for a period (a join that fans out?)")
    sums = Sums(*(int(row[name]) for name in ("n", "x", "d", "xx", "xd", "dd")))
    if kpi.measure is Measure.TOTAL and sums.n * sums.dd != sums.d**2:
        raise broken(kpi.path, 1, "the denominator of a total is one number: how many minor units make one")
    return Arm(sums, {name: _numbers(row, name) for name in NUMBERS}, not row["others"])


def _numbers(row: Mapping[str, Any], name: str) -> Sums:
    """Sums of one number of last year over the students who have it, with 1 as denominator."""
    n, x, xx = (int(row[f"{name}_{part}"] or 0) for part in ("n", "x", "xx"))
    return Sums(n, x, n, xx, x, n)
