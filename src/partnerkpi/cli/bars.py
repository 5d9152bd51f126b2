"""A bar on the terminal for what takes longer than a moment: rows, share done, time left. Nowhere else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from partnerkpi.models.progress import Progress

_MOMENT_SECONDS = 0.5
_LONGEST_NAME = 28


@contextmanager
def bar() -> Iterator["Callable[[Progress], None] | None"]:
    """Who shows progress while the command works; None without a terminal on stderr, or one that cannot draw."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(file=sys.stderr)
    if console.is_dumb_terminal:
        yield None
        return
    shown = _Bar(_columns(console))
    try:
        yield shown.hear
    finally:
        shown.end()


class _Bar:
    """One bar for whatever is at hand, drawn once that has taken a moment, gone when something else is."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._lock = Lock()
        self._task: TaskID | None = None
        self._what, self._since = "", 0.0

    def hear(self, progress: "Progress") -> None:
        """Called from the thread that works and from the one that looks on."""
        with self._lock:
            if progress.what != self._what:
                self._end()
                self._what, self._since = progress.what, time.monotonic()
            elif time.monotonic() - self._since >= _MOMENT_SECONDS:
                self._draw(progress)

    def end(self) -> None:
        """Nothing is at hand any more."""
        with self._lock:
            self._end()

    def _draw(self, progress: "Progress") -> None:
        rows = f"{progress.rows:,} rows" if progress.rows else ""
        if self._task is None:
            self._task = self._bars.add_task(_short(progress.what), total=1.0, rows=rows)
            self._bars.start()
        # Without a total the bar says only that something is going on.
        self._bars.update(self._task, completed=progress.share, total=1.0 if progress.share else None, rows=rows)

    def _end(self) -> None:
        if self._task is not None:
            self._bars.stop()
            self._bars.remove_task(self._task)
            self._task = None


def _columns(console: "Console") -> "Bars":
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    return Bars(
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4)),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}", markup=False, table_column=Column(no_wrap=True)),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        expand=True,
    )


def _short(name: str) -> str:
    """The end of a long name: that is where files differ."""
    return name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME + 1 :]}"
