"""The short way in, for a plain file that meets no earlier fact: its rows go straight to where they stay.

Several threads write rows as they come across them. A refused row is written with the rest, with a negative number in
place of its load's that says its line and what is wrong with it; so is one whose person is not known yet
(`newcomers.py`). To delete such a row, or one that stands in the file twice, in the transaction that wrote it would
cost a second writing of all; so that transaction notes in `unsettled` what is left to do, and the next one deletes. A
process killed between the two leaves the note: whoever opens the database settles first.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from partnerkpi.models.dialect import TableRule
from partnerkpi.models.source_table import SOURCE_TABLES, SourceTable
from partnerkpi.warehouse.again import lines_of
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.facts import make_room, rows_of, show_without
from partnerkpi.warehouse.landed import Landed
from partnerkpi.warehouse.newcomers import type_newcomers
from partnerkpi.warehouse.refusals import quarantine
from partnerkpi.warehouse.repeats import Repeats, find_repeats
from partnerkpi.warehouse.schema import GROUPS
from partnerkpi.warehouse.staging import NeedsCare, Plan, Pseudonymise, TextRows, read, typed_sql

# What stands in place of the load's number in a row of somebody who is not known yet; a refused row has this or less.
_NOT_KNOWN_YET, _REFUSED = -1, -2


def meets_something(
    warehouse: Warehouse,
    plan: Plan,
    rule: TableRule,
    first: dt.date | None,
    last: dt.date | None,
    *,
    besides: int | None = None,
) -> bool:
    """Whether there is a fact that a file, with these for its first and last day, may have something to say about.

    Besides those of a load, which is the file's own.
    """
    touched = among_days(plan, rule, first, last)
    others = "" if besides is None else f" and load_id >= 0 and load_id <> {besides}"
    return bool(warehouse.rows(f"select 1 from {rows_of(plan.table)} where {touched}{others} limit 1"))


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

    `people_<column>` may lack people. Raises NeedsCare when not every line became a row, or is clearly one.
    """
    table, names = rows_of(plan.table), make_room(warehouse, plan.table, plan.needed)
    listed, refused = ", ".join(names), _Refused(next(iter(plan.people), "load_id"), len(plan.issues) + 1)
    number = f"case when newcomer then {_NOT_KNOWN_YET} when issue = 0 then {load} when issue <> 0 then {_REFUSED} end"
    values = refused.values(names, number)
    insert = f"insert into {table} ({listed}, load_id) select {values} from"
    written = read(warehouse, rows, lambda text: f"{insert} ({typed_sql(rows, plan, names, text)})")[0][0]
    counts = f"count(*), count(*) filter (load_id = {_NOT_KNOWN_YET}), count(*) filter (load_id is null)"
    negative, newcomers, unclear = warehouse.rows(f"select {counts} from {table} where load_id < 0 or load_id is null")[
        0
    ]
    if written != rows.rows or unclear:
        raise NeedsCare
    broken = f"select {refused.line} as line, {refused.issue} as issue from {table} where load_id < {_NOT_KNOWN_YET}"
    if newcomers:
        type_newcomers(warehouse, rows, plan, names, pseudonymise)
        good = f"select {listed}, {load} from newcomers where issue = 0"
        negative -= warehouse.value(f"insert into {table} ({listed}, load_id) {good}")
        broken += " union all select line, issue from newcomers where issue <> 0"
    quarantined, non_data = quarantine(warehouse, rows, plan, load, f"({broken})") if negative else (0, 0)
    good = f"(select rowid as position, * from {table} where load_id = {load})"
    repeats = find_repeats(warehouse, plan.table, good, names, partial(lines_of, warehouse, rows, plan, names))
    duplicate, superseded = (repeats.duplicate, repeats.superseded) if repeats else (0, 0)
    if negative or newcomers or repeats:
        _note(warehouse, plan.table, load, repeats)
    day = plan.table.day_column
    first, last = warehouse.rows(f"select min({day}), max({day}) from {good}")[0] if day in names else (None, None)
    loaded = written - negative - duplicate - superseded
    return Landed(loaded, 0, superseded, duplicate, quarantined, non_data, 0, first, last)


