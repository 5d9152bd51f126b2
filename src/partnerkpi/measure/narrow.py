"""What KPIs read, cut down to the students they are asked about, while they are measured.

A KPI file knows nothing about partners and sums over every student of the district. Most students are in no cohort, and
when one partner is asked for, hardly any: temporary tables of the same names stand before the marts with the rows of
the cohorts' students alone. Not so for KPIs about partners, which may compare them with all.
"""

import contextlib
from collections.abc import Iterator, Sequence

from partnerkpi.measure.dose import BY_HOURS, dose_sql
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.marts import shadow, student_marts, unshadow


@contextlib.contextmanager
def narrowed_to_partner(warehouse: Warehouse, partner: str | None) -> Iterator[None]:
    """Meanwhile cohorts and what is told by cohort are those of one partner; None: of all."""
    if partner is None:
        yield
        return
    cohorts = "select cohort_id from cohorts where partner = $partner"
    names = [name for name, columns in student_marts(warehouse).items() if "cohort_id" in columns]
    with contextlib.ExitStack() as stack:
        for name in names:
            shadow(warehouse, name, f"cohort_id in ({cohorts})", {"partner": partner})
            stack.callback(unshadow, warehouse, name)
        yield


@contextlib.contextmanager
def narrowed_to_members(warehouse: Warehouse) -> Iterator[None]:
    """Meanwhile what is told by student is that of the students of some cohort, in whatever period."""
    names = [name for name, columns in student_marts(warehouse).items() if "cohort_id" not in columns]
    with contextlib.ExitStack() as stack:
        for name in names:
            shadow(warehouse, name, "student_id in (select student_id from cohort_members)")
            stack.callback(unshadow, warehouse, name)
        yield


@contextlib.contextmanager
def member_groups(
    warehouse: Warehouse, period_ids: Sequence[int], by: Sequence[str], dose_bands: Sequence[float]
) -> Iterator[None]:
    """Temporary table `member_groups`: the cohorts and groups of each student in each period, once for all KPIs.

    With `group_id`, which `group_names` has as `group_by` and `group_value`; 0 is the whole cohort.
    """
    periods = ", ".join(str(period) for period in period_ids) or "null"
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in by) or "null"
    asked = f"(select cohort_id, student_id, period_id from cohort_members where period_id in ({periods}))"
    hours = f"\nunion all{dose_sql(asked, dose_bands)}" if BY_HOURS in by else ""
    warehouse.run(f"""
create or replace temp table member_group_names as
select m.cohort_id, m.student_id, m.period_id, g.group_by, g.group_value
from {asked} as m
join student_groups as g
  on g.student_id = m.student_id and g.period_id = m.period_id and g.group_by in ({kinds}){hours};
create or replace temp table group_names as
select 0 as group_id, '' as group_by, '' as group_value
union all
select row_number() over (order by group_by, group_value) as group_id, group_by, group_value
from (
  select group_by, group_value from member_group_names
  union
  select group_by, group_value from student_groups where group_by in ({kinds})
);
create or replace temp table member_groups as
select cohort_id, student_id, period_id, 0 as group_id from {asked}
union all
select m.cohort_id, m.student_id, m.period_id, n.group_id
from member_group_names as m join group_names as n on n.group_by = m.group_by and n.group_value = m.group_value;
drop table member_group_names""")
    try:
        yield
    finally:
        warehouse.run("drop table member_groups; drop table group_names")
