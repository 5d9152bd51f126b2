"""A plain file read in a few pieces side by side, each through a pipe by one thread: so every row knows its line.

The database reads a file with all its threads at once, and then no row knows where it stood. Out of a pipe one thread
reads alone, in order, and numbers what it reads at no cost; several pipes keep all threads busy.
"""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from partnerkpi.models.piece import Piece

# Where a process finds its open files by their numbers.
_OPEN_FILES = Path("/dev/fd")
_AT_A_TIME = 1 << 20


class Piped:
    """Pieces of a file on their way through pipes: `names` of these, in order, each to be opened once."""

    def __init__(self, path: Path, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(pieces)
        self._size = max(sum(piece.end - piece.begin for piece in pieces), 1)
        self._sent = [0] * len(pieces)
        self._file = os.open(path, os.O_RDONLY)
        self._pipes = [_wide_pipe() for _ in pieces]
        self._feeders = [
            threading.Thread(target=self._feed, args=(place,), daemon=True) for place in range(len(pieces))
        ]
        for feeder in self._feeders:
            feeder.start()

    @property
    def names(self) -> list[str]:
        """Paths that stand for the reading ends."""
        return [str(_OPEN_FILES / str(reading)) for reading, _ in self._pipes]

    @property
    def share(self) -> float:
        """How much of all has been sent, 0 to 1."""
        return sum(self._sent) / self._size

    def close(self) -> None:
        """Nobody reads on: feeders that still have something to send give up."""
        for reading, _ in self._pipes:
            os.close(reading)
        for feeder in self._feeders:
            feeder.join()
        os.close(self._file)

    def _feed(self, place: int) -> None:
        piece, (_, writing) = self.pieces[place], self._pipes[place]
        # A file that cannot be read on, like one that became shorter, gives fewer rows than it has lines; whoever
        # reads the rows counts them.
        with contextlib.suppress(OSError), os.fdopen(writing, "wb", buffering=0):
            while piece.begin + self._sent[place] < piece.end:
                left = piece.end - piece.begin - self._sent[place]
                sent = _send(self._file, writing, piece.begin + self._sent[place], left)
                if not sent:
                    return
                self._sent[place] += sent


def _wide_pipe() -> tuple[int, int]:
    """A pipe that takes as much at a time as the system allows, up to `_AT_A_TIME`."""
    reading, writing = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _AT_A_TIME)
    return reading, writing


def _send(file: int, pipe: int, begin: int, count: int) -> int:
    """Send up to so many bytes of a file; how many they were, 0 at its end. On Linux nothing is copied."""
    if hasattr(os, "splice"):
        return os.splice(file, pipe, min(_AT_A_TIME, count), offset_src=begin)
    return os.write(pipe, os.pread(file, min(_AT_A_TIME, count), begin))


@contextlib.contextmanager
def piped(path: Path, pieces: Sequence[Piece]) -> Iterator[Piped]:
    """The pieces for the time of one reading. Raises OSError when the file cannot be opened, or no pipe by its name."""
    _OPEN_FILES.stat()
    under_way = Piped(path, pieces)
    try:
        yield under_way
    finally:
        under_way.close()