@dataclass(frozen=True)
class _Refused:
    """How a refused row says its line and its issue (negative or not, and less than `codes`): in a column of numbers.

    That of the person it speaks of, which is as wide as any and of no other use in such a row; without one in
    place of the load's number.
    """

    column: str
    codes: int

    def values(self, names: Sequence[str], number: str) -> str:
        """SQL of these columns and the load's `number`, for rows of `typed_sql`."""
        code = f"2 * (line * {self.codes} + abs(issue)) + case when issue < 0 then 1 else 0 end"
        said = f"{_REFUSED} - ({code})"
        if self.column == "load_id":
            return ", ".join([*names, f"case when issue <> 0 then cast({said} as integer) else {number} end"])
        told = f"case when issue <> 0 then {said} else {self.column} end"
        return ", ".join([*(told if name == self.column else name for name in names), number])

    @property
    def line(self) -> str:
        """SQL of the line, over a row as it was written."""
        return f"({self._code} // 2) // {self.codes}"

    @property
    def issue(self) -> str:
        """SQL of the issue, over a row as it was written."""
        return f"(({self._code} // 2) % {self.codes}) * case when {self._code} % 2 = 1 then -1 else 1 end"

    @property
    def _code(self) -> str:
        return f"({_REFUSED} - cast({self.column} as bigint))"


def _note(warehouse: Warehouse, table: SourceTable, load: int, repeats: Repeats | None) -> None:
    """What is left to do: to delete the rows with a negative number, and the repeated ones, by where they stand.

    Counted from the last row, backwards. Rows stand at other places once their transaction is over, but keep their
    order, and nobody adds any before this is done.
    """
    places = f"select position - {_last_row(warehouse, table)} from {repeats.sql}" if repeats else "select null"
    warehouse.run(f"insert into unsettled select {load}, '{table.name}', place from ({places}) as left_to_do (place)")


def _last_row(warehouse: Warehouse, table: SourceTable) -> int:
    return int(warehouse.value(f"select max(rowid) from {rows_of(table)}"))


def _left_to_do(warehouse: Warehouse) -> list[tuple[SourceTable, list[str]]]:
    """The tables in which rows are left to delete, with SQL conditions, each of some of these rows."""
    found = []
    for load, name, repeats in warehouse.rows(
        "select load_id, source_table, count(place) from unsettled group by load_id, source_table order by load_id"
    ):
        table, conditions = SOURCE_TABLES[name], ["load_id < 0"]
        if repeats:
            last = _last_row(warehouse, table)
            conditions.append(f"rowid in (select {last} + place from unsettled where load_id = {load})")
        found.append((table, conditions))
    return found


def settle(warehouse: Warehouse) -> None:
    """Delete the refused and the repeated rows of every load that left some among the facts; inside a transaction."""
    for table, conditions in _left_to_do(warehouse):
        # The last row of a load may be one of those to delete: only now is it known.
        for condition in conditions:
            warehouse.run(f"delete from {rows_of(table)} where {condition}")
    warehouse.run("delete from unsettled")


@contextlib.contextmanager
def unsettled_hidden(warehouse: Warehouse) -> Iterator[None]:
    """Meanwhile the facts look as they will when all is settled; inside the transaction that left something to do."""
    left = _left_to_do(warehouse)
    for table, conditions in left:
        show_without(warehouse, table, " or ".join(conditions))
    if left:
        warehouse.run(GROUPS.format(temporary="temp"))
    yield
    if left:
        warehouse.run("drop view temp.student_group_values")
    for table, _ in left:
        warehouse.run(f"drop view temp.{table.name}")


def settle_all(warehouse: Warehouse) -> None:
    """Settle in a transaction of its own, when there is something to settle."""
    if warehouse.rows("select 1 from unsettled limit 1"):
        with warehouse.transaction():
            settle(warehouse)
