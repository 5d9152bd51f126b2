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


@dataclass(frozen=True)
class PlainText:
    """A plain file: its lines, but for `blank` ones at the end; `ascii` when it has no other characters."""

    lines: int
    blank: int
    ascii: bool


def plain_text(export: Export, encoding: str, header: Header[Any]) -> PlainText | None:
    """What a plain file looks like; None for any other, which is read with care.

    Plain is an uncompressed UTF-8 text that looks plain (see `Look`) and has no second line like the header. Then a
    line is a row and a delimiter the end of a cell, unless a line is blank: whoever reads the rows has to see that they
    are as many as the lines.
    """
    look = export.look
    if encoding not in ("utf-8", "utf-8-sig") or look is None or not look.plain:
        return None
    head = header.delimiter.join(header.cells).encode()
    heads = look.firsts if head and head == look.first else _count(export, head)
    return PlainText(look.lines, look.blank, look.ascii) if heads <= 1 else None


def _count(export: Export, text: bytes) -> int:
    """How often a text of one line occurs."""
    found, tail = 0, b""
    with export.open() as stream:
        while chunk := stream.read(_CHUNK):
            # It may be cut by the end of a chunk.
            found += chunk.count(text) + (tail + chunk[: len(text) - 1]).count(text)
            tail = chunk[-len(text) + 1 :] if len(text) > 1 else b""
    return found


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
