"""The tables that marts join the facts with: the calendar, scales, rates, rules and cohorts, written anew each time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

from partnerkpi.models.partner import CohortName
from partnerkpi.models.reference import Rate, Reference
from partnerkpi.models.school_year import Quarter, SchoolCalendar, Window
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import REFERENCE

_FOREVER = dt.date(9999, 12, 31)


def write_reference(warehouse: Warehouse, reference: Reference) -> None:
    """Replace every reference table."""
    warehouse.run(REFERENCE)
    calendar = reference.calendar
    periods = list(calendar.periods())
    _fill(
        warehouse,
        "periods",
        [
            (
                p.period_id,
                p.quarter.quarter_id,
                p.quarter.school_year,
                p.window.value,
                p.first_day,
                p.last_day,
                _year_begins(calendar, p.quarter) if reference.held else p.quarter.first_day,
            )
            for p in periods
        ],
    )
    within = [(p.period_id, q.quarter_id) for p in periods for q in _up_to(calendar, p.quarter, p.window)]
    _fill(warehouse, "period_quarters", within)
    held = [(p.period_id, q.quarter_id) for p in periods for q in _up_to(calendar, p.quarter, Window.YEAR_TO_DATE)]
    _fill(
        warehouse, "member_quarters", held if reference.held else [(p.period_id, p.quarter.quarter_id) for p in periods]
    )
    _fill(warehouse, "days", list(_days(calendar)))
    _fill(warehouse, "years", list(_years(calendar)))
    terms = list(_terms(calendar))
    _fill(warehouse, "terms", terms)
    # A college term such as 2025FA names its own year; a term of several school years could not be placed.
    written = [term for _, term, _ in terms]
    _fill(warehouse, "college_terms", [(t, quarter) for _, t, quarter in terms if written.count(t) == 1])
    marks = [
        (year, m.mark, m.points_hundredths, m.final, m.passing, m.d_or_f) for year, ms in reference.scales for m in ms
    ]
    _fill(warehouse, "grade_scale", marks)
    _fill(warehouse, "level_weights", [(y, w.level, w.points_hundredths) for y, ws in reference.weights for w in ws])
    _fill(warehouse, "core_subjects", [(subject,) for subject in reference.core_subjects])
    _fill(warehouse, "rates", list(_rates(reference.rates)))
    _fill(warehouse, "eligibility", list(reference.eligible))
    _fill(warehouse, "cohorts", [(c.cohort_id, c.partner, c.program) for c in reference.cohorts])
    _fill_names(warehouse, reference.names)


def show_names(warehouse: Warehouse, names: Sequence[CohortName]) -> None:
    """Make the connection see these names, by a temporary table before the stored one."""
    warehouse.run("create or replace temp table cohort_names as select * from cohort_names where false")
    _fill_names(warehouse, names)


def _fill_names(warehouse: Warehouse, names: Sequence[CohortName]) -> None:
    rows = [(n.partner, n.program, n.cohort_id, n.name_of, n.first_day, n.last_day) for n in names]
    _fill(warehouse, "cohort_names", rows)


def _year_begins(calendar: SchoolCalendar, quarter: Quarter) -> dt.date:
    return calendar.period(quarter, Window.YEAR_TO_DATE).first_day


def _up_to(calendar: SchoolCalendar, quarter: Quarter, window: Window) -> list[Quarter]:
    """The quarters in a window that ends with a quarter."""
    return [
        q
        for q in calendar.quarters
        if q == quarter
        or (window is Window.YEAR_TO_DATE and q.school_year == quarter.school_year and q.number < quarter.number)
    ]


def _days(calendar: SchoolCalendar) -> Iterable[tuple[dt.date, int, str]]:
    for quarter in calendar.quarters:
        for offset in range((quarter.last_day - quarter.first_day).days + 1):
            yield quarter.first_day + dt.timedelta(days=offset), quarter.quarter_id, quarter.school_year


def _years(calendar: SchoolCalendar) -> Iterable[tuple[int, int]]:
    """Each period with the last year to date of the school year before, where that is described."""
    closing = {year.name: year.quarters[-1].quarter_id + 1 for year in calendar.school_years}
    before = {later.name: closing[earlier.name] for earlier, later in pairwise(calendar.school_years)}
    for period in calendar.periods():
        if period.quarter.school_year in before:
            yield period.period_id, before[period.quarter.school_year]


def _terms(calendar: SchoolCalendar) -> Iterable[tuple[str, str, int]]:
    for year in calendar.school_years:
        quarters = {quarter.number: quarter.quarter_id for quarter in year.quarters}
        for term, number in year.terms:
            yield year.name, term, quarters[number]


def _rates(rates: Sequence[Rate]) -> Iterable[tuple[str, dt.date, dt.date, int, int | None]]:
    """Each rate with the last day it is in force."""
    for rate in rates:
        later = [other.first_day for other in rates if other.name == rate.name and other.first_day > rate.first_day]
        last = min(later) - dt.timedelta(days=1) if later else _FOREVER
        yield rate.name, rate.first_day, last, rate.cents, rate.most_hundredths


def _fill(warehouse: Warehouse, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Replace a small table's rows, a whole column at a time."""
    warehouse.run(f"delete from {table}")
    if not rows:
        return
    columns = {f"c{index}": [row[index] for row in rows] for index in range(len(rows[0]))}
    types = [str(row[1]) for row in warehouse.rows(f"describe {table}")]
    unnested = ", ".join(f"unnest(${name}::{kind}[])" for name, kind in zip(columns, types, strict=True))
    warehouse.run(f"insert into {table} select {unnested}", columns)
