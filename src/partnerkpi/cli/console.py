"""What a person sees: errors in three lines, tables, one line per file; data goes to stdout, the rest to stderr.

Whoever reads along may stop at any time (`| head`), and a terminal may be gone: neither is a reason to stop working.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from partnerkpi.errors import ConfigurationError, PartnerKpiError

_AS_WIDE_AS_IT_IS = 10_000


def open_streams() -> None:
    """Give the process the three streams it should have been started with.

    Where one is closed, the next file to be opened, the database say, would take its number, and with it whatever
    a library prints.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    # The interpreter has no stream where there was none.
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A path goes out byte for byte; a letter that an old terminal cannot show must not end the command.
            stream.reconfigure(errors="surrogateescape" if _is_utf8(stream) else "backslashreplace")


def finish() -> None:
    """Send out what is still waiting; raises ConfigurationError when stdout does not take the data."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _lost(error)


def say(line: str) -> None:
    """A line for a person, on stderr; when nobody can read it, work goes on."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def put(line: str) -> None:
    """A line of data, on stdout; raises ConfigurationError when the disk behind it is full."""
    try:
        sys.stdout.write(f"{line}\n")
    except OSError as error:
        _lost(error)


def put_json(value: object) -> None:
    """A JSON document on stdout; dates and times as ISO text."""
    put(json_text(value, ascii_only=not _is_utf8(sys.stdout)))


def json_text(value: object, *, ascii_only: bool = False) -> str:
    """A JSON document; dates and times as ISO text."""
    return json.dumps(value, ensure_ascii=ascii_only, indent=2, default=str)


def tell(error: PartnerKpiError) -> None:
    """What happened, where, and what to do now."""
    say(f"Error: {error.what}")
    for line in error.where.splitlines():
        say(f"Where: {line}")
    say(f"Now:   {error.now}")


def put_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """A table on stdout: `columns` gives, by key, the heading; numbers stand to the right.

    On a terminal too narrow for its words each row becomes a list of its own, so that nothing is cut off.
    """
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for key, heading in columns.items():
        numeric = bool(rows) and all(isinstance(row[key], int | float) for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[key])) for key in columns))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _AS_WIDE_AS_IT_IS, highlight=False)
    if Measurement.get(console, console.options.update(width=_AS_WIDE_AS_IT_IS), table).minimum > console.width:
        put("\n\n".join(_listed(row, columns) for row in rows))
        return
    with console.capture() as text:
        console.print(table)
    put(text.get().rstrip("\n"))


def _listed(row: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    widest = max(len(heading) for heading in columns.values())
    return "\n".join(f"{heading:<{widest}}  {_cell(row[key])}".rstrip() for key, heading in columns.items())


def _cell(value: object) -> str:
    return (
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str("" if value is None else value)
    )


def _lost(error: OSError) -> None:
    """Nobody reads on: fine. Anything else means that data did not arrive."""
    _silence(sys.stdout)
    if not isinstance(error, BrokenPipeError):
        raise ConfigurationError(
            f"The output cannot be written: {error.strerror}.",
            where="stdout",
            now="See that the disk it goes to has room, and run the command again.",
        )


def _silence(stream: TextIO) -> None:
    """From now on the stream goes nowhere, at the end of the process too."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"
