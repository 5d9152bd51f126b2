"""One export: a file as it was found on disk, or one file of an archive, and the bytes inside it."""

import errno
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

from partnerkpi.errors import ExportRefused, PartnerKpiError
from partnerkpi.exports.archive import open_member
from partnerkpi.exports.look import Look
from partnerkpi.exports.refusal import larger_than_allowed, printable, refused, unpacks_to_too_much
from partnerkpi.models.caps import Caps

Stamp = tuple[int, ...]
_DAMAGED = (EOFError, zlib.error, BadZipFile, gzip.BadGzipFile, NotImplementedError)


class Bytes(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, all of them when it is negative; none at the end."""


@dataclass(frozen=True)
class Export:
    """One export on disk, or one file (`member`) of the archive at `path`.

    `sha256` and `size` are of the bytes inside, unpacked; a workbook counts as it is. `stamp` tells whether the file on
    disk is still the one that was hashed; `look` is what was seen of a text meanwhile. `sheet` names the sheet of a
    workbook (empty: the first); `corrects` is the load whose refused rows it holds. `heard` is told, whenever the bytes
    are read, how many of them were.
    """

    path: Path
    caps: Caps
    stamp: Stamp
    member: str = ""
    sha256: str = ""
    size: int = 0
    sheet: str = ""
    corrects: int | None = None
    look: Look | None = field(default=None, compare=False, repr=False)
    heard: Callable[[int], None] | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> str:
        """The path, and behind it the file of the archive: for people, never to be opened."""
        return f"{self.path}/{printable(self.member)}" if self.member else str(self.path)

    @property
    def suffix(self) -> str:
        """The ending that says how the bytes inside are read, in small letters."""
        return Path(self.member or self.path.name).suffix.lower()

    @property
    def is_workbook(self) -> bool:
        """Whether the rows come out of a spreadsheet."""
        return self.suffix == ".xlsx"

    @property
    def is_packed(self) -> bool:
        """Whether the text inside can be read by this tool only."""
        return bool(self.member) or self.suffix == ".gz"

    @contextmanager
    def open(self) -> Iterator[Bytes]:
        """The bytes inside, unpacked; raises ExportRefused when they cannot be read or are more than the caps allow."""
        with ExitStack() as stack:
            try:
                packed = self.path.stat().st_size
                if self.member:
                    stream: Bytes = stack.enter_context(open_member(self.path, self.member))
                elif self.suffix == ".gz":
                    stream = stack.enter_context(gzip.open(self.path, "rb"))
                else:
                    stream = stack.enter_context(self.path.open("rb"))
            except (*_DAMAGED, OSError) as error:
                raise _unreadable(self.place, error) from None
            yield _Checked(stream, self.place, self.caps, packed, self.heard)

    def check_unchanged(self) -> None:
        """Raise ExportRefused when the file is no longer the one that was hashed: hash and rows belong together."""
        if stamp_of(self.path) != self.stamp:
            raise refused(
                self.place,
                "the file changed while it was read",
                now="Take it in again when it is complete: partnerkpi ingest FILE",
            )

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """What goes wrong within with a file that has changed meanwhile is refused for that."""
        try:
            yield
        except PartnerKpiError:
            self.check_unchanged()
            raise


def stamp_of(path: Path) -> Stamp:
    """What no writer leaves as it was: which file this is, how long, and when it was last written; () without one."""
    try:
        now = path.stat()
    except OSError:
        return ()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


class _Checked:
    """A stream whose errors are refusals, and that stops a decompression bomb."""

    def __init__(
        self, stream: Bytes, place: str, caps: Caps, packed: int, heard: Callable[[int], None] | None = None
    ) -> None:
        self._stream, self._place, self._caps, self._heard = stream, place, caps, heard
        self._honest = caps.honest_size(packed)
        self._read = 0

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; raises ExportRefused for a damaged file and for one that never seems to end."""
        left = min(self._caps.file_bytes, self._honest) - self._read + 1
        try:
            data = self._stream.read(min(size, left) if size >= 0 else left)
        except (*_DAMAGED, OSError) as error:
            raise _unreadable(self._place, error) from None
        self._read += len(data)
        if self._heard:
            self._heard(self._read)
        if self._read > self._caps.file_bytes:
            raise larger_than_allowed(self._place, self._caps)
        if self._read > self._honest:
            raise unpacks_to_too_much(self._place, self._caps)
        return data


def _unreadable(place: str, error: Exception) -> ExportRefused:
    # Looking for a place that a damaged directory names is an invalid argument.
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        why = f"it cannot be read ({error.strerror})"
        return refused(place, why, now="Check that the file is there and yours to read.")
    return refused(place, "the compressed file is damaged or cut off")
