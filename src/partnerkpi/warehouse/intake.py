"""Taking one file's text rows into the facts: typed, quarantined, matched with what is there, and counted."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.models.dialect import TableRule
from partnerkpi.models.load import RowCounts
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.direct import insert_directly, meets_something
from partnerkpi.warehouse.facts import rows_of
from partnerkpi.warehouse.matching import match_and_insert
from partnerkpi.warehouse.newcomers import know_most
from partnerkpi.warehouse.staging import Plan, Pseudonymise, TextRows, plan_load, survey
from partnerkpi.warehouse.touched import note_everybody, note_touched


class MeetsFacts(Exception):
    """Rows that were to go straight into the facts meet some of earlier loads."""


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
    begun: Callable[[], None] = lambda: None,
    match: bool = False,
) -> Taken:
    """Take the rows in; call it inside one transaction.

    A row that breaks a rule goes to quarantine; an equal row counts as duplicate, an earlier row with the same
    natural key as superseded. Rows the facts have already stay as they are; rows of earlier loads that the file
    replaces move to the table's history. Raises RuntimeError, our bug, when the rows do not add up, and NeedsCare
    when rows have a layout and not every line became one.

    Rows may be left among the facts that `settle` still has to delete. `begun` hears when the one statement that
    takes long begins. Raises MeetsFacts when, against what a sample of them says, rows meet facts: then they have to
    be taken in again with `match`.
    """
    plan = plan_load(rows, rule)
    load = int(warehouse.value("select coalesce(max(load_id), 0) + 1 from loads"))
    short = _is_short(warehouse, rows, plan, rule, pseudonymise) and not match
    begun()
    if short:
        landed = insert_directly(warehouse, rows, plan, load, pseudonymise)
        if meets_something(warehouse, plan, rule, landed.first_day, landed.last_day, besides=load):
            # The sample of a long file told other days.
            raise MeetsFacts
    else:
        landed = match_and_insert(warehouse, rows, plan, rule, load, pseudonymise)
    counts = RowCounts(
        rows.rows_in_file,
        landed.loaded,
        landed.unchanged,
        landed.superseded,
        landed.duplicate,
        landed.quarantined,
        rows.non_data + landed.non_data,
    )
    if not counts.balanced:
        raise RuntimeError(f"rows do not add up: {counts}")
    if warehouse.rows("select 1 from unsettled limit 1"):
        note_everybody(warehouse, plan.table.name, load)
    else:
        note_touched(warehouse, plan.table, load, landed.loaded)
    taken = Taken(load, counts, landed.replaced, landed.first_day, landed.last_day)
    _book(warehouse, taken, rule, provenance)
    return taken


def _is_short(warehouse: Warehouse, rows: TextRows, plan: Plan, rule: TableRule, pseudonymise: Pseudonymise) -> bool:
    """Whether, for all that is known, the rows can go straight into the facts.

    In either case most or all people of the file are known afterwards.
    """
    short = rows.layout is not None and bool(plan.table.key)
    facts = bool(warehouse.rows(f"select 1 from {rows_of(plan.table)} limit 1"))
    known = know_most(warehouse, rows, plan, pseudonymise, days=short and facts)
    first, last = known or survey(warehouse, rows, plan, pseudonymise, days=short and facts)
    return short and not (facts and meets_something(warehouse, plan, rule, first, last))


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
