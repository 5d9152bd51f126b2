"""From KPI files to results: every partner, program, period and group of a KPI in one scan."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl

from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import has_cohort, kpi_columns
from partnerkpi.measure.dose import BY_HOURS, DOSE_BANDS, dose_sql
from partnerkpi.measure.interval import Sums, ratio_interval, wilson_interval
from partnerkpi.measure.kpi_files import broken
from partnerkpi.models.dated import Number, in_force
from partnerkpi.models.kpi import Counted, Grain, Kpi, Measure
from partnerkpi.models.result import Result
from partnerkpi.warehouse import Warehouse, WarehouseFault

SCHEMA: dict[str, Any] = {
    "kpi": pl.String,
    "partner": pl.String,
    "program": pl.String,
    "period_id": pl.Int64,
    "by": pl.String,
    "group": pl.String,
    "students": pl.Int64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "contributors": pl.Int64,
    "largest": pl.Int64,
    "uniform": pl.Boolean,
}


def measure(
    warehouse: Warehouse,
    kpis: Sequence[Kpi],
    *,
    period_ids: Mapping[str, Sequence[int]],
    settings: Mapping[str, Mapping[str, Number]],
    by: Sequence[str] = (),
    seconds: float | None = None,
    failed: Callable[[Kpi, KpiFileError], None] | None = None,
    dose_bands: Sequence[float] = DOSE_BANDS,
) -> pl.DataFrame:
    """The results of each KPI for every partner and program, exact; shape: `SCHEMA`, sorted.

    The empty partner is all partners together, each student once. `period_ids` says for each KPI which periods; `by`
    names the kinds of groups to break down by ("school", "grade_level", "group_*", "hours" of engagement in the bands
    that begin at `dose_bands`; of a KPI about partners what it gives itself); the rows over all groups have empty `by`
    and `group`. `seconds` is how long one KPI may take.

    Raises KpiFileError when a file fails on the data, gives a student more than one row for a period, or takes too
    long; with `failed` it hears so instead, and the others go on.
    """
    rows: list[dict[str, Any]] = []
    for kpi in kpis:
        try:
            rows += measure_one(warehouse, kpi, period_ids[kpi.id], settings.get(kpi.id, {}), by, seconds, dose_bands)
        except KpiFileError as error:
            if failed is None:
                raise
            failed(kpi, error)
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return frame.sort("kpi", "partner", "program", "by", "group", "period_id")


def measure_one(
    warehouse: Warehouse,
    kpi: Kpi,
    period_ids: Sequence[int],
    settings: Mapping[str, Number],
    by: Sequence[str],
    seconds: float | None = None,
    dose_bands: Sequence[float] = DOSE_BANDS,
) -> list[dict[str, Any]]:
    """The rows of one KPI."""
    found: list[dict[str, Any]] = []
    try:
        with warehouse.limited(seconds):
            columns = kpi_columns(warehouse, kpi)
            for values, periods in _alike(kpi, settings, period_ids):
                if kpi.grain is Grain.PARTNER:
                    sql = _partner_sql(kpi, columns, periods, by)
                else:
                    sql = _sums_sql(kpi, has_cohort(columns), periods, by, dose_bands)
                found += warehouse.records(sql, values)
    except WarehouseFault as error:
        raise broken(kpi.path, 1, error.what.partition(": ")[2] or error.what) from None
    return [_partner_row(kpi, sums) if kpi.grain is Grain.PARTNER else _row(kpi, sums) for sums in found]


def _alike(
    kpi: Kpi, settings: Mapping[str, Number], period_ids: Sequence[int]
) -> list[tuple[dict[str, float | int], list[int]]]:
    """The periods, in groups in which the same settings are in force."""
    groups: list[tuple[dict[str, float | int], list[int]]] = []
    for period_id in period_ids:
        values = setting_values(kpi, settings, period_id)
        for known, periods in groups:
            if known == values:
                periods.append(period_id)
                break
        else:
            groups.append((values, [period_id]))
    return groups


def setting_values(kpi: Kpi, settings: Mapping[str, Number], period_id: int | None = None) -> dict[str, float | int]:
    """The settings in force in a period (None: last): the workspace's, else the file's defaults."""
    values = {s.name: in_force(settings.get(s.name, s.default), period_id) for s in kpi.settings}
    return {name: int(value) if value == int(value) else value for name, value in values.items()}


def results_of(frame: pl.DataFrame) -> tuple[Result, ...]:
    """The rows of a frame as values."""
    return tuple(Result(**row) for row in frame.iter_rows(named=True))


def _sums_sql(
    kpi: Kpi, own_cohort: bool, period_ids: Sequence[int], by: Sequence[str], dose_bands: Sequence[float]
) -> str:
    """Sums over the students of every cohort, next to the data; one row per cohort, period and group."""
    periods = ", ".join(str(period) for period in period_ids) or "null"
    cohort = " and m.cohort_id = k.cohort_id" if own_cohort else ""
    own = "cohort_id, " if own_cohort else ""
    members = f"join cohort_members as m on m.student_id = k.student_id and m.period_id = k.period_id{cohort}"
    source = "k" if kpi.counted is Counted.OWN else "m"
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in by)
    groups = (
        f"""
