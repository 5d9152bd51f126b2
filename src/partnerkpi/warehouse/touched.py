"""Whose facts have changed since the marts were last brought up to date.

A corrected export changes the facts of a few students; marts in which students stand apart are then made anew for
these alone.
"""

from collections.abc import Mapping

from partnerkpi.models.source_table import SourceTable
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.facts import rows_of

# Without a student a row stands for everybody.
_TABLE = (
    "create table if not exists touched (load_id integer not null, source_table varchar not null, student_id bigint)"
)
# Of more rows, to find whose they are costs more than it saves.
_FEW_ROWS = 1_000_000


def note_touched(warehouse: Warehouse, table: SourceTable, load: int, rows: int) -> None:
    """Note whose facts a load has changed: those of its rows, which are so many, and of the rows it replaced."""
    if rows > _FEW_ROWS or "student_id" not in _stored(warehouse, table):
        note_everybody(warehouse, table.name, load)
        return
    warehouse.run(f"""{_TABLE};
insert into touched
select {load}, '{table.name}', student_id from {rows_of(table)} where load_id = {load}
union
select {load}, '{table.name}', student_id from {table.name}_history where ended_by = {load}
union
-- A load that changed nothing has been noted, too.
select {load}, '{table.name}', 0""")


def _stored(warehouse: Warehouse, table: SourceTable) -> frozenset[str]:
    return frozenset(warehouse.columns(f"from {rows_of(table)}"))


def note_everybody(warehouse: Warehouse, table: str, load: int) -> None:
    """Note that a load may have changed anybody's facts."""
    warehouse.run(f"{_TABLE}; insert into touched values ({load}, '{table}', null)")


def forget_touched(warehouse: Warehouse) -> None:
    """The marts are up to date."""
    warehouse.run(f"{_TABLE}; delete from touched")


def touched_since(warehouse: Warehouse, versions: Mapping[str, str]) -> frozenset[str]:
    """The source tables of which it is known whose facts have changed since they had these versions.

    And that it is not everybody. Temporary table `touched_students` has them, for each table.
    """
    if not warehouse.has_table("touched"):
        return frozenset()
    known = set()
    for table, loads, everybody in warehouse.rows(
        "select source_table, list(distinct load_id), bool_or(student_id is null) from touched group by source_table"
    ):
        if not everybody and _all_loads(warehouse, table, versions.get(table, ""), frozenset(loads)):
            known.add(str(table))
    warehouse.run("create or replace temp table touched_students as select source_table, student_id from touched")
    return frozenset(known)


def _all_loads(warehouse: Warehouse, table: str, version: str, noted: frozenset[int]) -> bool:
    """Whether every load of a table since it had a version is among those noted, and none was taken back."""
    last, _, count = version.partition("/")
    if not count:
        return False
    found = warehouse.rows(
        "select load_id, undone_at is null from loads where source_table = $table order by load_id", {"table": table}
    )
    since = {int(load) for load, counts in found if load > int(last)}
    return since <= noted and sum(counts for _, counts in found) == int(count) + len(since)
