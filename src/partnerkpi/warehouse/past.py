"""Going back: undoing a load, and looking at the facts as they were on a day."""

import datetime as dt
from collections.abc import Mapping, Sequence

from partnerkpi.errors import UsageError
from partnerkpi.models.partner import CohortName
from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.facts import make_room, rows_of
from partnerkpi.warehouse.reference import show_names
from partnerkpi.warehouse.schema import GROUPS, fact_columns
from partnerkpi.warehouse.touched import note_everybody
from partnerkpi.warehouse.versions import forget_versions


def undo_load(warehouse: Warehouse, load: int, *, at: dt.datetime) -> tuple[int, int]:
    """Take a load back: its rows go, and the rows it replaced are what they were. Counts rows gone and restored.

    Call it inside a transaction. Loads of one source table are undone from the last one backwards, because a later
    one may have found rows of this one unchanged. Raises UsageError for a load that is not there, undone, or not
    the last.
    """
    table = _undoable(warehouse, load)
    rows = rows_of(SOURCE_TABLES[table])
    names = ", ".join(make_room(warehouse, SOURCE_TABLES[table], ()))
    gone = int(warehouse.value(f"select count(*) from {rows} where load_id = $load", {"load": load}))
    restored = int(warehouse.value(f"select count(*) from {table}_history where ended_by = $load", {"load": load}))
    warehouse.run(f"delete from {rows} where load_id = $load", {"load": load})
    warehouse.run(
        f"insert into {rows} ({names}, load_id) select {names}, load_id from {table}_history where ended_by = $load",
        {"load": load},
    )
    warehouse.run(f"delete from {table}_history where ended_by = $load", {"load": load})
    warehouse.run("update quarantine set corrected_by = null where corrected_by = $load", {"load": load})
    note_everybody(warehouse, table, load)
    warehouse.run("update loads set undone_at = $at where load_id = $load", {"load": load, "at": at})
    return gone, restored


def _undoable(warehouse: Warehouse, load: int) -> str:
    """The load's source table."""
    found = warehouse.rows("select source_table, undone_at from loads where load_id = $load", {"load": load})
    if not found:
        raise UsageError(
            f"There is no load {load}.", where="the loads of this workspace", now="`partnerkpi loads` lists them."
        )
    table, undone_at = found[0]
    if undone_at is not None:
        raise UsageError(
            f"Load {load} was undone already, on {undone_at:%Y-%m-%d}.",
            where="the loads of this workspace",
            now="To have it back, take its file in again: partnerkpi ingest FILE",
        )
    last = warehouse.value(
        "select max(load_id) from loads where source_table = $table and undone_at is null", {"table": table}
    )
    if last != load:
        raise UsageError(
            f"Load {load} is not the last one of {table}.",
            where=f"load {last} came after it",
            now=f"Undo that one first: partnerkpi undo {last}",
        )
    return str(table)


def look_back(
    warehouse: Warehouse, day: dt.date, queries: Mapping[str, str], names: Sequence[CohortName] | None = None
) -> None:
    """Make the connection see the facts, the books and the marts as they were at the end of a day.

    Temporary views and tables stand before the stored ones of the same name; nothing stored changes. Loads that
    were undone never were. `queries` are the marts' SELECTs by name; `names` what names meant then (None: as now).
    """
    stored = f"{warehouse.value('select current_database()')}.main"
    after = f"timestamp '{day + dt.timedelta(days=1)}'"
    later = f"(select load_id from {stored}.loads where loaded_at >= {after})"
    for name, table in SOURCE_TABLES.items():
        columns = ", ".join(fact_columns(table))
        warehouse.run(f"""
create temp view {name} as
select {columns}, load_id from {stored}.{name} where load_id not in {later}
union all
select {columns}, load_id from {stored}.{name}_history where load_id not in {later} and ended_by in {later}""")
    warehouse.run(GROUPS.format(temporary="temp"))
    warehouse.run(f"create temp view loads as select * from {stored}.loads where loaded_at < {after}")
    # What is kept of the facts of today does not hold for those of another day.
    warehouse.run("create temp table marts (fingerprint varchar not null)")
    forget_versions(warehouse)
    if names is not None:
        show_names(warehouse, names)
    for name, sql in queries.items():
        warehouse.run(f"create temp table {name} as {sql}")
