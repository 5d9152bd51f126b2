"""The short way in, for a plain file that meets no earlier fact: its rows go straight to where they stay.

Rows are written in the order of the file, so that where a row stands tells its line. A refused row is written with
the rest, with a negative number in place of its load's; so is one whose person is not known yet (`newcomers.py`). To
delete such a row, or one that stands in the file twice, in the transaction that wrote it would cost a second writing
of all; so that transaction notes the load in `unsettled`, and the next one deletes. A process killed between the two
leaves the note: whoever opens the database settles first.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator

from partnerkpi.models.dialect import TableRule
from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.facts import make_room, rows_of, show_without
from partnerkpi.warehouse.landed import Landed
from partnerkpi.warehouse.newcomers import NOT_KNOWN_YET, broken_newcomers, insert_newcomers
from partnerkpi.warehouse.refusals import quarantine
from partnerkpi.warehouse.repeats import find_repeats
from partnerkpi.warehouse.schema import GROUPS
from partnerkpi.warehouse.staging import NeedsCare, Plan, Pseudonymise, TextRows, read, typed_sql


def meets_something(
    warehouse: Warehouse, plan: Plan, rule: TableRule, first: dt.date | None, last: dt.date | None
) -> bool:
    """Whether there is a fact that a file, with these for its first and last day, may have something to say about."""
    touched = among_days(plan, rule, first, last)
    return bool(warehouse.rows(f"select 1 from {rows_of(plan.table)} where {touched} limit 1"))


def among_days(plan: Plan, rule: TableRule, first: dt.date | None, last: dt.date | None) -> str:
    """SQL condition on the facts a file can touch.

    Where the day is part of the natural key, and of the slice if there is one, only days from the file's first to
    its last can be touched: a new year meets nothing of the old ones.
    """
    table = plan.table
    if table.day not in table.key or (rule.slice and table.day not in (*rule.slice, rule.span)):
        return "true"
    return f"{table.day_column} between date '{first}' and date '{last}'" if first else "false"


def insert_directly(warehouse: Warehouse, rows: TextRows, plan: Plan, load: int, pseudonymise: Pseudonymise) -> Landed:
    """Write all rows of a file with a layout, and see what they are.

    `people_<column>` may lack people. Raises NeedsCare when not every line became a row.
    """
    if rows.layout is None:
        raise ValueError("rows without a layout have no order to tell their lines by")
    table, names = rows_of(plan.table), make_room(warehouse, plan.table, plan.needed)
    refused = "-2 * abs(issue) - cast(issue < 0 as integer)"
    number = f"case when newcomer then {NOT_KNOWN_YET} when issue = 0 then {load} else {refused} end"
    listed = ", ".join(names)
    typed = typed_sql(rows, plan, names)
    with warehouse.in_file_order():
        read(warehouse, rows, f"insert into {table} ({listed}, load_id) select {listed}, {number} from ({typed})")
    counts = f"count(*), count(*) filter (load_id < 0), count(*) filter (load_id = {NOT_KNOWN_YET}), min(rowid)"
    written, negative, newcomers, first_row = warehouse.rows(
        f"select {counts} from {table} where load_id < 0 or load_id = {load}"
    )[0]
    if written != rows.rows:
        raise NeedsCare
    if newcomers:
        insert_newcomers(warehouse, rows, plan, names, load, pseudonymise)
    wrong = quarantined = non_data = 0
    if negative or rows.refused:
        broken = _broken(table, newcomers, first_row, rows.layout.header_lines)
        wrong = int(warehouse.value(f"select count(*) from {broken}"))
        quarantined, non_data = quarantine(warehouse, rows, plan, load, broken)
    good = _good(table, load)
    repeats = find_repeats(warehouse, plan.table, good, names)
    duplicate, superseded = (repeats.duplicate, repeats.superseded) if repeats else (0, 0)
    if negative or repeats:
        warehouse.run(f"insert into unsettled values ({load}, '{plan.table.name}')")
    day = plan.table.day_column
    first, last = warehouse.rows(f"select min({day}), max({day}) from {good}")[0] if day in names else (None, None)
    loaded = written - wrong - duplicate - superseded
    return Landed(loaded, 0, superseded, duplicate, quarantined, non_data, 0, first, last)


def _broken(table: str, newcomers: int, first_row: int, header_lines: int) -> str:
    """SQL of the rows of a load that break a rule: their `line`, and their `issue` as `typed_sql` gives it."""
    issue = "(-load_id // 2) * (case when load_id % 2 = 0 then 1 else -1 end)"
    found = f"select rowid as place, {issue} as issue from {table} where load_id < {NOT_KNOWN_YET}"
    if newcomers:
        found += f" union all select place, issue from {broken_newcomers(table)}"
    return f"(select place - {first_row} + {header_lines + 1} as line, issue from ({found}))"


def settle(warehouse: Warehouse) -> None:
    """Delete the refused and the repeated rows of every load that left some among the facts; inside a transaction."""
    for load, name in warehouse.rows("select load_id, source_table from unsettled order by load_id"):
        source_table = SOURCE_TABLES[name]
        table, names = rows_of(source_table), make_room(warehouse, source_table, ())
        warehouse.run(f"delete from {table} where load_id < 0")
        repeats = find_repeats(warehouse, source_table, _good(table, load), names)
        if repeats:
            warehouse.run(f"delete from {table} where rowid in {repeats.sql}")
    warehouse.run("delete from unsettled")


@contextlib.contextmanager
def unsettled_hidden(warehouse: Warehouse) -> Iterator[None]:
    """Meanwhile the facts look as they will when all is settled; inside the transaction that left something to do."""
    left = warehouse.rows("select load_id, source_table from unsettled")
    for load, name in left:
        source_table = SOURCE_TABLES[name]
        rows = rows_of(source_table)
        repeats = find_repeats(warehouse, source_table, _good(rows, load), make_room(warehouse, source_table, ()))
        repeated = f" or rowid in {repeats.sql}" if repeats else ""
        show_without(warehouse, source_table, f"load_id < 0{repeated}")
    if left:
        warehouse.run(GROUPS.format(temporary="temp"))
    yield
    if left:
        warehouse.run("drop view temp.student_group_values")
    for _, name in left:
        warehouse.run(f"drop view temp.{name}")


def _good(table: str, load: int) -> str:
    return f"(select rowid as position, * from {table} where load_id = {load})"


def settle_all(warehouse: Warehouse) -> None:
    """Settle in a transaction of its own, when there is something to settle."""
    if warehouse.rows("select 1 from unsettled limit 1"):
        with warehouse.transaction():
            settle(warehouse)
