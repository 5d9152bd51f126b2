"""The long way in: rows staged in a table of their own, and matched with the facts they meet.

What is new, what is there already, what gives way.
"""

from collections.abc import Sequence

from partnerkpi.models.dialect import TableRule
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.direct import among_days
from partnerkpi.warehouse.facts import make_room, rows_of
from partnerkpi.warehouse.landed import Landed
from partnerkpi.warehouse.newcomers import type_newcomers
from partnerkpi.warehouse.refusals import quarantine
from partnerkpi.warehouse.repeats import find_repeats
from partnerkpi.warehouse.schema import fact_columns
from partnerkpi.warehouse.staging import NeedsCare, Plan, Pseudonymise, TextRows, read, typed_sql


def match_and_insert(
    warehouse: Warehouse, rows: TextRows, plan: Plan, rule: TableRule, load: int, pseudonymise: Pseudonymise
) -> Landed:
    """Take the rows into the facts; those of earlier loads that they replace move to the table's history.

    `people_<column>` may lack people. Raises NeedsCare when rows have a layout, and not every line became
    one, or is clearly one.
    """
    names = make_room(warehouse, plan.table, plan.needed)
    _stage(warehouse, rows, plan, [name for name in names if name != "occurrence"], pseudonymise)
    broken = "(select position as line, issue from staged where issue <> 0)"
    quarantined, non_data = quarantine(warehouse, rows, plan, load, broken)
    duplicate, superseded = _keep(warehouse, plan, names)
    kept, fresh, replaced = _replace(warehouse, plan, rule, names, load)
    warehouse.run(
        f"insert into {rows_of(plan.table)} ({', '.join(names)}, load_id) "
        f"select {', '.join(names)}, {load} from kept semi join differing on position = new_row"
    )
    day = plan.table.day_column
    days = (
        warehouse.rows(f"select min({day}), max({day}) from staged where issue = 0")[0]
        if day in names
        else (None, None)
    )
    _tidy(warehouse)
    return Landed(fresh, kept - fresh, superseded, duplicate, quarantined, non_data, replaced, *days)


def _stage(warehouse: Warehouse, rows: TextRows, plan: Plan, names: list[str], pseudonymise: Pseudonymise) -> None:
    """Temporary view `staged`: issue, the typed columns, and `position`, which is the line."""
    read(warehouse, rows, lambda text: f"create temp table staged_rows as {typed_sql(rows, plan, names, text)}")
    if rows.layout is not None:
        counts = "count(*), count(*) filter (newcomer), count(*) filter (issue is null)"
        staged, newcomers, unclear = warehouse.rows(f"select {counts} from staged_rows")[0]
        if staged != rows.rows or unclear:
            raise NeedsCare
        if newcomers:
            type_newcomers(warehouse, rows, plan, names, pseudonymise)
            warehouse.run("delete from staged_rows where newcomer; insert into staged_rows from newcomers")
    warehouse.run("create temp view staged as select line as position, * from staged_rows")


def _keep(warehouse: Warehouse, plan: Plan, names: Sequence[str]) -> tuple[int, int]:
    """Temporary view or table `kept`: the good rows, each with its `position`; of those with one natural key the last.

    Counts duplicate and superseded rows.
    """
    good = "select * from staged where issue = 0"
    if not plan.table.key:
        alike = ", ".join(name for name in names if name != "occurrence")
        warehouse.run(f"""
create temp table kept as
select *, cast(row_number() over (partition by {alike} order by position) as integer) as occurrence from ({good})""")
        return 0, 0
    repeats = find_repeats(warehouse, plan.table, f"({good})", names)
    if repeats is None:
        warehouse.run(f"create temp view kept as {good}")
        return 0, 0
    warehouse.run(f"create temp view kept as select * from ({good}) where position not in {repeats.sql}")
    return repeats.duplicate, repeats.superseded


