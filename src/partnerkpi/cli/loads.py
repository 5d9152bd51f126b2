"""How loads and plans are told: one line per file, tables, and their JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from partnerkpi.cli.console import put, put_table, say, tell
from partnerkpi.errors import ExportRefused
from partnerkpi.models.load import Changes, Load, LoadStatus
from partnerkpi.models.move import Figure, Move

LOAD_COLUMNS = {
    "load_id": "load",
    "file": "file",
    "dialect": "dialect",
    "source_table": "table",
    "rows_in_file": "rows in file",
    "loaded": "loaded",
    "unchanged": "unchanged",
    "superseded": "superseded",
    "duplicate": "duplicate",
    "quarantined": "quarantined",
    "non_data": "non-data",
    "replaced": "replaced",
    "undone_at": "undone",
}
PLAN_COLUMNS = {
    "file": "file",
    "status": "status",
    "source_table": "table",
    "rows_in_file": "rows in file",
    "inserted": "inserted",
    "changed": "changed",
    "removed": "removed",
    "refused": "refused",
    "unchanged": "unchanged",
    "others": "others",
}
MOVE_COLUMNS = {
    "partner": "partner",
    "kpi": "KPI",
    "unit": "unit",
    "period": "latest period that moves",
    "before": "before",
    "after": "after",
    "change": "change",
    "students": "students",
    "periods": "periods that move",
}
INTERNAL = "internal, not for release: exact figures, however small the group"
QUARANTINE_COLUMNS = {"load": "load", "file": "file", "line": "line", "column": "column", "rule": "rule"}


def say_load(load: Load) -> None:
    """One line about a file that is done, and a line for each notice."""
    if load.status is LoadStatus.REFUSED:
        tell(ExportRefused(load.reason, where=load.where, now=load.advice))
    elif load.status is LoadStatus.UNCHANGED:
        say(f"{load.file}: {load.reason}")
    else:
        say(_counted(load))
    for notice in load.notices:
        say(f"  note: {notice}")


def _counted(load: Load) -> str:
    counts = load.counts
    parts = [f"{counts.loaded:,} loaded"]
    for name in ("unchanged", "superseded", "duplicate", "quarantined", "non_data"):
        if number := getattr(counts, name):
            parts.append(f"{number:,} {name.replace('_', '-')}")
    if load.replaced:
        parts.append(f"{load.replaced:,} rows of earlier loads replaced")
    would = "would be: " if load.status is LoadStatus.PLANNED else ""
    return f"{load.file}: {load.dialect} {load.table}, {would}{counts.rows_in_file:,} rows = {', '.join(parts)}"


def say_sum(loads: Sequence[Load]) -> None:
    """One line about all files, and where to look when rows were refused."""
    by_status = {status: sum(load.status is status for load in loads) for status in LoadStatus}
    said = ", ".join(f"{number} {status.value}" for status, number in by_status.items() if number)
    say(f"{len(loads)} file{'s' if len(loads) != 1 else ''}: {said}.")
    if any(load.counts.quarantined for load in loads if load.status is LoadStatus.LOADED):
        say("Refused rows, with file, line and rule: partnerkpi quarantine")


def say_planned(load: Load) -> None:
    """What a person must know of a planned load besides its row in the listing."""
    if load.status is LoadStatus.PLANNED:
        for notice in load.notices:
            say(f"{load.file}: note: {notice}")
    else:
        say_load(load)


def put_plan(loads: Sequence[Load], moves: Sequence[Move]) -> None:
    """The listing of a plan on stdout: what each file would do, and how the KPIs would move."""
    put(INTERNAL)
    put("")
    put_table([_planned(load) for load in loads], PLAN_COLUMNS)
    put("")
    if moves:
        put_table([_moved(move) for move in moves], MOVE_COLUMNS)
    else:
        put("No KPI of any partner would move.")


def loads_json(loads: Sequence[Load], moves: Sequence[Move] | None = None) -> dict[str, Any]:
    """The result of an ingest under its versioned schema; with `moves` that of a plan."""
    document: dict[str, Any] = {"schema": "partnerkpi.ingest/1", "loads": [_load_json(load) for load in loads]}
    if moves is not None:
        document |= {"release": INTERNAL, "kpis": [_move_json(move) for move in moves]}
    return document


def _load_json(load: Load) -> dict[str, Any]:
    return {
        "load": load.load,
        "file": load.file,
        "status": load.status.value,
        "dialect": load.dialect,
        "table": load.table,
        **asdict(load.counts),
        "reason": load.reason,
        "replaced": load.replaced,
        "notices": list(load.notices),
        **(asdict(load.changes) if load.changes else {}),
    }


def _move_json(move: Move) -> dict[str, Any]:
    return {
        "partner": move.partner,
        "kpi": move.kpi.id,
        "name": move.kpi.name,
        "unit": move.kpi.unit,
        "period": move.period,
        "window": move.kpi.window.value,
        "before": asdict(move.before) if move.before else None,
        "after": asdict(move.after) if move.after else None,
        "periods": move.periods,
    }


def _planned(load: Load) -> dict[str, Any]:
    changes = load.changes or Changes(0, 0, 0)
    return {
        "file": load.file,
        "status": load.status.value,
        "source_table": load.table,
        "rows_in_file": load.counts.rows_in_file,
        **asdict(changes),
        "refused": load.counts.quarantined,
        "unchanged": load.counts.unchanged,
        "others": load.counts.superseded + load.counts.duplicate + load.counts.non_data,
    }


def _moved(move: Move) -> dict[str, Any]:
    before, after = move.before, move.after
    change = after.value - before.value if before and after else None
    return {
        "partner": move.partner,
        "kpi": move.kpi.id,
        "unit": move.kpi.unit,
        "period": f"{move.period}, {move.kpi.window.value}",
        "before": _figure(before),
        "after": _figure(after),
        "change": "" if change is None else f"{'+' if change >= 0 else ''}{_exact(change)}",
        "students": f"{before.students if before else 0:,} to {after.students if after else 0:,}",
        "periods": move.periods,
    }


def _figure(figure: Figure | None) -> str:
    return "none" if figure is None else _exact(figure.value)


def _exact(value: float) -> str:
    """As fine as anybody can use: four decimals, where there are any."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")
