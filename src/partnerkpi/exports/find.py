"""Finding exports: which files a path stands for, which exports lie in a file, and what each of them is."""

import hashlib
import stat
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from partnerkpi.errors import InputMissing
from partnerkpi.exports.archive import Members, members_of
from partnerkpi.exports.look import Look
from partnerkpi.exports.members import Export, stamp_of
from partnerkpi.exports.refusal import larger_than_allowed, refused
from partnerkpi.exports.workbook_size import check_workbook
from partnerkpi.models.caps import Caps

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".zip", ".xlsx")
_CHUNK = 1 << 20
_AHEAD = 8
_EMPTY = "this is not a complete export: the file is empty"


def exports_below(path: Path) -> list[Path]:
    """The path itself, or every file of an export's kind in a folder and its subfolders, in order of name.

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


def exports_in(path: Path, caps: Caps) -> Members:
    """The exports that lie in a file: of an archive its members by name, of any other file the one with no name ("").

    Raises InputMissing when the file cannot be read, ExportRefused when it is of no kind this tool reads, too large,
    or an archive that is not to be read.
    """
    if not path.name.lower().endswith(SUFFIXES):
        raise refused(path, f"this kind of file is not read (only {', '.join(SUFFIXES)})")
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise refused(path, "this is not a file")
        if found.st_size > caps.file_bytes:
            raise larger_than_allowed(path, caps)
        if found.st_size == 0:
            raise refused(path, _EMPTY)
        with path.open("rb"):
            pass
        return members_of(path, caps) if path.suffix.lower() == ".zip" else Members(("",), "")
    except OSError as error:
        raise InputMissing(
            f"This file cannot be read: {error.strerror}.",
            where=str(path),
            now="Check the name and that the file is yours to read.",
        ) from None


def find_export(path: Path, caps: Caps, member: str = "") -> Export:
    """One export that lies in a file, hashed; raises ExportRefused when it is empty, damaged or beyond the caps."""
    export = Export(path, caps, stamp_of(path), member)
    with export.unchanged():
        export = _hashed(export)
        if export.is_workbook:
            check_workbook(export)
    return export


def _hashed(export: Export) -> Export:
    """The export with its hash, and what a text that the database may read itself looks like."""
    digest, size = hashlib.sha256(), 0
    look = None if export.is_packed or export.is_workbook else Look(export.caps)
    # Hashing goes on beside the looking, a few pieces behind: it leaves the interpreter to others.
    waiting: deque[Future[None]] = deque()
    with export.open() as stream, ThreadPoolExecutor(1) as beside:
        while chunk := stream.read(_CHUNK):
            waiting.append(beside.submit(digest.update, chunk))
            if len(waiting) > _AHEAD:
                waiting.popleft().result()
            size += len(chunk)
            if look is not None:
                look.at(chunk)
    if size == 0:
        raise refused(export.place, _EMPTY)
    return replace(export, sha256=digest.hexdigest(), size=size, look=look)
