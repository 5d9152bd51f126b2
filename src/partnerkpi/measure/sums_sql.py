"""The SQL around KPI files: sums over the students of every cohort and group, next to the data.

`sheet` holds what some KPIs gave for each student and period, a column for each figure; `sums`, a row for each KPI,
cohort, period and group, is what is left of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from partnerkpi.measure.together import Part, Sheet
from partnerkpi.models.kpi import Counted, Kpi, Measure

# `given` is above 1 when a student had several rows. x and d are the numerators and denominators.
SUMS = """
create or replace temp table sums (
  kpi integer, cohort_id integer, period_id integer, group_id integer, given bigint, n bigint,
  x hugeint, d hugeint, xx hugeint, xd hugeint, dd hugeint, contributors bigint, largest hugeint,
  "binary" boolean, smallest_denominator hugeint, largest_denominator hugeint, uniform boolean
)"""
# A product of two such numbers is within 63 bits.
_SMALL = 2**31


class Whole(StrEnum):
    """The whole numbers that figures are kept as; what is beyond 63 bits is seldom and costs twice as much."""

    USUAL = "bigint"
    LARGE = "hugeint"


class Counting(StrEnum):
    """Whose rows count for a cohort: its members', its members' rows of this cohort, or all rows of this cohort."""

    MEMBERS = "members"
    MEMBERS_OWN = "own rows of members"
    OWN = "own rows"


def counting(kpi: Kpi, own_cohort: bool) -> Counting:
    """Whose rows of a KPI count; `own_cohort`: they say which cohort they are of."""
    if kpi.counted is Counted.OWN:
        return Counting.OWN
    return Counting.MEMBERS_OWN if own_cohort else Counting.MEMBERS


@dataclass(frozen=True)
class Span:
    """What there is of one KPI in `sheet`: rows, the smallest and largest figures, and most rows of one student.

    `of_rows` are the rows of the sheet: whether the KPI has all of them.
    """

    of_rows: int
    rows: int
    x_least: int
    x_most: int
    d_least: int
    d_most: int
    given: int

    @property
    def zero_or_one(self) -> bool:
        """Whether every student has 0 or 1 of 1."""
        return self.d_least == self.d_most == 1 and self.x_least >= 0 and self.x_most <= 1

    @property
    def small(self) -> bool:
        """Whether products of figures are within 63 bits."""
        return max(-self.x_least, self.x_most, self.d_most) < _SMALL


def sheet_sql(sheet: Sheet, part: Part, whole: Whole) -> str:
    """A SELECT of the rows of `sheet`: its keys, and x0, d0 for the first KPI, x1, d1 for the second.

    They are null where a KPI has no row, and there is no d where the denominator is written down. Where the sheet is
    not known to be `unique` also g0, g1: how many rows a student has.
    """
    figures = []
    for number, written in enumerate(sheet.denominators):
        there = f"kept{number} and n{number} is not null" + ("" if written else f" and d{number} > 0")
        for name, given in (("x", "n"), ("d", "d"))[: 1 if written else 2]:
            figures.append((f"{name}{number}", f"case when {there} then round({given}{number}) end"))
    keys = ", ".join(sheet.keys)
    of_periods = f"from given where period_id in ({_listed(part.period_ids)})"
    some = "coalesce(" + ", ".join(f"x{number}" for number in range(len(sheet.kpis))) + ") is not null"
    if sheet.unique:
        columns = ", ".join(f"cast({sql} as {whole}) as {name}" for name, sql in figures)
        return f"""
with given as (
{part.sql}
)
select * from (select {keys}, {columns} {of_periods}) where {some}"""
    columns = ", ".join(f"cast(sum({sql}) as {whole}) as {name}" for name, sql in figures)
    counts = ", ".join(f"count({sql}) as g{name[1:]}" for name, sql in figures if name[0] == "x")
    return f"""
with given as (
{part.sql}
)
select * from (select {keys}, {columns}, {counts} {of_periods} group by {keys}) where {some}"""


def repeated_sql(sheet: Sheet) -> str:
    """A row when `sheet`, filled as if it were unique, has a second one of some student."""
    return f"select 1 from sheet group by {', '.join(sheet.keys)} having count(*) > 1 limit 1"


def spans_sql(sheet: Sheet) -> str:
    """One row: the rows of `sheet`, and for each KPI of it the other numbers of a Span, in its order."""
    spans = []
    for number, written in enumerate(sheet.denominators):
        given = "1" if sheet.unique else f"max(g{number})"
        x, d = f"x{number}", f"d{number}"
        ends = f"{written}, {written}" if written else f"min({d}), max({d})"
        spans.append(f"count({x}), min({x}), max({x}), {ends}, {given}")
    return f"select count(*), {', '.join(spans)} from sheet"


def add_sums_sql(sheet: Sheet, spans: Sequence[Span], numbers: Sequence[int]) -> str:
    """Add the sums of the KPIs of `sheet` to `sums`, each under its number; those without rows have none.

    Reads `member_groups`, or `student_group_ids` where a KPI says itself whose rows count.
    """
    told = [each for each in zip(numbers, range(len(spans)), sheet.kpis, spans, strict=True) if each[3].rows]
    sums = (item for _, index, kpi, span in told for item in _added(index, kpi, span).items())
    columns = ",\n    ".join(f"{sql} as {name}" for name, sql in sums)
    rows = "\nunion all\n".join(_row_sql(*each) for each in told)
    how = counting(sheet.kpis[0], sheet.own_cohort)
    cohort = "m" if how is Counting.MEMBERS else "k"
    return f"""
