"""The facts as they lie on disk: rows with the columns that exports have brought so far, seen through a view with all.

A column costs disk and time for every row, even where each row has the same value in it. So the table behind the
view `attendance` is `attendance_rows`, to which a column is added by the first load that has something to say in it;
the view gives the others their default.
"""

from collections.abc import Collection

from partnerkpi.models.source_table import SOURCE_TABLES, SourceTable
from partnerkpi.warehouse.cells import constant
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import BOOKS, GROUPS, LEDGER, REFERENCE, SCHEMA_VERSION, fact_columns


def create_schema(warehouse: Warehouse) -> None:
    """Every table of a new database, empty."""
    with warehouse.transaction():
        warehouse.run(BOOKS)
        warehouse.run(LEDGER)
        warehouse.run(REFERENCE)
        warehouse.run(f"insert into about values ({SCHEMA_VERSION})")
        for table in SOURCE_TABLES.values():
            _create(warehouse, table)
        warehouse.run(GROUPS.format(temporary=""))


def rows_of(table: SourceTable) -> str:
    """The name of the table that holds a source table's rows."""
    return f"{table.name}_rows"


def make_room(warehouse: Warehouse, table: SourceTable, needed: Collection[str]) -> list[str]:
    """See to it that each of these columns can be stored; gives all columns that rows now have, in order.

    Without the number of the load, which every row has.
    """
    stored = _stored(warehouse, table)
    missing = [name for name in fact_columns(table) if name in needed and name not in stored]
    for name in missing:
        kind, default = fact_columns(table)[name], default_of(table, name)
        warehouse.run(f"alter table {rows_of(table)} add column {name} {kind} default {default}")
    if missing:
        _show(warehouse, table)
    return [name for name in fact_columns(table) if name in stored or name in missing]


def default_of(table: SourceTable, name: str) -> str:
    """What a column holds, as SQL, where no export has anything to say in it."""
    return next((constant(column, column.default) for column in table.columns if column.fact == name), "null")


def _create(warehouse: Warehouse, table: SourceTable) -> None:
    columns = fact_columns(table)
    always = {column.fact for column in table.columns if column.required} | {"groups", "occurrence"}
    stored = ", ".join(f"{name} {kind}" for name, kind in columns.items() if name in always)
    everything = ", ".join(f"{name} {kind} default {default_of(table, name)}" for name, kind in columns.items())
    warehouse.run(f"create table {rows_of(table)} ({stored}, load_id integer)")
    warehouse.run(f"create table {table.name}_history ({everything}, load_id integer, ended_by integer)")
    _show(warehouse, table)


def show_without(warehouse: Warehouse, table: SourceTable, hidden: str) -> None:
    """A temporary view that stands before the stored one, without the rows of an SQL condition."""
    warehouse.run(f"create temp view {_view(warehouse, table)} where not ({hidden})")


def _show(warehouse: Warehouse, table: SourceTable) -> None:
    warehouse.run(f"create or replace view {_view(warehouse, table)}")


def _view(warehouse: Warehouse, table: SourceTable) -> str:
    stored = _stored(warehouse, table)
    columns = ", ".join(
        name if name in stored else f"cast({default_of(table, name)} as {kind}) as {name}"
        for name, kind in fact_columns(table).items()
    )
    return f"{table.name} as select {columns}, load_id from {rows_of(table)}"


def _stored(warehouse: Warehouse, table: SourceTable) -> list[str]:
    return list(warehouse.columns(f"select * exclude (load_id) from {rows_of(table)}"))
