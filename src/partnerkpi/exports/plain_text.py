"""Files so plain that the database may read them itself: no quotes, no blank lines, one kind of line end."""

import io
import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from partnerkpi.exports.lines import RawBytes
from partnerkpi.exports.members import Export
from partnerkpi.exports.rows import Header

_CHUNK = 1 << 20
_TAIL = 1 << 12


@dataclass(frozen=True)
class PlainText:
    """A plain file: its lines, but for `blank` ones at the end; `ascii` when it has no other characters."""

    lines: int
    blank: int
    ascii: bool


def plain_text(export: Export, encoding: str, header: Header[Any]) -> PlainText | None:
    """What a plain file looks like; None for any other, which is read with care.

    Plain is an uncompressed UTF-8 text without a quotation mark, a NUL, a second line like the header, a line as long
    as a cell may be, or a line end of another kind than the first. Then a line is a row and a delimiter the end of a
    cell, unless a line is blank: whoever reads the rows has to see that they are as many as the lines.
    """
    if encoding not in ("utf-8", "utf-8-sig") or export.is_packed or export.is_workbook:
        return None
    head = header.delimiter.join(header.cells).encode()
    # A line of that many bytes, even one cut by the end of a chunk, fills one of the stretches that are looked at.
    stretch = min(export.caps.cell_characters, export.caps.row_characters) // 3
    feeds = returns = pairs = heads = 0
    ascii_only, tail = True, b""
    with export.open() as stream:
        while chunk := stream.read(_CHUNK):
            if b'"' in chunk or b"\0" in chunk or _has_long_line(chunk, stretch):
                return None
            feeds += chunk.count(b"\n")
            if b"\r" in chunk or tail.endswith(b"\r"):
                returns += chunk.count(b"\r")
                # A pair may be cut by the end of a chunk.
                pairs += chunk.count(b"\r\n") + (tail.endswith(b"\r") and chunk.startswith(b"\n"))
            # So may be a line like the header.
            cut = tail[-len(head) + 1 :] if len(head) > 1 else b""
            heads += chunk.count(head) + (cut + chunk[: len(head) - 1]).count(head)
            ascii_only = ascii_only and chunk.isascii()
            tail = (tail + chunk)[-max(_TAIL, len(head)) :]
    if not feeds or heads > 1 or returns != pairs or (returns and returns != feeds):
        return None
    ends = len(tail) - len(tail.rstrip(b"\r\n"))
    if ends == len(tail):
        return None
    blank = max(0, ends // (2 if returns else 1) - 1)
    return PlainText(feeds - blank + (0 if ends else 1), blank, ascii_only)


def _has_long_line(chunk: bytes, stretch: int) -> bool:
    """Whether any full stretch of the chunk, told from its beginning, has no line end."""
    ends = range(stretch, len(chunk) + 1, stretch)
    return any(chunk.find(b"\n", end - stretch, end) < 0 for end in ends)


def cells_at(export: Export, encoding: str, delimiter: str, wanted: Collection[int]) -> dict[int, list[str]]:
    """The cells of some lines of a plain file, by the number of the line."""
    found: dict[int, list[str]] = {}
    last = 0
    with export.open() as stream:
        lines = io.BufferedReader(RawBytes(stream), _CHUNK)
        for number in sorted(wanted):
            # A file that has been cut meanwhile is refused for that, later.
            line = next(itertools.islice(lines, number - last - 1, None), b"")
            found[number] = line.decode(encoding, "replace").rstrip("\r\n").split(delimiter)
            last = number
    return found
