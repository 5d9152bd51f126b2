"""Files so plain that the database may read them itself: no quotes, no blank lines, one kind of line end."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass

from partnerkpi.exports.members import Export

_CHUNK = 1 << 20
_TAIL = 1 << 12


@dataclass(frozen=True)
class PlainText:
    """A plain file: its lines, but for `blank` ones at the end; `ascii` when it has no other characters."""

    lines: int
    blank: int
    ascii: bool


def plain_text(export: Export, encoding: str) -> PlainText | None:
    """What a plain file looks like; None for any other, which is read with care.

    Plain is an uncompressed UTF-8 text without a quotation mark, a NUL, or a line end of another kind than the first.
    Then a line is a row and a delimiter the end of a cell, unless a line is blank: whoever reads the rows has to see
    that they are as many as the lines.
    """
    if encoding not in ("utf-8", "utf-8-sig") or export.path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return None
    feeds = returns = pairs = 0
    ascii_only, tail = True, b""
    with export.open() as stream:
        while chunk := stream.read(_CHUNK):
            if b'"' in chunk or b"\0" in chunk:
                return None
            feeds += chunk.count(b"\n")
            if b"\r" in chunk or tail.endswith(b"\r"):
                returns += chunk.count(b"\r")
                # A pair may be cut by the end of a chunk.
                pairs += chunk.count(b"\r\n") + (tail.endswith(b"\r") and chunk.startswith(b"\n"))
            ascii_only = ascii_only and chunk.isascii()
            tail = (tail + chunk)[-_TAIL:]
    if not feeds or returns != pairs or (returns and returns != feeds):
        return None
    ends = len(tail) - len(tail.rstrip(b"\r\n"))
    if ends == len(tail):
        return None
    blank = max(0, ends // (2 if returns else 1) - 1)
    return PlainText(feeds - blank + (0 if ends else 1), blank, ascii_only)


def cells_at(export: Export, encoding: str, delimiter: str, wanted: Collection[int]) -> dict[int, list[str]]:
    """The cells of some lines of a plain file, by the number of the line."""
    found: dict[int, list[str]] = {}
    last = 0
    with export.open() as stream:
        for number in sorted(wanted):
            line = next(itertools.islice(stream, number - last - 1, None))
            found[number] = line.decode(encoding).rstrip("\r\n").split(delimiter)
            last = number
    return found
