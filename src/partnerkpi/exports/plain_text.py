"""Files so plain that the database may read them itself: no quotes, no blank lines, one kind of line end."""

import io
import itertools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from partnerkpi.exports.lines import RawBytes
from partnerkpi.exports.look import Look
from partnerkpi.exports.members import Export
from partnerkpi.exports.rows import Header
from partnerkpi.models.piece import Piece

_CHUNK = 1 << 20
# Twice as many pieces as a small machine has cores: when one is done with its own, it helps with the rest.
_PIECES = 4
_SMALLEST_PIECE = 4 << 20


@dataclass(frozen=True)
class PlainText:
    """A plain file: its lines, but for `blank` ones at the end; `ascii` when it has no other characters.

    `pieces` are all of its lines after the header, cut into pieces of about the same size.
    """

    lines: int
    blank: int
    ascii: bool
    pieces: tuple[Piece, ...]


def plain_text(export: Export, encoding: str, header: Header[Any]) -> PlainText | None:
    """What a plain file looks like; None for any other, which is read with care.

    Plain is an uncompressed UTF-8 text that looks plain (see `Look`). Then a line is a row and a delimiter the end of a
    cell, unless a line is blank or the header once more: whoever reads the rows has to see that they are as many as the
    lines, and that none begins as the header does.
    """
    look = export.look
    if encoding not in ("utf-8", "utf-8-sig") or look is None or not look.plain:
        return None
    return PlainText(look.lines, look.blank, look.ascii, _pieces(export, look, header.line))


def _pieces(export: Export, look: Look, header_lines: int) -> tuple[Piece, ...]:
    with export.open() as stream:
        lines = io.BufferedReader(RawBytes(stream), _CHUNK)
        begin = sum(len(line) for line in itertools.islice(lines, header_lines))
    count = max(1, min(_PIECES, (export.size - begin) // _SMALLEST_PIECE))
    wanted = [begin + (export.size - begin) * place // count for place in range(1, count)]
    marks = [next((mark for mark in look.marks if mark[0] >= each), None) for each in wanted]
    starts = [(begin, header_lines), *sorted({mark for mark in marks if mark and mark[0] > begin})]
    ends = [*(first for first, _ in starts[1:]), export.size]
    return tuple(Piece(first, end, before + 1) for (first, before), end in zip(starts, ends, strict=True))


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
