"""What a person sees: errors in three lines, tables, one line per file; data goes to stdout, the rest to stderr."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from partnerkpi.errors import PartnerKpiError


def say(line: str) -> None:
    """A line for a person, on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def put(line: str) -> None:
    """A line of data, on stdout."""
    sys.stdout.write(f"{line}\n")


def put_json(value: object) -> None:
    """A JSON document on stdout; dates and times as ISO text."""
    put(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell(error: PartnerKpiError) -> None:
    """What happened, where, and what to do now."""
    say(f"Error: {error.what}")
    for line in error.where.splitlines():
        say(f"Where: {line}")
    say(f"Now:   {error.now}")


def put_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """A table on stdout: `columns` gives, by key, the heading; numbers stand to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(row[key], int | float) for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[key])) for key in columns))
    width = None if sys.stdout.isatty() else 200
    Console(file=sys.stdout, width=width, highlight=False).print(table)


def _cell(value: object) -> str:
    return (
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str("" if value is None else value)
    )
