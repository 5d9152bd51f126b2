"""The tables that marts join the facts with: the calendar, scales, rates, rules and cohorts."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from partnerkpi.models.partner import CohortName
from partnerkpi.models.reference import Rate, Reference
from partnerkpi.models.school_year import Period, Quarter, SchoolCalendar, Window
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import REFERENCE
from partnerkpi.warehouse.versions import digest

# What stands among the versions for the tables themselves, whatever is in them.
_MADE = "(reference)"
_FOREVER = dt.date(9999, 12, 31)


def write_reference(warehouse: Warehouse, reference: Reference, kept: Mapping[str, str]) -> dict[str, str]:
    """Replace every reference table whose version is not the one kept; gives the versions of all of them."""
    tables = {name: list(rows) for name, rows in _tables(reference)}
    versions = {name: digest(REFERENCE, rows) for name, rows in tables.items()}
    made = {_MADE: digest(REFERENCE)}
    if kept.get(_MADE) != made[_MADE]:
        warehouse.run(REFERENCE)
        kept = {}
    for name, rows in tables.items():
        if versions[name] != kept.get(name):
            _fill(warehouse, name, rows)
    return versions | made


def _tables(reference: Reference) -> Iterator[tuple[str, Iterable[tuple[object, ...]]]]:
    """Every reference table with its rows."""
    calendar = reference.calendar
    periods = list(calendar.periods())
    held = [(p.period_id, q.quarter_id) for p in periods for q in _up_to(calendar, p.quarter, Window.YEAR_TO_DATE)]
    terms = list(_terms(calendar))
    # A college term such as 2025FA names its own year; a term of several school years could not be placed.
    written = [term for _, term, _ in terms]
    yield "periods", [_period(reference, p) for p in periods]
    yield (
        "period_quarters",
        [(p.period_id, q.quarter_id) for p in periods for q in _up_to(calendar, p.quarter, p.window)],
    )
    yield "member_quarters", held if reference.held else [(p.period_id, p.quarter.quarter_id) for p in periods]
    yield "days", _days(calendar)
    yield "years", _years(calendar)
    yield "terms", terms
    yield "college_terms", [(t, quarter) for _, t, quarter in terms if written.count(t) == 1]
    yield (
        "grade_scale",
        [
            (year, m.mark, m.points_hundredths, m.final, m.passing, m.d_or_f)
            for year, ms in reference.scales
            for m in ms
        ],
    )
    yield "level_weights", [(y, w.level, w.points_hundredths) for y, ws in reference.weights for w in ws]
    yield "core_subjects", [(subject,) for subject in reference.core_subjects]
    yield "rates", _rates(reference.rates)
    yield "eligibility", reference.eligible
    yield "cohorts", [(c.cohort_id, c.partner, c.program) for c in reference.cohorts]
    yield "cohort_names", _names(reference.names)


def _period(reference: Reference, period: Period) -> tuple[object, ...]:
    quarter = period.quarter
    members_from = _year_begins(reference.calendar, quarter) if reference.held else quarter.first_day
    whole = (period.period_id, quarter.quarter_id, quarter.school_year, period.window.value)
    return (*whole, period.first_day, period.last_day, members_from)


def show_names(warehouse: Warehouse, names: Sequence[CohortName]) -> None:
    """Make the connection see these names, by a temporary table before the stored one."""
    warehouse.run("create or replace temp table cohort_names as select * from cohort_names where false")
    _fill(warehouse, "cohort_names", _names(names))


def _names(names: Sequence[CohortName]) -> list[tuple[object, ...]]:
    return [(n.partner, n.program, n.cohort_id, n.name_of, n.first_day, n.last_day) for n in names]


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