union all
select k.*, g.group_by, g.group_value
from of_cohorts as k
join student_groups as g
  on g.student_id = k.student_id and g.period_id = k.period_id and g.group_by in ({kinds})"""
        if by
        else ""
    )
    if BY_HOURS in by:
        groups += f"\nunion all{dose_sql(dose_bands)}"
    return f"""
with measures as (
{kpi.sql}
),
whole as (
  select
    student_id, {own}period_id,
    cast(round(numerator) as hugeint) as numerator, cast(round(denominator) as hugeint) as denominator
  from measures
  where period_id in ({periods}) and numerator is not null and denominator > 0
),
of_cohorts as (
  select {source}.cohort_id, k.student_id, k.period_id, k.numerator, k.denominator
  from whole as k
  {members if source == "m" else ""}
),
grouped as (
  select k.*, '' as group_by, '' as group_value from of_cohorts as k{groups}
)
select
  c.partner, c.program, s.period_id, s.group_by, s.group_value,
  count(*) as students,
  count(distinct s.student_id) as distinct_students,
  sum(s.numerator) as x, sum(s.denominator) as d,
  sum(s.numerator * s.numerator) as xx, sum(s.numerator * s.denominator) as xd,
  sum(s.denominator * s.denominator) as dd,
  count(*) filter (where s.numerator > 0) as contributors,
  max(s.numerator) as largest,
  bool_and(s.denominator = 1 and s.numerator in (0, 1)) as binary,
  min(s.denominator) as smallest_denominator,
  max(s.denominator) as largest_denominator,
  count(distinct cast(s.numerator as double) / s.denominator) = 1 as uniform
from grouped as s
join cohorts as c on c.cohort_id = s.cohort_id
group by c.partner, c.program, s.period_id, s.group_by, s.group_value
order by 1, 2, 3, 4, 5"""


def _partner_sql(kpi: Kpi, columns: Collection[str], period_ids: Sequence[int], by: Sequence[str]) -> str:
    """The rows of a KPI about partners, for the partners that have a file and for all of them together."""
    periods = ", ".join(str(period) for period in period_ids) or "null"
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in ("", *by))
    grouped = "group_by" in columns
    return f"""
with measures as (
{kpi.sql}
)
select
  c.partner, '' as program, k.period_id,
  {"k.group_by, k.group_value" if grouped else "'' as group_by, '' as group_value"},
  count(*) as given,
  sum(cast(round(k.numerator) as hugeint)) as x, sum(cast(round(k.denominator) as hugeint)) as d,
  {"sum(k.people)" if "people" in columns else "0"} as people
from measures as k
join cohorts as c on c.partner = k.partner_id and c.program = ''
where k.period_id in ({periods}) and k.numerator is not null and k.denominator > 0
  {f"and k.group_by in ({kinds})" if grouped else ""}
group by all
order by all"""


def _partner_row(kpi: Kpi, found: Mapping[str, Any]) -> dict[str, Any]:
    if found["given"] > 1:
        raise broken(kpi.path, 1, "it gives a partner more than one row for a period (a join that fans out?)")
    numerator, denominator, people = int(found["x"]), int(found["d"]), int(found["people"])
    return {
        **{name: found[name] for name in ("partner", "program", "period_id")},
        "kpi": kpi.id,
        "by": found["group_by"],
        "group": found["group_value"],
        "students": people,
        "numerator": numerator,
        "denominator": denominator,
        "value": numerator / denominator,
        "low": None,
        "high": None,
        "contributors": people,
        "largest": 0,
        "uniform": False,
    }


def _row(kpi: Kpi, found: Mapping[str, Any]) -> dict[str, Any]:
    if found["students"] != found["distinct_students"]:
        raise broken(kpi.path, 1, "it gives a student more than one row for a period (a join that fans out?)")
    sums = Sums(*(int(found[name]) for name in ("students", "x", "d", "xx", "xd", "dd")))
    value, interval = _value(kpi, sums, found)
    return {
        "kpi": kpi.id,
        "partner": found["partner"],
        "program": found["program"],
        "period_id": found["period_id"],
        "by": found["group_by"],
        "group": found["group_value"],
        "students": sums.n,
        "numerator": sums.x,
        "denominator": sums.d,
        "value": value,
        "low": None if interval is None else interval[0],
        "high": None if interval is None else interval[1],
        "contributors": int(found["contributors"]),
        "largest": int(found["largest"]),
        "uniform": bool(found["uniform"]),
    }


def _value(kpi: Kpi, sums: Sums, found: Mapping[str, Any]) -> tuple[float, tuple[float, float] | None]:
    if kpi.measure is Measure.TOTAL:
        if found["smallest_denominator"] != found["largest_denominator"]:
            raise broken(kpi.path, 1, "the denominator of a total is one number: how many minor units make one")
        return sums.x / int(found["largest_denominator"]), None
    if found["binary"]:
        return sums.x / sums.n, wilson_interval(sums.x, sums.n)
    return sums.x / sums.d, ratio_interval(sums)
