"""Matching staged rows with each other and with the facts: what is new, what is there, what gives way."""

from collections.abc import Sequence

from partnerkpi.models.dialect import TableRule
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import fact_columns
from partnerkpi.warehouse.staging import Plan


def _row(alias: str, names: Sequence[str]) -> str:
    return "row(" + ", ".join(f"{alias}.{name}" for name in names) + ")"


def repeated(warehouse: Warehouse, plan: Plan) -> bool:
    """Whether two good rows have the same natural key."""
    key = ", ".join(plan.key)
    found = warehouse.rows(f"select 1 from staged where issue = 0 group by {key} having count(*) > 1 limit 1")
    return bool(found)


def rank(warehouse: Warehouse, plan: Plan, *, unique: bool) -> tuple[int, int]:
    """Temporary table or view `kept`: of the good rows with one natural key the last.

    Counts duplicates and superseded rows; `unique` says that there are none.
    """
    facts = ", ".join(plan.facts)
    if not plan.table.key:
        warehouse.run(f"""
create temp table kept as
select {facts}, cast(row_number() over (partition by {facts} order by line) as integer) as occurrence
from staged where issue = 0""")
        return 0, 0
    if unique or not repeated(warehouse, plan):
        warehouse.run(f"create temp view kept as select {facts} from staged where issue = 0")
        return 0, 0
    key = ", ".join(plan.key)
    good = "(select * from staged where issue = 0)"
    warehouse.run(f"""
create or replace temp table ranked as
select *, max(line) over (partition by {key}) as last_line from {good}""")
    same_key = " and ".join(f"l.{name} = e.{name}" for name in plan.key)
    same_row = f"{_row('l', plan.facts)} is not distinct from {_row('e', plan.facts)}"
    duplicate, superseded = warehouse.rows(f"""
select count(*) filter (where {same_row}), count(*) filter (where not {same_row})
from ranked as e join ranked as l on {same_key} and l.line = l.last_line
where e.line < e.last_line""")[0]
    warehouse.run(f"create temp table kept as select {facts} from ranked where line = last_line")
    warehouse.run("drop table ranked")
    return int(duplicate), int(superseded)


def replace(warehouse: Warehouse, plan: Plan, rule: TableRule, load: int) -> tuple[int, int]:
    """Move facts the file replaces to history, and make `fresh` of what `kept` has and the facts have not.

    Counts rows that were there already, and facts that gave way.
    """
    current = _current(warehouse, plan, rule)
    if current is None:
        warehouse.run("create temp view fresh as select * from kept")
        return 0, 0
    table, columns = plan.table.name, list(fact_columns(plan.table))
    names = ", ".join(columns)
    same_row = f"{_row('c', columns)} is not distinct from {_row('k', columns)}"
    same_key = " and ".join(f"c.{name} = k.{name}" for name in plan.key) if plan.table.key else same_row
    parts = [f"select c.fact_row from {current} as c join kept as k on {same_key} where not {same_row}"]
    if rule.slice or rule.span:
        parts.append(_left_out(plan, rule, current, same_key))
    warehouse.run(f"create temp table ended as {' union '.join(parts)}")
    warehouse.run(
        f"create temp table fresh as select k.* from kept as k anti join {current} as c on {same_key} and {same_row}"
    )
    warehouse.run(
        f"insert into {table}_history "
        f"select {names}, load_id, $load from {table} where rowid in (select fact_row from ended)",
        {"load": load},
    )
    warehouse.run(f"delete from {table} where rowid in (select fact_row from ended)")
    kept, fresh, ended = warehouse.rows(
        "select (select count(*) from kept), (select count(*) from fresh), (select count(*) from ended)"
    )[0]
    warehouse.run("drop table ended")
    return int(kept) - int(fresh), int(ended)


def _current(warehouse: Warehouse, plan: Plan, rule: TableRule) -> str | None:
    """SQL of the facts the file can touch, each with its `fact_row`; None when there are none.

    Where the day is part of the natural key, and of the slice if there is one, only days from the file's first to
    its last can be touched: a new year meets nothing of the old ones.
    """
    table, where = plan.table, ""
    if table.day in table.key and (table.day in (*rule.slice, rule.span) or not rule.slice):
        day = table.column(table.day).fact
        first, last = warehouse.rows(f"select min({day}), max({day}) from kept")[0]
        if first is None:
            return None
        where = f" where {day} between date '{first}' and date '{last}'"
    if not warehouse.rows(f"select 1 from {table.name}{where} limit 1"):
        return None
    return f"(select rowid as fact_row, * from {table.name}{where})"


def _left_out(plan: Plan, rule: TableRule, current: str, same_key: str) -> str:
    """Facts in a slice the file speaks for that it no longer has.

    A row that the file has but that was refused is still there: the fact of an earlier load stays.
    """
    slices = [plan.table.column(name).fact for name in rule.slice]
    ends = f", min({rule.span}) as first_value, max({rule.span}) as last_value" if rule.span else ""
    grouped = f"select {', '.join(slices) or '1 as everything'}{ends} from kept"
    if slices:
        grouped += f" group by {', '.join(slices)}"
    inside = [f"c.{name} = s.{name}" for name in slices]
    inside += [f"c.{rule.span} between s.first_value and s.last_value"] if rule.span else []
    present = "staged" if plan.table.key else "kept"
    return f"""
select c.fact_row from {current} as c
semi join ({grouped}) as s on {" and ".join(inside)}
anti join {present} as k on {same_key}"""


def insert(warehouse: Warehouse, plan: Plan, load: int) -> int:
    names = ", ".join(fact_columns(plan.table))
    warehouse.run(f"insert into {plan.table.name} ({names}, load_id) select {names}, $load from fresh", {"load": load})
    return int(warehouse.value("select count(*) from fresh"))
