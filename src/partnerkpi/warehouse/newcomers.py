"""Whose rows they are, in a long file: nearly all people show in its first rows, and few come later.

Reading the one column of a file that names a person takes a quarter of the time of reading and writing all of it. So
of a long file, in which the first rows name nearly everybody (a district's days, one after the other), only these are
read before; rows of people who come later are set aside and read again, which costs no more than was saved.
"""

from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.facts import rows_of
from partnerkpi.warehouse.staging import (
    Plan,
    Pseudonymise,
    TextRows,
    add_people,
    forget_people,
    read,
    text_sql,
    typed_sql,
)

# What stands in place of the load's number in a row of somebody who is not known yet.
NOT_KNOWN_YET = -1
_SAMPLE = 150_000
_FEW = 0.01


def know_most(warehouse: Warehouse, rows: TextRows, plan: Plan, pseudonymise: Pseudonymise) -> bool:
    """Fill `people_<column>` from the first rows of a file; False, and nothing done, when that is not worth it.

    It is in a long file with one column of people, of whom a second sample has hardly any that the first has not.
    """
    if rows.rows <= 2 * _SAMPLE or len(plan.people) != 1:
        return False
    (name,) = plan.people
    cell = plan.keys[name]
    samples = []
    with warehouse.in_file_order():
        for offset in (0, _SAMPLE):
            some = f"select {cell} from ({text_sql(rows)}) limit {_SAMPLE} offset {offset}"
            found = read(warehouse, rows, f"select distinct {cell} from ({some}) where {cell} is not null")
            samples.append({str(person) for (person,) in found})
    first, second = samples
    if len(second - first) > _FEW * len(second):
        return False
    forget_people(warehouse, name)
    add_people(warehouse, plan, name, sorted(first | second), pseudonymise)
    return True


def insert_newcomers(
    warehouse: Warehouse, rows: TextRows, plan: Plan, names: list[str], load: int, pseudonymise: Pseudonymise
) -> int:
    """Read the rows that were set aside again, now that their people are known, and write the good ones; counts them.

    Those that stand in the facts with NOT_KNOWN_YET stay there, to be deleted.
    """
    (name,) = plan.people
    cell = plan.keys[name]
    of_newcomers = f"select * from ({text_sql(rows)}) anti join people_{name} on people_{name}.cell = {cell}"
    with warehouse.reading_long_files():
        read(warehouse, rows, f"create or replace temp table set_aside as {of_newcomers} where {cell} is not null")
    people = [str(row[0]) for row in warehouse.rows(f"select distinct {cell} from set_aside")]
    add_people(warehouse, plan, name, people, pseudonymise)
    typed = typed_sql(rows, plan, names, "select * from set_aside")
    warehouse.run(f"create or replace temp table newcomers as select * from ({typed}) where issue = 0")
    listed = ", ".join(names)
    warehouse.run(f"insert into {rows_of(plan.table)} ({listed}, load_id) select {listed}, {load} from newcomers")
    written = int(warehouse.value("select count(*) from newcomers"))
    warehouse.run("drop table set_aside; drop table newcomers")
    return written
