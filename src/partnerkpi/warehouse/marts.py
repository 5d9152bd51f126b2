"""Quarter marts in the database: reference tables written anew, then one table per mart query."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields

from partnerkpi.models.partner import Cohort, CohortName
from partnerkpi.models.school_year import SchoolCalendar, Window
from partnerkpi.warehouse.connection import Warehouse


@dataclass(frozen=True)
class ScaleMark:
    """One mark of a grading scale; `points_hundredths` is None for a mark outside GPA."""

    mark: str
    points_hundredths: int | None
    final: bool
    passing: bool
    d_or_f: bool


def partner_names(warehouse: Warehouse) -> list[tuple[str, str]]:
    """Every pair of partner and program as exports write them."""
    found = warehouse.rows("""
select partner, program from engagement
union
select partner, program from participants
order by 1, 2""")
    return [(str(partner), str(program)) for partner, program in found]


def facts_version(warehouse: Warehouse) -> str:
    """Changes whenever a load does."""
    return str(
        warehouse.value(
            "select coalesce(max(load_id), 0) || '/' || count(*) filter (where undone_at is null) from loads"
        )
    )


def marts_fingerprint(warehouse: Warehouse) -> str:
    """What the marts were built from; empty before the first time."""
    found = warehouse.rows("select fingerprint from marts")
    return str(found[0][0]) if found else ""


def build_marts(
    warehouse: Warehouse,
    queries: Mapping[str, str],
    *,
    calendar: SchoolCalendar,
    scale: Sequence[ScaleMark],
    cohorts: Sequence[Cohort],
    names: Sequence[CohortName],
    fingerprint: str,
) -> None:
    """Write every mart anew, all or none; `queries` are SELECTs by the name of their table."""
    with warehouse.transaction():
        write_reference(warehouse, calendar=calendar, scale=scale, cohorts=cohorts, names=names)
        for name, sql in queries.items():
            warehouse.run(f"create or replace table {name} as {sql}")
        warehouse.run("delete from marts")
        warehouse.run("insert into marts values ($fingerprint)", {"fingerprint": fingerprint})


def write_reference(
    warehouse: Warehouse,
    *,
    calendar: SchoolCalendar,
    scale: Sequence[ScaleMark],
    cohorts: Sequence[Cohort],
    names: Sequence[CohortName],
) -> None:
    """The tables that mart queries join the facts with."""
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
            )
            for p in periods
        ],
    )
    _fill(
        warehouse,
        "period_quarters",
        [
            (p.period_id, q.quarter_id)
            for p in periods
            for q in calendar.quarters
            if q.quarter_id == p.quarter.quarter_id
            or (
                p.window is Window.YEAR_TO_DATE
                and q.school_year == p.quarter.school_year
                and q.number < p.quarter.number
            )
        ],
    )
    _fill(warehouse, "days", list(_days(calendar)))
    terms = list(_terms(calendar))
    _fill(warehouse, "terms", terms)
    # A college term such as 2025FA names its own year; a term of several school years could not be placed.
    written = [term for _, term, _ in terms]
    _fill(warehouse, "college_terms", [(t, quarter) for _, t, quarter in terms if written.count(t) == 1])
    _fill(warehouse, "grade_scale", [astuple(mark) for mark in scale], width=len(fields(ScaleMark)))
    _fill(warehouse, "cohorts", [(c.cohort_id, c.partner, c.program) for c in cohorts])
    _fill(warehouse, "cohort_names", [(n.partner, n.program, n.cohort_id) for n in names])


def _days(calendar: SchoolCalendar) -> Iterable[tuple[dt.date, int, str]]:
    for quarter in calendar.quarters:
        for offset in range((quarter.last_day - quarter.first_day).days + 1):
            yield quarter.first_day + dt.timedelta(days=offset), quarter.quarter_id, quarter.school_year


def _terms(calendar: SchoolCalendar) -> Iterable[tuple[str, str, int]]:
    for year in calendar.school_years:
        quarters = {quarter.number: quarter.quarter_id for quarter in year.quarters}
        for term, number in year.terms:
            yield year.name, term, quarters[number]


def _fill(warehouse: Warehouse, table: str, rows: Sequence[tuple[object, ...]], width: int | None = None) -> None:
    """Replace a small table's rows, a whole column at a time."""
    warehouse.run(f"delete from {table}")
    if not rows:
        return
    count = width or len(rows[0])
    columns = {f"c{index}": [row[index] for row in rows] for index in range(count)}
    types = [str(row[1]) for row in warehouse.rows(f"describe {table}")]
    unnested = ", ".join(f"unnest(${name}::{kind}[])" for name, kind in zip(columns, types, strict=True))
    warehouse.run(f"insert into {table} select {unnested}", columns)
