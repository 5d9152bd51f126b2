"""What KPIs read, cut down to the students they are asked about, while they are measured.

A KPI file knows nothing about partners and sums over every student of the district. Most students are in no cohort, and
when one partner is asked for, hardly any: temporary tables of the same names stand before the marts with the rows of
the cohorts' students alone. Not so for KPIs about partners, which may compare them with all.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence

from partnerkpi.measure.dose import BY_HOURS, dose_labels, dose_sql
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
def narrowed_to_members(warehouse: Warehouse, queries: Sequence[str]) -> Iterator[None]:
    """Meanwhile what is told by student is that of the students of some cohort, in whatever period."""
    warehouse.run("create or replace temp table narrowed_students as select distinct student_id from cohort_members")
    try:
        with narrowed_to(warehouse, "select student_id from narrowed_students", queries):
            yield
    finally:
        warehouse.run("drop table narrowed_students")


@contextlib.contextmanager
def narrowed_to(
    warehouse: Warehouse, students: str, queries: Sequence[str] | None, *, least: int = 1
) -> Iterator[None]:
    """Meanwhile what is told by student is that of some students, given as SQL; what is told by cohort stays whole.

    Only what at least so many of the queries name that will be asked is cut down; None: everything.
    """
    asked = None if queries is None else [query.lower() for query in queries]
    names = [
        name
        for name, columns in student_marts(warehouse).items()
        if "cohort_id" not in columns and (asked is None or sum(name in query for query in asked) >= least)
    ]
    with contextlib.ExitStack() as stack:
        for name in names:
            shadow(warehouse, name, f"student_id in ({students})")
            stack.callback(unshadow, warehouse, name)
        yield


@contextlib.contextmanager
def member_groups(
    warehouse: Warehouse,
    period_ids: Sequence[int],
    by: Sequence[str],
    dose_bands: Sequence[float],
    grouped_in: Collection[int] | None = None,
) -> Iterator[None]:
    """Temporary table `member_groups`: the cohorts and groups of each student in each period, once for all KPIs.

    With `group_id`, which `group_names` has as `group_by` and `group_value`; 0 is the whole cohort.
    `student_group_ids` has the groups of each student alone. Into groups are broken down the periods `grouped_in`;
    None: all of them.
    """
    periods = _listed(period_ids)
    grouped = _listed([period for period in period_ids if grouped_in is None or period in grouped_in])
    kinds = ", ".join("'" + kind.replace("'", "''") + "'" for kind in by) or "null"
    labels = dose_labels(dose_bands) if BY_HOURS in by else ()
    hours = "".join(f"union all select '{BY_HOURS}', '{label}'\n" for label in labels)
    warehouse.run(f"""
create or replace temp table group_names as
select 0 as group_id, '' as group_by, '' as group_value
union all
select row_number() over () as group_id, group_by, group_value
from (
select distinct group_by, group_value from student_groups where group_by in ({kinds}) and period_id in ({grouped})
{hours});
create or replace temp table student_group_ids as
select s.student_id, s.period_id, cast(n.group_id as integer) as group_id
from student_groups as s join group_names as n on n.group_by = s.group_by and n.group_value = s.group_value
where s.group_by in ({kinds}) and s.period_id in ({grouped});
create or replace temp table member_groups as
select cohort_id, student_id, period_id, 0 as group_id from cohort_members where period_id in ({periods})
union all
select m.cohort_id, m.student_id, m.period_id, g.group_id
from cohort_members as m join student_group_ids as g on g.student_id = m.student_id and g.period_id = m.period_id
where m.period_id in ({grouped}){_by_hours(grouped, dose_bands) if labels else ""}""")
    try:
        yield
    finally:
        warehouse.run("drop table member_groups; drop table student_group_ids; drop table group_names")


def _by_hours(grouped: str, dose_bands: Sequence[float]) -> str:
    members = f"(select cohort_id, student_id, period_id from cohort_members where period_id in ({grouped}))"
    return f"""
union all
select h.cohort_id, h.student_id, h.period_id, n.group_id
from ({dose_sql(members, dose_bands)}
) as h join group_names as n on n.group_by = h.group_by and n.group_value = h.group_value"""


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "null"
