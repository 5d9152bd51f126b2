"""Taking one file's text rows into the facts: typed, quarantined, matched with what is there, and counted."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.models.dialect import TableRule
from partnerkpi.models.load import RowCounts
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.matching import insert, rank, repeated, replace
from partnerkpi.warehouse.staging import (
    Layout,
    NeedsCare,
    Plan,
    Pseudonymise,
    TextRows,
    find_people,
    plan_load,
    quarantine,
    stage,
)


@dataclass(frozen=True)
class Provenance:
    """What the books keep about a file; `corrects` is the load whose refused rows it brings back, put right."""

    file: str
    path: Path
    sha256: str
    size: int
    rules: str
    loaded_at: dt.datetime
    corrects: int | None = None


@dataclass(frozen=True)
class Taken:
    """What taking a file in did."""

    load: int
    counts: RowCounts
    replaced: int
    first_day: dt.date | None
    last_day: dt.date | None


def take_in(
    warehouse: Warehouse,
    rows: TextRows,
    rule: TableRule,
    provenance: Provenance,
    *,
    pseudonymise: Pseudonymise,
) -> Taken:
    """Take the rows in; call it inside one transaction.

    A row that breaks a rule goes to quarantine; an equal row counts as duplicate, an earlier row with the same
    natural key as superseded. Rows the facts have already stay as they are; rows of earlier loads that the file
    replaces move to the table's history. Raises RuntimeError, our bug, when the rows do not add up, and NeedsCare
    when rows with a layout turn out to need line numbers: one of them is wrong, or stands there twice.
    """
    plan = plan_load(rows, rule)
    load = int(warehouse.value("select coalesce(max(load_id), 0) + 1 from loads"))
    find_people(warehouse, rows, plan, pseudonymise)
    stage(warehouse, rows, plan)
    if rows.layout is not None:
        _check_plain(warehouse, rows, plan, rows.layout)
    quarantined = quarantine(warehouse, plan, load, rows.refused)
    duplicate, superseded = rank(warehouse, plan, unique=rows.layout is not None and not rows.layout.numbered)
    unchanged, replaced = replace(warehouse, plan, rule, load)
    loaded = insert(warehouse, plan, load)
    counts = RowCounts(rows.rows_in_file, loaded, unchanged, superseded, duplicate, quarantined, rows.non_data)
    if not counts.balanced:
        raise RuntimeError(f"rows do not add up: {counts}")
    first_day, last_day = _days(warehouse, plan)
    taken = Taken(load, counts, replaced, first_day, last_day)
    _book(warehouse, taken, rule, provenance)
    _tidy(warehouse)
    return taken


def _check_plain(warehouse: Warehouse, rows: TextRows, plan: Plan, layout: Layout) -> None:
    """Every line became one row. Without line numbers all rows must be fine and none may stand there twice.

    With them, refused rows must be rows: a footer or a repeated header is left to the careful reading.
    """
    total, wrong = warehouse.rows("select count(*), count(*) filter (where issue <> 0) from staged")[0]
    if total != rows.rows:
        raise NeedsCare
    if not layout.numbered:
        if wrong or (plan.table.key and repeated(warehouse, plan)):
            raise NeedsCare
    elif wrong:
        for (cells,) in warehouse.rows("select raw from staged where issue <> 0"):
            if layout.is_no_data(["" if cell is None else cell for cell in cells]):
                raise NeedsCare


def _days(warehouse: Warehouse, plan: Plan) -> tuple[dt.date | None, dt.date | None]:
    if not plan.table.day:
        return None, None
    day = plan.table.column(plan.table.day).fact
    first, last = warehouse.rows(f"select min({day}), max({day}) from staged where issue = 0")[0]
    return first, last


def _book(warehouse: Warehouse, taken: Taken, rule: TableRule, provenance: Provenance) -> None:
    counts = taken.counts
    warehouse.run(
        """
insert into loads values (
  $load, $file, $path, $corrects, $sha256, $bytes, $rules, $dialect, $source_table, $loaded_at, $rows_in_file, $loaded,
  $unchanged, $superseded, $duplicate, $quarantined, $non_data, $replaced, $first_day, $last_day, null
)""",
        {
            "load": taken.load,
            "file": provenance.file,
            "path": str(provenance.path),
            "corrects": provenance.corrects,
            "sha256": provenance.sha256,
            "bytes": provenance.size,
            "rules": provenance.rules,
            "dialect": rule.dialect,
            "source_table": rule.table.name,
            "loaded_at": provenance.loaded_at,
            "rows_in_file": counts.rows_in_file,
            "loaded": counts.loaded,
            "unchanged": counts.unchanged,
            "superseded": counts.superseded,
            "duplicate": counts.duplicate,
            "quarantined": counts.quarantined,
            "non_data": counts.non_data,
            "replaced": taken.replaced,
            "first_day": taken.first_day,
            "last_day": taken.last_day,
        },
    )


def _tidy(warehouse: Warehouse) -> None:
    """Drop what the load made for itself; each is a table or a view, as its file needed."""
    made = warehouse.rows(
        "select table_name, table_type from information_schema.tables where table_name in ('fresh', 'kept', 'staged') "
        "and table_catalog = 'temp'"
    )
    # A view goes before what it looks at.
    for name, kind in sorted(made):
        warehouse.run(f"drop {'view' if kind == 'VIEW' else 'table'} temp.{name}")
