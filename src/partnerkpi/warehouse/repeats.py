"""Rows that stand in a file more than once: which they are, and how they count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from partnerkpi.models.source_table import Kind, SourceTable
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.staging import NeedsCare

# As many days as the bits of one number are to stand for, and its type. Few long stretches are quick to look through;
# short ones leave fewer rows to look at closely. Before the first of all there is no day (see `cells.py`).
_LONG, _SHORT = (120, "hugeint"), (31, "bigint")
_FIRST = "date '1900-01-01'"
# As many of the rows, at most, may be looked at key by key for what more of the key would tell.
_MANY = 0.25

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
    parts = _share(warehouse, table, rows, own_key)
    if not parts:
        return None
    others = [name for name in names if name not in own_key]
    key, everything = ", ".join(own_key), ", ".join(names)
    # Only what shares these parts of a key is looked at key by key.
    same = " and ".join(f"s.part_{name} = {sql}" for name, sql in parts.items())
    with warehouse.small_side_last():
        warehouse.run(
            f"create or replace temp table candidates as select {everything}, position from {rows} as r "
            f"semi join shared as s on {same}"
        )
    contradicts = " or ".join(
        f"count({name}) over of_key % times <> 0 or min({name}) over of_key <> max({name}) over of_key"
        for name in others
    )
    warehouse.run(f"""
create or replace temp table alike as
select * exclude (times), position as line, {contradicts or "false"} as contradicts
from (select *, count(*) over (partition by {key}) as times from candidates)
where times > 1
window of_key as (partition by {key});
drop table candidates; drop table shared""")
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


def _share(warehouse: Warehouse, table: SourceTable, rows: str, key: list[str]) -> dict[str, str]:
    """Temporary table `shared`: parts of keys that more than one row has, `part_<column>`; nothing when none has.

    Gives the SQL of each part. First whose rows they are and roughly when: one bit for each day of a person takes a
    hundredth of what a table of all keys would. Where that tells too little (several rows a day are the rule) all of
    the key.
    """
    people = [column.fact for column in table.columns if column.kind in (Kind.STUDENT, Kind.STAFF)]
    whose = [name for name in key if name in (*people, table.day_column)]
    if table.day_column not in whose or len(whose) < 2:
        parts = {name: name for name in key}
        return parts if _find_shared(warehouse, rows, parts, "count(*) > 1") else {}
    day = f"({table.day_column} - {_FIRST})"
    for names, (days, kind) in ((whose, _LONG), (whose, _SHORT), (key, _SHORT)):
        parts = {name: f"{day} // {days}" if name == table.day_column else name for name in names}
        several = f"count(*) <> bit_count(bit_or(1::{kind} << {day} % {days}))"
        shared = _find_shared(warehouse, rows, parts, several)
        if not shared:
            return {}
        if (days, kind) == _SHORT and shared <= _MANY * warehouse.value(f"select count(*) from {rows}"):
            break
    return parts


def _find_shared(warehouse: Warehouse, rows: str, parts: Mapping[str, str], several: str) -> int:
    """Make the table `shared`; how many rows share a part."""
    listed = ", ".join(f"{sql} as part_{name}" for name, sql in parts.items())
    warehouse.run(
        f"create or replace temp table shared as select {listed}, count(*) as row_count from {rows} "
        f"group by {', '.join(parts.values())} having {several}"
    )
    return int(warehouse.value("select coalesce(sum(row_count), 0) from shared"))
