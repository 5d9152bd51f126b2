"""Rows of text with their line numbers: finding the header, telling rows from lines that are no rows."""

import csv
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from partnerkpi.errors import ExportRefused
from partnerkpi.exports.lines import SPOILT, Line, lines_of
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import refused
from partnerkpi.models.load import RefusedRow

DELIMITERS = (",", "\t", ";", "|")
_HEADER_WITHIN = 30
_LINE_END = re.compile(r"\r\n|[\r\n]")
_FOOTER = re.compile(
    r"(grand\s+|sub\s*-?)?totals?\b|page\s+\d+(\s+of\s+\d+)?$|\(?\d+\s+(rows?|records?)\b|end\s+of\s+(file|report)\b"
    r"|(report|run|printed|generated)\b.*\d",
    re.IGNORECASE,
)

# The place of a cell that says of what kind a line is, and the words (in small letters) of those that are no data.
Kinds = Sequence[tuple[int, frozenset[str]]]
Match = TypeVar("Match")


@dataclass(frozen=True)
class Header(Generic[Match]):
    """Where the header stands, how the file is cut into cells, and what was recognised in it."""

    line: int
    cells: tuple[str, ...]
    delimiter: str
    match: Match


@dataclass(frozen=True)
class Written:
    """What became of the lines after the header."""

    rows: int
    refused: tuple[RefusedRow, ...]
    non_data: int


def find_header(
    export: Export, encoding: str, recognise: Callable[[Sequence[str]], Match | None]
) -> Header[Match] | None:
    """The first of the first lines that `recognise` knows, under the first delimiter that makes it so.

    Raises ExportRefused when there is none and the quotes of these lines cannot be told apart.
    """
    spoilt: ExportRefused | None = None
    for delimiter in ("",) if export.is_workbook else DELIMITERS:
        try:
            found = _header_under(export, encoding, delimiter, recognise)
        except ExportRefused as error:
            # Under another delimiter the same quotes may be in order.
            spoilt = spoilt or error
            continue
        if found is not None:
            return found
    if spoilt is not None:
        raise spoilt
    return None


def _header_under(
    export: Export, encoding: str, delimiter: str, recognise: Callable[[Sequence[str]], Match | None]
) -> Header[Match] | None:
    # Under a delimiter that is not the file's, a whole row is one cell.
    with lines_of(export, encoding, delimiter, longest_cell=export.caps.row_characters) as lines:
        for _, (number, cells) in zip(range(_HEADER_WITHIN), lines, strict=False):
            match = recognise(cells)
            if match is not None:
                return Header(number, tuple(cells), delimiter, match)
    return None


def write_rows(
    export: Export,
    encoding: str,
    header: Header[Match],
    *,
    positions: Sequence[int],
    required: Sequence[int],
    target: Path,
    kinds: Kinds = (),
) -> Written:
    """Write the data rows' cells at `positions`, each after its line number, to `target` as plain UTF-8 CSV.

    A row of another width than the header, or with a NUL, is refused; blank lines, repeated headers, footers (a line
    that begins like one and lacks a cell at `required`) and lines of one of these `kinds` are no data. Raises
    ExportRefused when the file ends in the middle of a row or a quoted cell, or has a row or cell longer than the caps
    allow.
    """
    sorter = _Sorter(header, tuple(positions), tuple(required), kinds)
    with (
        lines_of(export, encoding, header.delimiter, longest_cell=export.caps.cell_characters) as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        csv.writer(out, lineterminator="\n").writerows(sorter.data_rows(lines))
        ends_inside_a_line = lines.ends_inside_a_line
    if sorter.last_line == 0:
        raise refused(export.place, "this is not a complete export: there is nothing below the header")
    if ends_inside_a_line and sorter.last_short_line == sorter.last_line:
        raise refused(export.place, "this is not a complete export: the last row is cut off", line=sorter.last_line)
    return Written(sorter.rows, tuple(sorter.refused), sorter.non_data)


def rows_at(export: Export, encoding: str, delimiter: str, wanted: Collection[int]) -> dict[int, list[str]]:
    """The cells of the rows that begin at these lines."""
    with lines_of(export, encoding, delimiter, longest_cell=export.caps.cell_characters) as lines:
        return {number: cells for number, cells in lines if number in wanted}


def rows_below(export: Export, encoding: str, header: Header[Match], limit: int) -> Iterator[Line]:
    """Up to `limit` filled lines below the header that are as wide as it is, each with its number."""
    width = len(header.cells)
    with lines_of(export, encoding, header.delimiter, longest_cell=export.caps.cell_characters) as lines:
        below = (line for line in lines if line[0] > header.line and len(line[1]) == width and any(line[1]))
        yield from itertools.islice(below, limit)


class _Sorter:
    """Tells data rows from the rest, and counts; one pass over the lines of a file."""

    def __init__(
        self, header: Header[Match], positions: tuple[int, ...], required: tuple[int, ...], kinds: Kinds
    ) -> None:
        self._header_line = header.line
        self._header = list(header.cells)
        self._positions = positions
        self._required = required
        self._kinds = kinds
        self.rows = self.non_data = self.last_line = self.last_short_line = 0
        self.refused: list[RefusedRow] = []

    def data_rows(self, lines: Iterable[Line]) -> Iterator[list[str | int]]:
        """Each data row as its line number and the cells at the positions."""
        width, positions, required = len(self._header), self._positions, self._required
        for number, cells in lines:
            # Lines are counted in the file, so the reader started at its top again.
            if number <= self._header_line:
                continue
            self.last_line = number
            text = "".join(cells)
            whole = len(cells) == width and all([cells[r] for r in required])
            if whole and text.isprintable() and cells != self._header and not self._kinds:
                self.rows += 1
                yield [number, *[cells[p] for p in positions]]
            elif self._is_data(number, cells):
                self.rows += 1
                yield [number, *[_LINE_END.sub(" ", cells[p]) for p in positions]]

    def _is_data(self, number: int, cells: list[str]) -> bool:
        """The careful look at a row that is out of the ordinary."""
        if is_no_data(cells, self._header, self._required, self._kinds):
            self.non_data += 1
        elif problem := _structure(cells, len(self._header)):
            self.refused.append(RefusedRow(number, "", problem))
            if cells != SPOILT and len(cells) < len(self._header):
                self.last_short_line = number
        else:
            return True
        return False


def is_no_data(cells: Sequence[str], header: Sequence[str], required: Sequence[int], kinds: Kinds = ()) -> bool:
    """Whether a line is blank, the header again, a footer (it begins like one and lacks a cell at `required`), or of
    one of these `kinds`."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled or list(cells) == list(header):
        return True
    if any(place < len(cells) and cells[place].strip().casefold() in words for place, words in kinds):
        return True
    lacks = any(position >= len(cells) or not cells[position].strip() for position in required)
    return lacks and _FOOTER.match(filled[0].strip()) is not None


def _structure(cells: Sequence[str], width: int) -> str:
    if cells == SPOILT:
        return "quotes that do not match"
    if len(cells) != width:
        return f"cells: {len(cells)} where the header has {width}"
    if any("\0" in cell for cell in cells):
        return "a NUL byte"
    return ""
