"""The books about loads: what was taken in when, what was refused, how far the data reaches."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnerkpi.models.dialect import TableRule
from partnerkpi.models.load import Changes, RefusedRow
from partnerkpi.models.source_table import SourceTable
from partnerkpi.warehouse.connection import Warehouse


def same_bytes(warehouse: Warehouse, sha256: str, rules: str) -> int | None:
    """The load that took in these very bytes under the same rules and was not undone, or None."""
    found = warehouse.rows(
        "select load_id from loads where sha256 = $sha256 and rules = $rules and undone_at is null "
        "order by load_id desc limit 1",
        {"sha256": sha256, "rules": rules},
    )
    return int(found[0][0]) if found else None


def known_bytes(warehouse: Warehouse, sha256: str) -> bool:
    """Whether these very bytes were taken in, under whatever rules, and not undone."""
    return bool(
        warehouse.rows("select 1 from loads where sha256 = $sha256 and undone_at is null limit 1", {"sha256": sha256})
    )


def loads(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Every load, oldest first, as the table keeps it."""
    return warehouse.records("select * exclude (rules, path) from loads order by load_id")


def quarantine(warehouse: Warehouse, load: int | None = None) -> list[dict[str, Any]]:
    """Every refused row that was not put right since, of one load or of all: load, file, line, column, rule."""
    return warehouse.records(
        """
select q.load_id as load, l.file, q.line, q.column_name as "column", q.rule
from quarantine as q join loads as l using (load_id)
where q.corrected_by is null and l.undone_at is null and ($load is null or q.load_id = $load)
order by q.load_id, q.line""",
        {"load": load},
    )


# In which quarter a fact counts, by its source table.
_QUARTERS = {
    "attendance": "join days as d on d.date between f.first_day and f.last_day",
    "engagement": "join days as d on d.date = f.date",
    "surveys": "join days as d on d.date = f.date",
    "staff_training": "join days as d on d.date = f.date",
    "investments": "join days as d on d.date = f.date",
    "grades": "join terms as d on d.school_year = f.school_year and upper(d.term) = upper(f.term)",
    "college_credits": "join college_terms as d on upper(d.term) = upper(f.term)",
}


def systems_by_quarter(warehouse: Warehouse) -> dict[str, dict[int, frozenset[str]]]:
    """For each source table and quarter id the dialects that its rows were read with.

    Of attendance those of the loads that speak of the quarter: its rows are too many to look at each.
    """
    of_loads = (
        "(select load_id, first_day, last_day from loads where source_table = 'attendance' and undone_at is null)"
    )
    found = warehouse.rows(
        "\nunion all\n".join(
            f"select distinct '{table}' as source_table, d.quarter_id, l.dialect "
            f"from {of_loads if table == 'attendance' else table} as f {join} join loads as l on l.load_id = f.load_id"
            for table, join in _QUARTERS.items()
        )
    )
    systems: dict[str, dict[int, set[str]]] = {table: {} for table in _QUARTERS}
    for table, quarter, dialect in found:
        systems[table].setdefault(int(quarter), set()).add(str(dialect))
    return {table: {q: frozenset(dialects) for q, dialects in told.items()} for table, told in systems.items()}


def data_through(warehouse: Warehouse) -> dict[str, dt.date]:
    """For each source table with days, the last day any load of it speaks of."""
    found = warehouse.rows(
        "select source_table, max(last_day) from loads where last_day is not null and undone_at is null "
        "group by source_table order by 1"
    )
    return {str(table): day for table, day in found}


def last_school_days(warehouse: Warehouse) -> dict[int, dt.date]:
    """For each quarter id the last day that the calendar of any school calls a school day."""
    found = warehouse.rows(
        "select d.quarter_id, max(c.date) from calendar as c join days as d on d.date = c.date "
        "where c.school_day group by d.quarter_id"
    )
    return {int(quarter): day for quarter, day in found}


def changes_of(warehouse: Warehouse, load: int, table: SourceTable) -> Changes:
    """What a load did to the facts of its source table, told from what it brought and what it ended."""
    brought = int(warehouse.value(f"select count(*) from {table.name} where load_id = $load", {"load": load}))
    ended = int(warehouse.value(f"select count(*) from {table.name}_history where ended_by = $load", {"load": load}))
    changed = 0
    if brought and ended and table.key:
        same_key = " and ".join(f"f.{name} = h.{name}" for name in (table.column(key).fact for key in table.key))
        changed = int(
            warehouse.value(
                f"select count(*) from {table.name}_history as h semi join {table.name} as f "
                f"on {same_key} and f.load_id = $load where h.ended_by = $load",
                {"load": load},
            )
        )
    return Changes(brought - changed, changed, ended - changed)


def commonest_refusals(warehouse: Warehouse, load: int) -> list[tuple[RefusedRow, int]]:
    """The columns and rules that refused rows of a load, each with the first line of them and how many; most first."""
    found = warehouse.rows(
        """
select min(line), column_name, rule, count(*)
from quarantine
where load_id = $load
group by column_name, rule
order by count(*) desc, 1""",
        {"load": load},
    )
    return [(RefusedRow(int(line), str(column), str(rule)), int(rows)) for line, column, rule, rows in found]


def rows_of_last_alike(warehouse: Warehouse, file: str, rule: TableRule, load: int) -> int | None:
    """Data rows of the last load before `load` whose file is named alike but for digits; None without one."""
    found = warehouse.rows(
        r"""
select rows_in_file - non_data
from loads
where
  load_id < $load and undone_at is null and dialect = $dialect and source_table = $source_table
  and regexp_replace(regexp_replace(file, '^.*/', ''), '[0-9]+', '#', 'g')
    = regexp_replace(regexp_replace($file, '^.*/', ''), '[0-9]+', '#', 'g')
order by load_id desc
limit 1""",
        {"load": load, "dialect": rule.dialect, "source_table": rule.table.name, "file": file},
    )
    return int(found[0][0]) if found else None


@dataclass(frozen=True)
class Origin:
    """Where a load came from: the file as it was, how it was read, and the load whose refused rows it brought back.

    `last_day` is the last day it speaks of.
    """

    load: int
    path: Path
    sha256: str
    dialect: str
    table: str
    corrects: int | None
    last_day: dt.date | None


def origin(warehouse: Warehouse, load: int) -> Origin | None:
    """Where a load came from; None when there is no such load, or it was undone."""
    found = warehouse.rows(
        "select path, sha256, dialect, source_table, corrects, last_day from loads "
        "where load_id = $load and undone_at is null",
        {"load": load},
    )
    if not found:
        return None
    path, sha256, dialect, table, corrects, last_day = found[0]
    return Origin(load, Path(path), str(sha256), str(dialect), str(table), corrects, last_day)


def mark_corrected(warehouse: Warehouse, corrects: int, *, by: int, lines: Mapping[int, int]) -> None:
    """Book refused rows of a load as put right. `lines`: for each line of the correction the line it stands for.

    A row that the correction's own load refused again is not put right.
    """
    again = {int(row[0]) for row in warehouse.rows("select line from quarantine where load_id = $by", {"by": by})}
    right = [original for line, original in lines.items() if line not in again]
    warehouse.run(
        "update quarantine set corrected_by = $by where load_id = $corrects and list_contains($lines::bigint[], line)",
        {"by": by, "corrects": corrects, "lines": right},
    )
