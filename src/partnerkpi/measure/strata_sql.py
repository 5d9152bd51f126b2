"""The SQL of comparing several KPIs at once: their sums by stratum and arm, and by cohort, side by side.

`compared_figures` has everybody who is compared with what the KPIs of one `sheet` say of them. KPIs that speak of the
same students are of one kind: how many these are, and their numbers of last year, are summed once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from partnerkpi.measure.beside import NUMBERS
from partnerkpi.measure.sums_sql import Span
from partnerkpi.models.kpi import Kpi, Measure


@dataclass(frozen=True)
class Told:
    """One KPI of a sheet: its place there, the first KPI that speaks of the same students, and what there is of it."""

    kpi: Kpi
    place: int
    kind: int
    span: Span

    @property
    def denominator(self) -> int | None:
        """The one that all students have; None where there are several."""
        return self.span.d_most if self.span.d_least == self.span.d_most else None


def told_of(kpis: Sequence[Kpi], spans: Sequence[Span]) -> tuple[Told, ...]:
    """Those of the KPIs of a sheet that have any rows. Totals speak of everybody."""
    kinds: dict[object, int] = {}
    found = []
    for place, (kpi, span) in enumerate(zip(kpis, spans, strict=True)):
        of_whom = Measure.TOTAL if kpi.measure is Measure.TOTAL else "the sheet" if span.rows == span.of_rows else place
        if span.rows:
            found.append(Told(kpi, place, kinds.setdefault(of_whom, place), span))
    return tuple(found)


def people_sql(period_id: int) -> str:
    """Temporary table `compared_people`: everybody in a stratum with participants, and these; once for all KPIs.

    `here` says who is a student of the district in the period. Reads the tables of `similar_sql.prepare_sql`.
    """
    numbers = ", ".join(f"r.{name}" for name in NUMBERS)
    return f"""
create or replace temp table compared_people as
select s.student_id, r.stratum, {numbers}, d.student_id is not null as here
from compared_students as s
left join compared_roster as r on r.student_id = s.student_id
left join students_by_period as d on d.student_id = s.student_id and d.period_id = {period_id}"""


def figures_of_people_sql(told: Sequence[Told]) -> str:
    """Temporary table `compared_figures`: whom the KPIs in `sheet` speak of; a total of everybody, without a row 0."""
    columns = []
    for each in told:
        total, x = each.kpi.measure is Measure.TOTAL, f"k.x{each.place}"
        columns.append(f"{f'case when p.here then coalesce({x}, 0) end' if total else x} as x{each.place}")
        if each.denominator is None:
            columns.append(f"k.d{each.place}")
    numbers = ", ".join(f"p.{name}" for name in NUMBERS)
    return f"""
create or replace temp table compared_figures as
select p.student_id, p.stratum, {numbers}, {", ".join(columns)}
from compared_people as p left join sheet as k on k.student_id = p.student_id"""


def strata_sql(told: Sequence[Told], only: Sequence[int] | None = None) -> str:
    """CTEs down to `strata`: a row for each cohort and stratum (null off the roster), both arms side by side.

    `only` are the places of cohorts among `compared_cohorts`, by `cohort_id`; None: all. The columns are those of
    `sums_of`, m_ of participants and c_ of controls; the controls of a stratum are all its students less those who are
    none.
    """
    sums = _sums(told)
    added = ",\n    ".join(f"{sql} as {name}" for name, sql in sums.items())
    whose = "" if only is None else f"where cohort_id in ({', '.join(str(number) for number in only) or 'null'})"
    left = ", ".join(f"e.{name} - coalesce(g.{name}, 0) as c_{name}" for name in sums)
    mine = ", ".join(f"m.{name} as m_{name}" for name in sums)
    return f"""
with wanted as materialized (select cohort_id from compared_cohorts {whose}),
cells as materialized (select s.* from compared_strata as s semi join wanted as w on w.cohort_id = s.cohort_id),
everybody as (
  select f.stratum,
    {added}
  from compared_figures as f where f.stratum in (select stratum from cells)
  group by f.stratum
),
gone as (
  select o.cohort_id, f.stratum,
    {added}
  from compared_gone as o
  semi join cells as s on s.cohort_id = o.cohort_id and s.stratum = o.stratum
  join compared_figures as f on f.student_id = o.student_id
  group by o.cohort_id, f.stratum
),
mine as (
  select m.cohort_id, f.stratum,
    {added}
  from compared_members as m
  semi join wanted as w on w.cohort_id = m.cohort_id
  join compared_figures as f on f.student_id = m.student_id
  group by m.cohort_id, f.stratum
),
theirs as (
  select s.cohort_id, s.stratum, {left}
  from cells as s
  join everybody as e on e.stratum = s.stratum
  left join gone as g on g.cohort_id = s.cohort_id and g.stratum = s.stratum
),
strata as (
  select m.cohort_id, m.stratum, {mine}, {", ".join(f"t.c_{name}" for name in sums)}
  from mine as m left join theirs as t on t.cohort_id = m.cohort_id and t.stratum = m.stratum
)"""


def sums_of(each: Told) -> dict[str, str]:
    """The names in `strata` of one KPI's sums, without m_ or c_: of its figures, and of last year's numbers."""
    figures = {name: f"{name}{each.place}" for name in _names(each)}
    return {"n": f"n{each.kind}", **figures, **{f"{v}{part}": f"{v}{part}{each.kind}" for v in "ab" for part in _PARTS}}


_PARTS = ("n", "x", "xx")


def _names(each: Told) -> tuple[str, ...]:
    """The sums of a KPI that do not follow from others; `other` counts who has neither 0 nor 1 of 1."""
    if each.span.zero_or_one:
        return ("x",)
    if each.denominator is not None:
        return ("x", "xx", "other") if each.denominator == 1 else ("x", "xx")
    return ("x", "xx", "other", "d", "xd", "dd")


def _sums(told: Sequence[Told]) -> dict[str, str]:
    """Every sum by its name, as SQL over `compared_figures as f`."""
    sums: dict[str, str] = {}
    for each in told:
        x, d, wide = f"f.x{each.place}", f"f.d{each.place}", "" if each.span.small else "::hugeint"
        if each.kind == each.place:
            sums[f"n{each.kind}"] = f"count({x})"
            for v, name in zip("ab", NUMBERS, strict=True):
                known = f"case when {x} is not null then f.{name} end"
                parts = (f"count({known})", f"coalesce(sum({known}), 0)", f"coalesce(sum({known} * f.{name}), 0)")
                sums |= {f"{v}{part}{each.kind}": sql for part, sql in zip(_PARTS, parts, strict=True)}
        one = "true" if each.denominator == 1 else f"{d} = 1"
        parts_of_figures = {
            "x": f"sum({x})",
            "xx": f"sum({x}{wide} * {x})",
            "other": f"count({x}) filter (where not ({one} and {x} in (0, 1)))",
            "d": f"sum({d})",
            "xd": f"sum({x}{wide} * {d})",
            "dd": f"sum({d}{wide} * {d})",
        }
        sums |= {f"{name}{each.place}": f"coalesce({parts_of_figures[name]}, 0)" for name in _names(each)}
    return sums