insert into sums
with added as materialized (
  select {cohort}.cohort_id, k.period_id, {"k" if how is Counting.OWN else "m"}.group_id,
    {columns}
  from {_OF_GROUPS[how]}
  group by {cohort}.cohort_id, k.period_id, {"k" if how is Counting.OWN else "m"}.group_id
)
{rows}"""


_OF_GROUPS = {
    Counting.MEMBERS: """member_groups as m
  join sheet as k on k.student_id = m.student_id and k.period_id = m.period_id""",
    Counting.MEMBERS_OWN: """member_groups as m
  join sheet as k on k.student_id = m.student_id and k.period_id = m.period_id and k.cohort_id = m.cohort_id""",
    Counting.OWN: """(
    select *, 0 as group_id from sheet
    union all
    select s.*, g.group_id
    from sheet as s join student_group_ids as g on g.student_id = s.student_id and g.period_id = s.period_id
  ) as k""",
}


def _added(index: int, kpi: Kpi, span: Span) -> dict[str, str]:
    """The aggregates of one KPI, no more than its row is made of: each costs as much as a join."""
    x, d = f"k.x{index}", f"k.d{index}"
    wide = "" if span.small else "::hugeint"
    students = "count(*)" if span.rows == span.of_rows else f"count({x})"
    sums = {f"n{index}": students, f"x{index}": f"sum({x})"}
    if span.given > 1:
        sums[f"g{index}"] = f"max(k.g{index})"
    if span.zero_or_one:
        return sums
    sums |= {f"least{index}": f"min({x})", f"most{index}": f"max({x})"}
    if span.x_least <= 0:
        sums[f"some{index}"] = f"count(case when {x} > 0 then 1 end)"
    if kpi.measure is not Measure.TOTAL:
        sums[f"xx{index}"] = f"sum({x}{wide} * {x})"
    if span.d_least == span.d_most:
        return sums
    ratio = f"cast({x} as double) / {d}"
    return sums | {
        f"d{index}": f"sum({d})",
        f"xd{index}": f"sum({x}{wide} * {d})",
        f"dd{index}": f"sum({d}{wide} * {d})",
        f"dleast{index}": f"min({d})",
        f"dmost{index}": f"max({d})",
        f"uniform{index}": f"min({ratio}) = max({ratio})",
    }


def _row_sql(number: int, index: int, kpi: Kpi, span: Span) -> str:
    """A SELECT of the rows of `sums` of one KPI; what follows from other sums is made of them.

    A total has no interval, and no squares.
    """
    given = f"g{index}" if span.given > 1 else "1"
    n, x, some, least, most = (f"{name}{index}" for name in ("n", "x", "some", "least", "most"))
    xx = "null" if kpi.measure is Measure.TOTAL else f"xx{index}"
    some = n if span.x_least > 0 else some
    if span.zero_or_one:
        one = f"case when {x} > 0 then 1 else 0 end"
        rest = f"{x}, {n}, {x}, {x}, {n}, {x}, {one}, true, 1, 1, {x} = 0 or {x} = {n}"
    elif span.d_least == span.d_most:
        d = f"{span.d_most}::hugeint"
        zero_or_one = f"{least} >= 0 and {most} <= 1" if span.d_most == 1 else "false"
        rest = (
            f"{x}, {d} * {n}, {xx}, {d} * {x}, {d} * {d} * {n}, {some}, {most}, {zero_or_one}, {d}, {d}, "
            f"{least} = {most}"
        )
    else:
        d, xd, dd, dleast, dmost = (f"{name}{index}" for name in ("d", "xd", "dd", "dleast", "dmost"))
        zero_or_one = f"{dleast} = 1 and {dmost} = 1 and {least} >= 0 and {most} <= 1"
        rest = f"{x}, {d}, {xx}, {xd}, {dd}, {some}, {most}, {zero_or_one}, {dleast}, {dmost}, uniform{index}"
    return f"select {number}, cohort_id, period_id, group_id, {given}, {n}, {rest} from added where {n} > 0"


def partner_sums_sql(
    kpi: Kpi, columns: Collection[str], period_ids: Sequence[int], by: Sequence[str], grouped_in: Collection[int] | None
) -> str:
    """The rows of a KPI about partners, for the partners that have a file and for all of them together.

    The columns are those that `partner_result` takes, in its order.
    """
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in ("", *by))
    grouped = "group_by" in columns
    group = "k.group_by, k.group_value" if grouped else "'' as group_by, '' as group_value"
    people = "sum(k.people)" if "people" in columns else "0"
    largest = "max(k.largest)" if "largest" in columns else "0"
    wanted = f"and k.group_by in ({kinds})" if grouped else ""
    if grouped and grouped_in is not None:
        wanted += f" and (k.group_by = '' or k.period_id in ({_listed(sorted(grouped_in))}))"
    return f"""
with measures as (
{kpi.sql}
)
select
  c.partner, '' as program, k.period_id, {group}, count(*) as given, {people} as people, {largest} as largest,
  sum(cast(round(k.numerator) as hugeint)) as x, sum(cast(round(k.denominator) as hugeint)) as d
from measures as k
join cohorts as c on c.partner = k.partner_id and c.program = ''
where k.period_id in ({_listed(period_ids)}) and k.numerator is not null and k.denominator > 0 {wanted}
group by all"""


def _listed(period_ids: Sequence[int]) -> str:
    return ", ".join(str(period) for period in period_ids) or "null"
