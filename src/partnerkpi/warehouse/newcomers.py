"""Whose rows they are, in a long file: nearly all people show in some of its rows, and few come later.

Reading the one column of a file that names a person takes a quarter of the time of reading and writing all of it. So
of a long file, in which the first rows name nearly everybody that rows far below do (a district's days, one after the
other), only these are read before; rows of people who come later are set aside and read again, which costs no more
than was saved.
"""

import datetime as dt
from functools import partial

from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.staging import (
    NeedsCare,
    Plan,
    Pseudonymise,
    TextRows,
    add_people,
    forget_people,
    people_sql,
    read,
    typed_sql,
)

_SAMPLE = 150_000
_FEW = 0.01


def know_most(
    warehouse: Warehouse, rows: TextRows, plan: Plan, pseudonymise: Pseudonymise, *, days: bool
) -> tuple[dt.date | None, dt.date | None] | None:
    """Fill `people_<column>` from some rows of a file; None, and nothing done, when that is not worth it.

    It is in a long file with one column of people, of whom a sample of its last piece has hardly any that one of its
    first has not. Gives, when asked, the days in both samples that come first and last.
    """
    layout = rows.layout
    if layout is None or rows.rows <= 2 * _SAMPLE or len(layout.pieces) < 2 or len(plan.people) != 1:
        return None
    (name,) = plan.people
    for sample, piece in (("first_named", layout.pieces[0]), ("last_named", layout.pieces[-1])):
        read(warehouse, rows, partial(_sample, plan, name, sample, days), [piece])
    new, some = warehouse.rows(
        "select (select count(*) from last_named anti join first_named using (cell)), (select count(*) from last_named)"
    )[0]
    if new > _FEW * some:
        return None
    warehouse.run(
        "create or replace temp table named as "
        "select * from first_named union all select * from last_named anti join first_named using (cell)"
    )
    forget_people(warehouse, name)
    add_people(warehouse, plan, name, "named", pseudonymise)
    first, last = warehouse.rows(
        "select min(first_day), max(last_day) from (from first_named union all from last_named)"
    )[0]
    return first, last


def _sample(plan: Plan, name: str, sample: str, days: bool, text: str) -> str:
    """SQL that keeps whom some rows name; a day with a space beside it is missed, which is seen later."""
    day = plan.first_look.get(f"q_{plan.table.day_column}", "null") if days else "null"
    some = people_sql(plan, name, f"select * from ({text}) limit {_SAMPLE}", day=f"cast({day} as date)")
    return f"create or replace temp table {sample} as {some}"


def type_newcomers(
    warehouse: Warehouse, rows: TextRows, plan: Plan, names: list[str], pseudonymise: Pseudonymise
) -> int:
    """Temporary table `newcomers`: the rows of people who were not in `people_<column>`, typed; how many they are.

    Now these people are known. Raises NeedsCare for a row of which it is not clear whether it is one.
    """
    (name,) = plan.people
    cell = plan.keys[name]
    anti_join = f"anti join people_{name} on people_{name}.cell = {cell} where {cell} is not null"
    read(warehouse, rows, lambda text: f"create or replace temp table set_aside as select * from ({text}) {anti_join}")
    warehouse.run(f"create or replace temp table named as select distinct {cell} as cell from set_aside")
    add_people(warehouse, plan, name, "named", pseudonymise)
    typed = typed_sql(rows, plan, names, "select * from set_aside")
    warehouse.run(f"create or replace temp table newcomers as {typed}; drop table set_aside")
    count, unclear = warehouse.rows("select count(*), count(*) filter (issue is null) from newcomers")[0]
    if unclear:
        raise NeedsCare
    return int(count)