def _replace(
    warehouse: Warehouse, plan: Plan, rule: TableRule, names: Sequence[str], load: int
) -> tuple[int, int, int]:
    """Move the facts that the file replaces to history.

    Temporary table `differing` names, as `new_row`, the rows of `kept` that the facts have not. Counts the rows of
    the file, those of them that are new, and the facts that gave way.
    """
    table, current = rows_of(plan.table), _current(warehouse, plan, rule, names)
    fresh_rows, current = _unlike(warehouse, plan, names, current)
    key = plan.table.natural_key or tuple(names)
    alike = "=" if plan.table.key else "is not distinct from"
    same_key = " and ".join(f"c.{name} {alike} k.{name}" for name in key if name in names)
    others = [f"c.{name} is distinct from k.{name}" for name in names if name not in key]
    unlike = " or ".join(["c.fact_row is null", "k.position is null", *others])
    warehouse.run(f"""
create temp table differing as
select c.fact_row as old_row, k.position as new_row
from {current} as c full join {fresh_rows} as k on {same_key}
where {unlike}""")
    gone = "select old_row from differing where old_row is not null and new_row is not null"
    if rule.slice or rule.span:
        gone += f" union all {_left_out(plan, rule, names, current, same_key)}"
    warehouse.run(f"create temp table ended as {gone}")
    listed = ", ".join(names)
    warehouse.run(
        f"insert into {plan.table.name}_history ({listed}, load_id, ended_by) "
        f"select {listed}, load_id, {load} from {table} where rowid in (from ended)"
    )
    warehouse.run(f"delete from {table} where rowid in (from ended)")
    kept, fresh, ended = warehouse.rows(
        "select (select count(*) from kept), (select count(new_row) from differing), (select count(*) from ended)"
    )[0]
    return int(kept), int(fresh), int(ended)


def _current(warehouse: Warehouse, plan: Plan, rule: TableRule, names: Sequence[str]) -> str:
    """SQL of the facts the file can touch, each with its `fact_row`."""
    day = plan.table.day_column
    first, last = warehouse.rows(f"select min({day}), max({day}) from kept")[0] if day in names else (None, None)
    touched = among_days(plan, rule, first, last)
    return f"(select rowid as fact_row, * from {rows_of(plan.table)} where {touched})"


def _unlike(warehouse: Warehouse, plan: Plan, names: Sequence[str], current: str) -> tuple[str, str]:
    """SQL of those rows of `kept`, and of those facts, that are of students whose rows are not the same in both.

    A corrected export changes the rows of a few students. Students are told apart by how many rows they have and by
    the sum of their hashes, 64 bits each. Of rows of no students it is all.
    """
    if "student_id" not in names or not plan.table.key:
        return "kept", current
    kinds = fact_columns(plan.table)
    content = f"hash({', '.join(f'cast({name} as {kinds[name]})' for name in names)})"
    sums = f"select student_id, count(*) as row_count, sum({content}) as contents from"
    warehouse.run(f"""
create or replace temp table unlike as
select coalesce(c.student_id, k.student_id) as student_id
from ({sums} {current} group by student_id) as c
full join ({sums} kept group by student_id) as k on k.student_id = c.student_id
where c.row_count is distinct from k.row_count or c.contents is distinct from k.contents""")
    return (
        "(select * from kept where student_id in (from unlike))",
        f"(select * from {current} where student_id in (from unlike))",
    )


def _left_out(plan: Plan, rule: TableRule, names: Sequence[str], current: str, same_key: str) -> str:
    """Facts in a slice the file speaks for that it no longer has.

    A row that the file has but that was refused is still there: the fact of an earlier load stays.
    """
    # A column that no row has on disk is the same in all of them.
    slices = [fact for fact in (plan.table.column(name).fact for name in rule.slice) if fact in names]
    span = rule.span if rule.span in names else ""
    ends = f", min({span}) as first_value, max({span}) as last_value" if span else ""
    grouped = f"select {', '.join(slices) or '1 as everything'}{ends} from kept"
    if slices:
        grouped += f" group by {', '.join(slices)}"
    inside = [f"c.{name} = s.{name}" for name in slices]
    inside += [f"c.{span} between s.first_value and s.last_value"] if span else []
    there = f"\nanti join (select * from staged where issue <> 0) as k on {same_key}" if plan.table.key else ""
    return f"""
select c.fact_row from {current} as c
semi join (select old_row from differing where new_row is null) as d on d.old_row = c.fact_row
semi join ({grouped}) as s on {" and ".join(inside) or "true"}{there}"""


def _tidy(warehouse: Warehouse) -> None:
    """Drop what the load made for itself, a view before what it looks at."""
    made = warehouse.rows(
        "select table_name, table_type from information_schema.tables "
        "where table_name in ('kept', 'staged', 'staged_rows', 'differing', 'ended') and table_catalog = 'temp'"
    )
    for name, kind in sorted(made):
        warehouse.run(f"drop {'view' if kind == 'VIEW' else 'table'} temp.{name}")
