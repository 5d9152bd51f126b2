"""A second look at a plain file: on which lines rows stand that contradict each other.

A row that is written does not keep its line, because no question but this one asks for it: of rows with one key the
last of the file counts. Few files have such rows; one that has is read once more.
"""

from collections.abc import Mapping, Sequence

from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import fact_columns
from partnerkpi.warehouse.staging import Plan, TextRows, read


def lines_of(warehouse: Warehouse, rows: TextRows, plan: Plan, names: Sequence[str], some: str) -> str:
    """SQL of the `position` and the `line` of some of the rows of a plain file.

    `some` is SQL of them, with the columns `names` and a `position`. Of rows that are alike in all columns each has
    one of the lines. Rows are told apart by a hash of 64 bits.
    """
    kinds = {name: "varchar" if name in plan.people else kind for name, kind in fact_columns(plan.table).items()}
    joins = "".join(
        f"\nleft join {_numbers(plan, name)} as {name}_of on {name}_of.id = f.{name}" for name in plan.people
    )
    known = {name: f"{name}_of.number" if name in plan.people else f"f.{name}" for name in names}
    in_file = _hash({name: plan.cells[name].value for name in names}, kinds)
    warehouse.run(f"""
create or replace temp table wanted as
select position, content, row_number() over (partition by content order by position) as number
from (select f.position, {_hash(known, kinds)} as content from {some} as f{joins})""")
    read(
        warehouse,
        rows,
        lambda text: (
            f"""
create or replace temp table found_lines as
select line, content, row_number() over (partition by content order by line) as number
from (select line, {in_file} as content from ({text})) where content in (select content from wanted)"""
        ),
    )
    return "(select wanted.position, found_lines.line from wanted join found_lines using (content, number))"


def _numbers(plan: Plan, name: str) -> str:
    """SQL of the number behind each pseudonym, which cells may spell in several ways."""
    cells = f"(select cell as {plan.keys[name]}, id from people_{name} where id is not null)"
    return f"(select distinct id, {plan.cells[name].value} as number from {cells})"


def _hash(values: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Over the values as text, in the types they are stored in, so that reading and storing make no difference."""
    texts = [f"cast(cast({value} as {kinds[name]}) as varchar)" for name, value in values.items()]
    return f"hash({', '.join(texts)})"
