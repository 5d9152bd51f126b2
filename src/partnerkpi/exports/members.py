"""The files inside an export: a plain file is one member, an archive holds one, a workbook is read as one."""

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from partnerkpi.errors import ExportRefused, InputMissing

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".zip", ".xlsx")
_MAXIMUM_BYTES = 8 * 2**30
_MAXIMUM_RATIO = 400
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Export:
    """One export on disk: `sha256` and `size` are of the file as it was delivered.

    `sheet` names the sheet of a workbook (empty: the first); `corrects` is the load whose refused rows it holds.
    """

    path: Path
    sha256: str
    size: int
    sheet: str = ""
    corrects: int | None = None

    @property
    def is_workbook(self) -> bool:
        """Whether the rows come out of a spreadsheet."""
        return self.path.suffix.lower() == ".xlsx"

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The text inside, uncompressed, as a stream of bytes; raises ExportRefused when it cannot be unpacked."""
        try:
            if self.path.suffix.lower() == ".gz":
                with gzip.open(self.path, "rb") as stream:
                    yield _Capped(stream, self.size)  # type: ignore[misc]
            elif self.path.suffix.lower() == ".zip":
                with (
                    zipfile.ZipFile(self.path) as archive,
                    archive.open(_only_member(self.path, archive)) as stream,
                ):
                    yield _Capped(stream, self.size)  # type: ignore[misc]
            else:
                with self.path.open("rb") as stream:
                    yield stream
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError):
            raise refused(self.path, "the compressed file is damaged or cut off") from None


class _Capped:
    """A stream that stops a decompression bomb."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, compressed: int) -> None:
        self._stream = stream
        self._left = min(_MAXIMUM_BYTES, max(compressed, 4096) * _MAXIMUM_RATIO)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; raises zlib.error when the file unpacks to more than it honestly can."""
        data = self._stream.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise zlib.error
        return data


def find_export(path: Path) -> Export:
    """The export at a path, hashed.

    Raises InputMissing when there is no such file, ExportRefused when it is empty or no kind this tool reads.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise refused(path, f"this kind of file is not read (only {', '.join(SUFFIXES)})")
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise InputMissing(
            f"This file cannot be read: {error.strerror}.",
            where=str(path),
            now="Check the name and that the file is yours to read.",
        ) from None
    if size == 0:
        raise refused(path, "this is not a complete export: the file is empty")
    return Export(path, digest.hexdigest(), size)


def exports_below(path: Path) -> list[Path]:
    """The path itself, or every export in a folder and its subfolders, in order of name.

    Raises InputMissing when the path does not exist.
    """
    if path.is_dir():
        return sorted(
            file
            for file in path.rglob("*")
            if file.is_file() and file.name.lower().endswith(SUFFIXES) and not file.name.startswith(".")
        )
    if not path.exists():
        raise InputMissing(
            "There is no such file or folder.",
            where=str(path),
            now="Check the name; without a name, `partnerkpi ingest` reads the workspace's folder `exports`.",
        )
    return [path]


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX")]
    if len(found) != 1:
        raise refused(path, f"the archive holds {len(found)} files, not one")
    return found[0]


def refused(path: Path, why: str, *, line: int | None = None, now: str = "") -> ExportRefused:
    """A refusal of the whole file, in three lines."""
    return ExportRefused(
        f"The file was not taken in: {why}.",
        where=f"{path}{f', line {line}' if line else ''}",
        now=now or "Export it again from the source system, and run: partnerkpi ingest FILE",
    )
