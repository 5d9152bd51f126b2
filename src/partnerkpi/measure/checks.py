"""Running the data checks: what they find, and which partners' figures it concerns."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from partnerkpi.measure.check_files import TODAY, Check
from partnerkpi.measure.kpi_files import broken
from partnerkpi.warehouse import Warehouse, WarehouseFault
from partnerkpi.warehouse.checked import clean_checks
from partnerkpi.warehouse.versions import digest, facts_version, kept_versions, source_versions, version_of

_SHOWN = 5
# What a row may say about whom it concerns, with the type of the column; docs/checks.md has the contract.
_CONCERNED = {"student_id": "bigint", "partner": "varchar", "school": "varchar", "quarter_id": "integer"}

# The partners a row concerns: by its student, else by its partner, else by its school; without any of them, all.
_PARTNERS = """
with members as (
  select distinct m.student_id, c.partner
  from cohort_members as m
  join cohorts as c on c.cohort_id = m.cohort_id and c.partner <> ''
),
written as (
  select distinct n.partner as name, c.partner, p.quarter_id
  from cohort_names as n
  join cohorts as c on c.cohort_id = n.cohort_id and c.partner <> ''
  join periods as p on p.first_day <= n.last_day and p.last_day >= n.first_day and p.time_window = 'quarter'
  union
  select distinct c.partner, c.partner, p.quarter_id
  from cohorts as c cross join periods as p
  where c.partner <> '' and p.time_window = 'quarter'
),
named as (
  select name, partner, quarter_id from written
  union
  -- A row of no quarter concerns whomever the name ever meant.
  select name, partner, null from written
),
attended as (
  select distinct a.school, m.partner
  from (
    select distinct student_id, school from attendance_by_period
    union
    select student_id, group_value from student_groups where group_by = 'school'
  ) as a
  join members as m on m.student_id = a.student_id
),
concerned as (
  select f.row_count, m.partner
  from found as f join members as m on m.student_id = f.student_id
  where {within}
  union all
  select f.row_count, w.partner
  from found as f join named as w on w.name = f.partner and w.quarter_id is not distinct from f.quarter_id
  where f.student_id is null and {within}
  union all
  select f.row_count, a.partner
  from found as f join attended as a on a.school = f.school
  where f.student_id is null and f.partner is null and {within}
  union all
  select f.row_count, c.partner
  from found as f cross join (select distinct partner from cohorts where partner <> '') as c
  where f.student_id is null and f.partner is null and f.school is null and {within}
)
select partner, sum(row_count) from concerned group by partner order by partner
"""


@dataclass(frozen=True)
class Finding:
    """What a check found: `rows` in all, `examples` of what they have in common, never a person.

    `concerns` counts, by the id of a partner, the rows that bear on its figures; a row can concern several.
    """

    check: str
    name: str
    severity: str
    rows: int
    examples: tuple[str, ...]
    advice: str
    concerns: dict[str, int] = field(default_factory=dict)

    @property
    def listed(self) -> str:
        """How many rows, and what they have in common; an example may hold a comma: school and month."""
        return f"{self.rows:,} row{'' if self.rows == 1 else 's'}: {'; '.join(self.examples)}"

    def __str__(self) -> str:
        text = f"{self.severity}: {self.name} ({self.listed}). {self.advice}"
        if self.severity == "error" and self.concerns:
            text += f" Until then no report is drawn for: {', '.join(self.concerns)}."
        return text


def run_checks(
    warehouse: Warehouse, checks: Iterable[Check], *, today: dt.date, quarters: Collection[int] | None = None
) -> tuple[Finding, ...]:
    """What these checks find, in their order.

    `quarters` limits whom a finding concerns to rows of these quarters, and to rows of no quarter. A check that is kept
    as clean has nothing to find. Raises KpiFileError for a check whose SELECT fails on the data.
    """
    clean = clean_checks(warehouse)
    prints = _fingerprints(warehouse, checks := tuple(checks)) if clean else {}
    within = "true" if quarters is None else f"(f.quarter_id is null or f.quarter_id in ({_listed(quarters)}))"
    asked = [check for check in checks if prints.get(check.id) not in clean]
    found = (_run(warehouse, check, today, within) for check in asked)
    return tuple(finding for finding in found if finding is not None)


def clean_now(warehouse: Warehouse, checks: Iterable[Check], found: Iterable[Finding]) -> frozenset[str]:
    """Which of these checks found nothing, as `keep_checked` takes them; without those that depend on the day."""
    unclean = {finding.check for finding in found}
    kept = [check for check in checks if not check.asks_the_day and check.id not in unclean]
    return frozenset(_fingerprints(warehouse, kept).values())


def _fingerprints(warehouse: Warehouse, checks: Iterable[Check]) -> dict[str, str]:
    """By the id of a check everything that what it finds depends on: file, settings, and the tables it reads.

    Empty where nobody knows what the tables rest on.
    """
    kept, facts = kept_versions(warehouse), facts_version(warehouse)
    if not kept:
        return {}
    versions = kept | source_versions(warehouse)
    return {check.id: digest(version_of(check.sql, versions, facts), sorted(check.values.items())) for check in checks}


def _run(warehouse: Warehouse, check: Check, today: dt.date, within: str) -> Finding | None:
    try:
        if not _gather(warehouse, check, today):
            warehouse.run("drop table found")
            return None
        rows = warehouse.rows("select what, sum(row_count) from found group by what order by 2 desc, 1")
        concerned = warehouse.rows(_PARTNERS.format(within=within))
        warehouse.run("drop table found")
    except WarehouseFault as error:
        raise broken(check.path, 1, error.what.partition(": ")[2]) from None
    examples = [str(what) or "(blank)" for what, _ in rows[:_SHOWN]] + (["..."] if len(rows) > _SHOWN else [])
    total = sum(int(count) for _, count in rows)
    concerns = {str(partner): int(count) for partner, count in concerned}
    return Finding(check.id, check.name, check.severity, total, tuple(examples), check.advice, concerns)


def _gather(warehouse: Warehouse, check: Check, today: dt.date) -> int:
    """Temporary table `found`: the rows of the check, with every column that says whom they concern; how many."""
    values: dict[str, Any] = {**check.values, **({TODAY: today} if check.asks_the_day else {})}
    listed = ", ".join(["what", "row_count", *_CONCERNED])
    # By name, so that a column the check does not give is there and empty.
    nobody = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _CONCERNED.items())
    sql = f"select * from (\n{check.sql}\n) union all by name select {nobody} where false"
    return int(warehouse.value(f"create or replace temp table found as select {listed} from (\n{sql}\n)", values))


def _listed(quarters: Collection[int]) -> str:
    return ", ".join(str(quarter) for quarter in sorted(quarters)) or "null"
