"""Rows that stand in a file more than once: which they are, and how they count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from partnerkpi.models.source_table import SourceTable
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.staging import NeedsCare

# As many days as one person's bits may stand for; a file that spans more is looked through key by key.
_MOST_DAYS = 1_000

# From SQL of some rows, with their columns and `position`, to SQL of `position` and `line`.
InFile = Callable[[str], str]


@dataclass(frozen=True)
class Repeats:
    """Rows that share their natural key with a later one of the same file.

    `duplicate` are equal to the last of their key, `superseded` are not. `sql` gives the `position` of each, until
    repeats are looked for again.
    """

    duplicate: int
    superseded: int
    sql: str


def find_repeats(
    warehouse: Warehouse, table: SourceTable, rows: str, names: Sequence[str], in_file: InFile | None = None
) -> Repeats | None:
    """The repeats among some rows, None when there are none.

    `rows` is SQL of them with the columns `names` and a `position`, which is their order in the file; unless
    `in_file` tells the lines of the few that the order matters for: those that contradict each other. Raises NeedsCare
    when it does not know one of them.
    """
    own_key = [name for name in table.natural_key if name in names]
    shared_by, shared = _shared_keys(warehouse, table.day_column, rows, own_key)
    if not warehouse.rows(f"{shared} limit 1"):
        return None
    others = [name for name in names if name not in own_key]
    same = " and ".join(f"r.{name} = s.{name}" for name in shared_by)
    own, key = ", ".join(f"r.{name}" for name in own_key), ", ".join(own_key)
    listed = ", ".join(f"r.{name}" for name in names)
    # Only who has repeats is looked at key by key, and only the rows of keys that repeat are brought together.
    repeated = f"select {own} from {rows} as r semi join ({shared}) as s on {same} group by {own} having count(*) > 1"
    alike = f"""
select {listed}, r.position, r.position as line
from {rows} as r semi join ({repeated}) as k on {" and ".join(f"r.{name} = k.{name}" for name in own_key)}"""
    contradicts = " or ".join(
        f"count({name}) over of_key % count(*) over of_key <> 0 or min({name}) over of_key <> max({name}) over of_key"
        for name in others
    )
    warehouse.run(f"""
create or replace temp table alike as
select *, {contradicts or "false"} as contradicts from ({alike}) window of_key as (partition by {key})""")
    if in_file is not None and warehouse.rows("select 1 from alike where contradicts limit 1"):
        lines = in_file("(select * from alike where contradicts)")
        warehouse.run("update alike set line = null where contradicts")
        warehouse.run(f"update alike set line = l.line from {lines} as l where alike.position = l.position")
        if warehouse.rows("select 1 from alike where line is null limit 1"):
            # Rather read with care than let any of them count.
            raise NeedsCare
    warehouse.run(
        "create or replace temp table alike as "
        f"select *, max_by(position, line) over (partition by {key}) as last_position from alike"
    )
    equal = " and ".join([f"e.{name} is not distinct from l.{name}" for name in names])
    duplicate, superseded = warehouse.rows(f"""
select count(*) filter (where {equal}), count(*) filter (where not ({equal}))
from alike as e join alike as l on l.position = e.last_position
where e.position <> e.last_position""")[0]
    if not duplicate and not superseded:
        return None
    return Repeats(int(duplicate), int(superseded), "(select position from alike where position <> last_position)")


def _shared_keys(warehouse: Warehouse, day: str, rows: str, key: list[str]) -> tuple[list[str], str]:
    """SQL of keys, or beginnings of keys, that more than one row has; and the names of their columns."""
    if day in key and len(key) > 1:
        first, days = warehouse.rows(f"select min({day}), max({day}) - min({day}) from {rows}")[0]
        if first is not None and days < _MOST_DAYS:
            # One bit for each day of a person takes a hundredth of what a table of all keys would.
            whose = [name for name in key if name != day]
            bits = f"bit_count(bitstring_agg(cast({day} - date '{first}' as integer), 0, {days}))"
            names = ", ".join(whose)
            return whose, f"select {names} from {rows} group by {names} having count(*) <> {bits}"
    names = ", ".join(key)
    return key, f"select {names} from {rows} group by {names} having count(*) > 1"
