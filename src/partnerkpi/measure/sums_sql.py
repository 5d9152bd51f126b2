"""The SQL around a KPI file: sums over the students of every cohort and group, next to the data."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from partnerkpi.models.kpi import Counted, Kpi

# What KPIs gave for each student (and cohort, where they say one) and period, until it is summed. `given` is above 1
# when there were several rows.
MEASURED = """
create or replace temp table measured (
  kpi integer, student_id bigint, cohort_id integer, period_id integer, given bigint,
  numerator hugeint, denominator hugeint
)"""


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


def keep_sql(kpi: Kpi, number: int, own_cohort: bool, period_ids: Sequence[int]) -> str:
    """Add what a KPI gives in some periods to `measured`, under a number; returns how many rows these are."""
    own = "cohort_id" if own_cohort else "null"
    return f"""
insert into measured
with measures as (
{kpi.sql}
)
select
  {number}, student_id, {own}, period_id, count(*),
  cast(sum(round(numerator)) as hugeint), cast(sum(round(denominator)) as hugeint)
from measures
where period_id in ({_listed(period_ids)}) and numerator is not null and denominator > 0
group by student_id, {f"{own}, " if own_cohort else ""}period_id"""


def student_sums_sql(numbers: Sequence[int], how: Counting, by: Sequence[str]) -> str:
    """One row per KPI (its number in `measured`), cohort, period and group, of KPIs that are counted alike.

    Reads `member_groups` and `group_names`. The columns after the number are those that `student_result` takes, in its
    order.
    """
    whole = f"(select * from measured where kpi in ({_listed(numbers)}))"
    if how is Counting.OWN:
        kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in by) or "null"
        of_groups = f"""
  select k.kpi, k.cohort_id, k.period_id, g.group_id, k.numerator, k.denominator, k.given
  from {whole} as k
  join (
    select student_id, period_id, 0 as group_id from {whole} group by student_id, period_id
    union all
    select s.student_id, s.period_id, n.group_id
    from student_groups as s join group_names as n on n.group_by = s.group_by and n.group_value = s.group_value
    where s.group_by in ({kinds})
  ) as g on g.student_id = k.student_id and g.period_id = k.period_id"""
    else:
        cohort = " and m.cohort_id = k.cohort_id" if how is Counting.MEMBERS_OWN else ""
        of_groups = f"""
  select k.kpi, m.cohort_id, k.period_id, m.group_id, k.numerator, k.denominator, k.given
  from member_groups as m
  join {whole} as k on k.student_id = m.student_id and k.period_id = m.period_id{cohort}"""
    return f"""
with of_groups as ({of_groups}
),
sums as (
  select
    kpi, cohort_id, period_id, group_id,
    count(*) as students, max(given) as given,
    sum(numerator) as x, sum(denominator) as d,
    sum(numerator * numerator) as xx, sum(numerator * denominator) as xd, sum(denominator * denominator) as dd,
    count(*) filter (where numerator > 0) as contributors,
    max(numerator) as largest,
    bool_and(denominator = 1 and numerator in (0, 1)) as "binary",
    min(denominator) as smallest_denominator, max(denominator) as largest_denominator,
    min(cast(numerator as double) / denominator) = max(cast(numerator as double) / denominator) as uniform
  from of_groups
  group by kpi, cohort_id, period_id, group_id
)
select
  s.kpi, c.partner, c.program, s.period_id, n.group_by, n.group_value, s.given, s.students, s.x, s.d, s.xx, s.xd, s.dd,
  s.contributors, s.largest, s."binary", s.smallest_denominator, s.largest_denominator, s.uniform
from sums as s
join cohorts as c on c.cohort_id = s.cohort_id
join group_names as n on n.group_id = s.group_id"""


def partner_sums_sql(kpi: Kpi, columns: Collection[str], period_ids: Sequence[int], by: Sequence[str]) -> str:
    """The rows of a KPI about partners, for the partners that have a file and for all of them together.

    The columns are those that `partner_result` takes, in its order.
    """
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in ("", *by))
    grouped = "group_by" in columns
    group = "k.group_by, k.group_value" if grouped else "'' as group_by, '' as group_value"
    people = "sum(k.people)" if "people" in columns else "0"
    largest = "max(k.largest)" if "largest" in columns else "0"
    wanted = f"and k.group_by in ({kinds})" if grouped else ""
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
