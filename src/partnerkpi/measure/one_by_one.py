"""KPIs about the students of one partner: run one after the other, kept in one long table, and summed at once.

Of a hundred students a query is planned longer than it runs. There are fewer of them so than with a sheet for each few
KPIs (`taking.summed`), which many students are faster with.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from partnerkpi.measure import taking as limits
from partnerkpi.measure.catalogue import columns_of, has_cohort
from partnerkpi.measure.rows import Row, student_result
from partnerkpi.measure.sums_sql import Counting, counting
from partnerkpi.measure.taking import Sums, Taking, require_a_denominator
from partnerkpi.models.kpi import Kpi
from partnerkpi.warehouse import WarehouseFault

# What KPIs gave for each student (and cohort, where they say one) and period, until it is summed. `given` is above 1
# when there were several rows.
_MEASURED = """
create or replace temp table measured (
  kpi integer, student_id bigint, cohort_id integer, period_id integer, given bigint,
  numerator hugeint, denominator hugeint
)"""


def student_rows(taking: Taking, kpis: Iterable[Kpi]) -> Iterator[Row]:
    """The rows of KPIs about students; reads `member_groups`, `student_group_ids` and `group_names`."""
    kept, rows = dict[int, Kpi](), 0
    taking.warehouse.run(_MEASURED)
    try:
        for number, kpi in enumerate(kpis):
            found = taking.of(kpi, partial(_keep, taking, kpi, number))
            if found is not None:
                kept[number] = kpi
                rows += found
            if rows > limits._KEPT:
                yield from _summed(taking, kept)
                taking.warehouse.run(_MEASURED)
                kept, rows = {}, 0
        yield from _summed(taking, kept)
    finally:
        taking.warehouse.run("drop table measured")


def _keep(taking: Taking, kpi: Kpi, number: int) -> int:
    """Run a KPI and keep what it gives; how many rows."""
    warehouse, kept = taking.warehouse, 0
    with warehouse.limited(taking.seconds):
        own_cohort = has_cohort(columns_of(warehouse, kpi))
        for values, periods in taking.alike(kpi):
            kept += int(warehouse.value(_keep_sql(kpi, number, own_cohort, periods), values))
            require_a_denominator(warehouse, kpi, values, periods, bool(kept))
    return kept


def _summed(taking: Taking, kept: Mapping[int, Kpi]) -> Iterator[Row]:
    alike: dict[Counting, dict[int, Kpi]] = defaultdict(dict)
    for number, kpi in kept.items():
        alike[counting(kpi, has_cohort(columns_of(taking.warehouse, kpi)))][number] = kpi
    for how, some in alike.items():
        sums = _sums(taking, how, some)
        for number, kpi in some.items():
            yield from taking.of(kpi, partial(results_of_sums, kpi, sums[number])) or []


def results_of_sums(kpi: Kpi, found: Sequence[Sums]) -> list[Row]:
    """The rows of a KPI from sums over students; raises KpiFileError as `student_result`."""
    return [student_result(kpi, *sums) for sums in found]


def _sums(taking: Taking, how: Counting, kpis: Mapping[int, Kpi]) -> dict[int, list[Sums]]:
    """By number the sums of KPIs that are counted alike; where all together fail, of each that does not."""
    sums: dict[int, list[Sums]] = defaultdict(list)
    try:
        for number, *rest in taking.asked(_sums_sql(list(kpis), how)):
            sums[number].append(tuple(rest))
    except WarehouseFault:
        for number, kpi in kpis.items():
            alone = partial(taking.asked, _sums_sql([number], how))
            sums[number] = [row[1:] for row in taking.of(kpi, alone) or []]
    return sums


def _keep_sql(kpi: Kpi, number: int, own_cohort: bool, period_ids: Sequence[int]) -> str:
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


def _sums_sql(numbers: Sequence[int], how: Counting) -> str:
    """One row per KPI (its number in `measured`), cohort, period and group, of KPIs that are counted alike.

    The columns after the number are those that `student_result` takes, in its order.
    """
    whole = f"(select * from measured where kpi in ({_listed(numbers)}))"
    if how is Counting.OWN:
        of_groups = f"""
  select kpi, cohort_id, period_id, 0 as group_id, numerator, denominator, given from {whole}
  union all
  select k.kpi, k.cohort_id, k.period_id, g.group_id, k.numerator, k.denominator, k.given
  from {whole} as k join student_group_ids as g on g.student_id = k.student_id and g.period_id = k.period_id"""
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


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "null"
