"""A second look at a plain file, in its order: on which lines the rows stand that something is wrong with.

Rows are written as several threads come across them, so that where a row stands among the facts tells nothing of its
line. Most files have nothing that asks for a line. One that has is read once more, without the join that finds whose
rows they are: what is left of reading and judging keeps the order of the file, however many threads there are.
"""

from collections.abc import Mapping, Sequence

from partnerkpi.warehouse.cells import literal
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import fact_columns
from partnerkpi.warehouse.staging import BLANK, NeedsCare, Plan, TextRows, issue_sql, read, text_sql

# As many people are compared with each row one by one; of more, their rules are looked at again.
_FEW = 20


def broken_lines(warehouse: Warehouse, rows: TextRows, plan: Plan) -> str:
    """SQL of the rows of a plain file that break a rule: their `line`, and their `issue` as `issue_sql` gives it.

    Whose rows they are has to be known. Raises NeedsCare when not every line became a row.
    """
    people = {name: _broken_people(warehouse, plan, name) for name in plan.people}
    lines = _look(warehouse, rows, "broken_rows", issue_sql(rows, plan, people))
    return f"(select line, issue from ({lines}) where issue <> 0)"


def lines_of(warehouse: Warehouse, rows: TextRows, plan: Plan, names: Sequence[str], some: str) -> str:
    """SQL of the `position` and the `line` of some of the rows of a plain file.

    `some` is SQL of them, with the columns `names` and a `position`. Of rows that are alike in all columns each has
    one of the lines. Rows are told apart by a hash of 64 bits.
    """
    kinds = {name: "varchar" if name in plan.people else kind for name, kind in fact_columns(plan.table).items()}
    values = {name: plan.cells[name].value for name in names}
    in_file = f"select {_hash(values, kinds)} as content from ({text_sql(rows)})"
    lines = _look(warehouse, rows, "row_contents", in_file)
    joins = "".join(
        f"\n  left join {_numbers(plan, name)} as {name}_of on {name}_of.id = f.{name}" for name in plan.people
    )
    known = {name: f"{name}_of.number" if name in plan.people else f"f.{name}" for name in names}
    return f"""(
with wanted as (
  select position, content, row_number() over (partition by content order by position) as number
  from (select f.position, {_hash(known, kinds)} as content from {some} as f{joins})
),
found as (
  select line, content, row_number() over (partition by content order by line) as number
  from ({lines}) where content in (select content from wanted)
)
select wanted.position, found.line from wanted join found using (content, number))"""


def _look(warehouse: Warehouse, rows: TextRows, name: str, sql: str) -> str:
    """SQL of what the query gives for each line of the file, with the `line`; temporary table `name` keeps it."""
    if rows.layout is None:
        raise ValueError("rows without a layout tell their lines themselves")
    with warehouse.in_file_order():
        read(warehouse, rows, f"create or replace temp table {name} as {sql}")
    first, count = warehouse.rows(f"select coalesce(min(rowid), 0), count(*) from {name}")[0]
    if count != rows.rows:
        raise NeedsCare
    return f"select rowid - {first} + {rows.layout.header_lines + 1} as line, * from {name}"


def _broken_people(warehouse: Warehouse, plan: Plan, name: str) -> str:
    """SQL of the place of the rule that a person's number breaks, over a text row."""
    found = warehouse.rows(f"select cell, broken from people_{name} where broken <> 0 limit {_FEW + 1}")
    if len(found) > _FEW:
        return f"case when {plan.sources[name]} is null then {BLANK} else {plan.people_rules[name]} end"
    whens = " ".join(f"when {literal(cell)} then {place}" for cell, place in found)
    return f"case {plan.keys[name]} {whens} else 0 end" if found else "0"


def _numbers(plan: Plan, name: str) -> str:
    """SQL of the number behind each pseudonym, which cells may spell in several ways."""
    cells = f"(select cell as {plan.keys[name]}, id from people_{name} where id is not null)"
    return f"(select distinct id, {plan.cells[name].value} as number from {cells})"


def _hash(values: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Over the values as text, in the types they are stored in, so that reading and storing make no difference."""
    texts = [f"cast(cast({value} as {kinds[name]}) as varchar)" for name, value in values.items()]
    return f"hash({', '.join(texts)})"
