"""How loads are told: one line per file, and their JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from partnerkpi.cli.console import say, tell
from partnerkpi.errors import ExportRefused
from partnerkpi.models.load import Load, LoadStatus

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


def loads_json(loads: Sequence[Load]) -> dict[str, Any]:
    """The result of an ingest under its versioned schema."""
    return {"schema": "partnerkpi.ingest/1", "loads": [_load_json(load) for load in loads]}


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
    }
