"""Refused rows into the books: each with its line, its column and its rule."""

from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.staging import Plan, TextRows


def quarantine(warehouse: Warehouse, rows: TextRows, plan: Plan, load: int, broken: str) -> tuple[int, int]:
    """Book the refused rows of a load; counts them, and those lines that turned out to be no rows.

    `broken` is SQL of the rows that break a rule: their `line`, and their `issue`: the code of the rule,
    negative when the row may be no row at all.
    """
    if rows.refused:
        _insert(
            warehouse,
            load,
            "unnest($lines::bigint[]), unnest($columns::varchar[]), unnest($rules::varchar[]), null",
            lines=[row.line for row in rows.refused],
            columns=[row.column for row in rows.refused],
            rules=[row.rule for row in rows.refused],
        )
    no_data: list[int] = []
    if rows.layout is not None:
        suspicious = warehouse.rows(f"select line from {broken} where issue < 0")
        no_data = sorted(rows.layout.no_data([int(line) for (line,) in suspicious])) if suspicious else []
    _insert(
        warehouse,
        load,
        "line, list_extract($columns::varchar[], abs(issue)), list_extract($rules::varchar[], abs(issue)), null "
        f"from {broken} where not list_contains($no_data::bigint[], line)",
        columns=[column for column, _, _ in plan.issues],
        rules=[rule for _, rule, _ in plan.issues],
        no_data=no_data,
    )
    booked = warehouse.value("select count(*) from quarantine where load_id = $load", {"load": load})
    return int(booked), len(no_data)


def _insert(warehouse: Warehouse, load: int, selected: str, **parameters: object) -> None:
    warehouse.run(f"insert into quarantine select $load, {selected}", {"load": load, **parameters})
