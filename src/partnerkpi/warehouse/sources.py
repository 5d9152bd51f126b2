"""Which loads the facts come from, and of how many people each tells."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from partnerkpi.models.load import RowCounts
from partnerkpi.models.source_table import SOURCE_TABLES, Kind, SourceTable
from partnerkpi.warehouse.connection import Warehouse

# Tables whose rows count on a day of their own; the others hold for as long as nothing else is said.
_BY_DAY = ("attendance", "engagement", "investments", "staff_training", "surveys")


@dataclass(frozen=True)
class SourceLoad:
    """A load with rows among the facts. `people`: how many these rows are about, None in a table about none."""

    load: int
    file: str
    sha256: str
    dialect: str
    table: str
    counts: RowCounts
    people: int | None
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True)
class BookedLoad:
    """A load as the books remember it, undone or not."""

    load: int
    file: str
    sha256: str
    table: str
    day: dt.date
    replaced: int
    undone: dt.date | None


def source_loads(warehouse: Warehouse, first: dt.date, last: dt.date) -> tuple[SourceLoad, ...]:
    """The loads that facts come from, in order; of tables by day those that speak of a day from `first` to `last`."""
    found = [load for table in SOURCE_TABLES.values() for load in _of_table(warehouse, table, first, last)]
    return tuple(sorted(found, key=lambda load: load.load))


def booked_loads(warehouse: Warehouse) -> tuple[BookedLoad, ...]:
    """Every load there was, in order."""
    rows = warehouse.rows(
        "select load_id, file, sha256, source_table, loaded_at::date, replaced, undone_at::date "
        "from loads order by load_id"
    )
    return tuple(BookedLoad(*row) for row in rows)


def _of_table(warehouse: Warehouse, table: SourceTable, first: dt.date, last: dt.date) -> Iterator[SourceLoad]:
    person = next((column.fact for column in table.columns if column.kind in (Kind.STUDENT, Kind.STAFF)), None)
    people = f"count(distinct {person})" if person else "null"
    rows = warehouse.rows(
        f"""
select
  l.load_id, l.file, l.sha256, l.dialect, l.rows_in_file, l.loaded, l.unchanged, l.superseded, l.duplicate,
  l.quarantined, l.non_data, f.people, l.first_day, l.last_day
from (select load_id, {people} as people from {table.name} group by load_id) as f
join loads as l on l.load_id = f.load_id
where not $by_day or l.last_day is null or (l.last_day >= $first and l.first_day <= $last)""",
        {"first": first, "last": last, "by_day": table.name in _BY_DAY},
    )
    for load, file, sha256, dialect, *counts, people_found, first_day, last_day in rows:
        yield SourceLoad(load, file, sha256, dialect, table.name, RowCounts(*counts), people_found, first_day, last_day)


def first_quarters(warehouse: Warehouse) -> dict[str, int]:
    """For each partner with anybody or anything on record the id of the first quarter that has it."""
    rows = warehouse.rows(
        """
select partner, min(period_id)
from (
  select c.partner, m.period_id
  from cohort_members as m join cohorts as c on c.cohort_id = m.cohort_id
  union all
  select partner_id as partner, period_id from investments_by_period
)
where partner <> '' and period_id % 10 = 0
group by partner"""
    )
    return {str(partner): int(quarter) for partner, quarter in rows}
