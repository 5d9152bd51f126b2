"""Whether a workbook is small enough to be read: its reader unpacks all of it, and keeps a cell for every place."""

import io
import re
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from partnerkpi.exports.archive import check_sizes
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import over_cap, refused

_CHUNK = 1 << 20
_CELL = re.compile(rb"<(?:\w{1,20}:)?c\s[^<>]{0,200}?\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
_LONGEST_CELL = 300
_OLD_KIND = b"\xd0\xcf\x11\xe0"


def source_of(export: Export) -> Path | bytes:
    """What the reader of workbooks opens: the file, or the bytes of the file in an archive."""
    if not export.member:
        return export.path
    with export.open() as stream:
        return stream.read()


def check_workbook(export: Export) -> None:
    """Raise ExportRefused when a workbook is damaged, has a password, or is larger than the caps allow.

    Every part is unpacked once here, piece by piece. The reader makes a cell for every place from the first cell of a
    sheet to the last: one stray cell in the last row and column of a sheet would be seventeen thousand million.
    """
    source = source_of(export)
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with zipfile.ZipFile(file) as parts:
            check_sizes(export.place, parts.infolist(), export.size, export.caps)
            for part in parts.infolist():
                if _cells(parts, part) > export.caps.workbook_cells:
                    why = f"a sheet reaches over more than {export.caps.workbook_cells:,} cells"
                    raise over_cap(export.place, why, "max_workbook_cells")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, KeyError, OSError):
        raise refused(export.place, _not_opened(export)) from None


def _cells(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """The places from column A to the last column and from row 1 to the last row; 0 for a part that is no sheet."""
    last_row = last_column = 0
    before = b""
    with parts.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            # A cell may be cut by the end of a chunk.
            for column, row in _CELL.findall(before + chunk):
                last_row, last_column = max(last_row, int(row)), max(last_column, _column(column))
            before = chunk[-_LONGEST_CELL:]
    return last_row * last_column


@lru_cache(maxsize=20_000)
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _not_opened(export: Export) -> str:
    with export.open() as stream:
        old = stream.read(4) == _OLD_KIND
    if old:
        return "the workbook has a password, or is of the kind before .xlsx; save it as .xlsx without a password"
    return "the workbook cannot be opened"
