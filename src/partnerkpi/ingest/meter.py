"""How much of a file's way is behind it, told by those who do the work as shares of their own part."""

from collections.abc import Callable
from threading import Lock

from partnerkpi.models.progress import Progress

# Where on the whole way the parts begin and end, by the time they take.
LOOKING, READING, TAKING_IN, COUNTING = (0.0, 0.1), (0.1, 0.5), (0.5, 0.95), (0.95, 1.0)
# A plain file is only looked through before the database reads it.
LOOKING_THROUGH, TAKING_IN_PLAIN = (0.1, 0.2), (0.2, 0.95)


class Meter:
    """Tells whoever listens of each step; never one back. The database's steps come from a thread of its own."""

    def __init__(self, heard: Callable[[Progress], None]) -> None:
        self._heard = heard
        self._lock = Lock()
        self._now = Progress("", 0, 0.0)
        self._part = (0.0, 0.0)

    def begin(self, what: str) -> None:
        """Something new is at hand; how much of it is done nobody knows before its first part."""
        with self._lock:
            self._now, self._part = Progress(what, 0, 0.0), (0.0, 0.0)
        self._heard(self._now)

    def part(self, part: tuple[float, float], rows: int = 0) -> None:
        """From now on `within` speaks of this part of the way; `rows` when they have been counted."""
        with self._lock:
            self._part = part
            self._now = Progress(self._now.what, rows or self._now.rows, max(self._now.share, part[0]))
        self._heard(self._now)

    def within(self, share: float) -> None:
        """How much of the part at hand is done."""
        with self._lock:
            first, last = self._part
            come = first + (last - first) * min(max(share, 0.0), 1.0)
            if come <= self._now.share:
                return
            self._now = Progress(self._now.what, self._now.rows, come)
        self._heard(self._now)
