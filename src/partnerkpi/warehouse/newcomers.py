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
    warehouse: Warehouse, rows: TextRows, plan: Plan, pseudonymise: Pseudonymise
) -> tuple[dt.date | None, dt.date | None] | None:
    """Fill `people_<column>` from some rows of a file; None, and nothing done, when that is not worth it.

    It is in a long file with one column of people, of whom a sample of its last piece has hardly any that one of its
    first has not. Gives the days in both samples that come first and last.
    """
    layout = rows.layout
    if layout is None or rows.rows <= 2 * _SAMPLE or len(layout.pieces) < 2 or len(plan.people) != 1:
        return None
    (name,) = plan.people
    samples: list[set[str]] = []
    days: list[dt.date] = []
    for piece in (layout.pieces[0], layout.pieces[-1]):
        found = read(warehouse, rows, partial(_of_sample, plan, name), [piece])
        samples.append({str(person) for person, _, _ in found})
        days += [day for _, *ends in found for day in ends if day is not None]
    first, last = samples
    if len(last - first) > _FEW * len(last):
        return None
    forget_people(warehouse, name)
    add_people(warehouse, plan, name, sorted(first | last), pseudonymise)
    return min(days, default=None), max(days, default=None)


def _of_sample(plan: Plan, name: str, text: str) -> str:
    return people_sql(plan, name, f"select * from ({text}) limit {_SAMPLE}", day=plan.day)


def type_newcomers(
    warehouse: Warehouse, rows: TextRows, plan: Plan, names: list[str], pseudonymise: Pseudonymise
) -> int:
    """Temporary table `newcomers`: the rows of people who were not in `people_<column>`, typed; how many they are.

    Now these people are known.
    """
    (name,) = plan.people
    cell = plan.keys[name]
    anti_join = f"anti join people_{name} on people_{name}.cell = {cell} where {cell} is not null"
    read(warehouse, rows, lambda text: f"create or replace temp table set_aside as select * from ({text}) {anti_join}")
    people = [str(row[0]) for row in warehouse.rows(f"select distinct {cell} from set_aside")]
    add_people(warehouse, plan, name, people, pseudonymise)
    typed = typed_sql(rows, plan, names, "select * from set_aside")
    warehouse.run(f"create or replace temp table newcomers as {typed}; drop table set_aside")
    return int(warehouse.value("select count(*) from newcomers"))
