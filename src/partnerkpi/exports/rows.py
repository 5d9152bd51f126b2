"""Rows of text with their line numbers: finding the header, telling rows from lines that are no rows."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

from typing_extensions import Buffer

from partnerkpi.exports.members import Export, refused
from partnerkpi.exports.workbook import sheet_lines
from partnerkpi.models.load import RefusedRow

DELIMITERS = (",", "\t", ";", "|")
_HEADER_WITHIN = 30
_LONGEST_CELL = 32_767
_FOOTER = re.compile(
    r"(grand\s+|sub\s*-?)?totals?\b|page\s+\d+(\s+of\s+\d+)?$|\(?\d+\s+(rows?|records?)\b|end\s+of\s+(file|report)\b"
    r"|(report|run|printed|generated)\b.*\d",
    re.IGNORECASE,
)

Line = tuple[int, list[str]]
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
    """The first of the first lines that `recognise` knows, under the first delimiter that makes it so."""
    for delimiter in ("",) if export.is_workbook else DELIMITERS:
        with _lines(export, encoding, delimiter) as lines:
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
) -> Written:
    """Write the data rows' cells at `positions`, each after its line number, to `target` as plain UTF-8 CSV.

    A row of another width than the header, or with a NUL or a giant cell, is refused; blank lines, repeated
    headers and footers (a line that begins like one and lacks a cell at `required`) are no data.
    Raises ExportRefused when the file ends in the middle of a row or a quoted cell.
    """
    sorter = _Sorter(header, tuple(positions), tuple(required))
    with (
        _lines(export, encoding, header.delimiter) as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        csv.writer(out, lineterminator="\n").writerows(sorter.data_rows(lines))
        ends_inside_a_line = lines.ends_inside_a_line
    if sorter.last_line == 0:
        raise refused(export.path, "this is not a complete export: there is nothing below the header")
    final = sorter.refused[-1] if sorter.refused else None
    if ends_inside_a_line and final and final.line == sorter.last_line and final.rule.startswith("cells"):
        raise refused(export.path, "this is not a complete export: the last row is cut off", line=final.line)
    return Written(sorter.rows, tuple(sorter.refused), sorter.non_data)


def rows_at(export: Export, encoding: str, delimiter: str, wanted: Collection[int]) -> dict[int, list[str]]:
    """The cells of the rows that begin at these lines."""
    with _lines(export, encoding, delimiter) as lines:
        return {number: cells for number, cells in lines if number in wanted}


class _Sorter:
    """Tells data rows from the rest, and counts; one pass over the lines of a file."""

    def __init__(self, header: Header[Match], positions: tuple[int, ...], required: tuple[int, ...]) -> None:
        self._header_line = header.line
        self._header = list(header.cells)
        self._positions = positions
        self._required = required
        self.rows = self.non_data = self.last_line = 0
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
            whole = len(cells) == width and len(text) <= _LONGEST_CELL and all([cells[r] for r in required])
            if whole and text.isprintable() and cells != self._header:
                self.rows += 1
                yield [number, *[cells[p] for p in positions]]
            elif self._is_data(number, cells):
                self.rows += 1
                yield [number, *[" ".join(cells[p].splitlines()) for p in positions]]

    def _is_data(self, number: int, cells: list[str]) -> bool:
        """The careful look at a row that is out of the ordinary."""
        if is_no_data(cells, self._header, self._required):
            self.non_data += 1
        elif problem := _structure(cells, len(self._header)):
            self.refused.append(RefusedRow(number, "", problem))
        else:
            return True
        return False


def is_no_data(cells: Sequence[str], header: Sequence[str], required: Sequence[int]) -> bool:
    """Whether a line is blank, the header again, or a footer: it begins like one and lacks a cell at `required`."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled or list(cells) == list(header):
        return True
    lacks = any(position >= len(cells) or not cells[position].strip() for position in required)
    return lacks and _FOOTER.match(filled[0].strip()) is not None


def _structure(cells: Sequence[str], width: int) -> str:
    if cells == ["\0"]:
        return "quotes that do not match"
    if len(cells) != width:
        return f"cells: {len(cells)} where the header has {width}"
    if any("\0" in cell for cell in cells):
        return "a NUL byte"
    if max(map(len, cells)) > _LONGEST_CELL:
        return "a cell of more than 32,767 characters"
    return ""


class _Lines:
    """The numbered rows of an export, one pass."""

    def __init__(self, lines: Iterator[Line], source: "_Readable | None" = None) -> None:
        self._lines = lines
        self._source = source

    def __iter__(self) -> Iterator[Line]:
        return self._lines

    @property
    def ends_inside_a_line(self) -> bool:
        """Whether the text, read to its end, has no final line end."""
        return self._source is not None and not self._source.tail.rstrip(b"\0").endswith((b"\n", b"\r"))


@contextmanager
def _lines(export: Export, encoding: str, delimiter: str) -> Iterator[_Lines]:
    if export.is_workbook:
        yield _Lines(sheet_lines(export))
        return
    with export.open() as stream:
        source = _Readable(stream)
        text = io.TextIOWrapper(io.BufferedReader(source, 1 << 18), encoding=encoding, newline="")
        yield _Lines(_csv_lines(export, text, delimiter), source)


class _Readable(io.RawIOBase):
    """An object with `read` as the raw stream a text wrapper wants; remembers the last bytes that came by."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.tail = b""

    def readable(self) -> bool:
        """Always: that is its use."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill the buffer with what the stream has."""
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self.tail = (self.tail + data)[-4:]
        return len(data)


def _csv_lines(export: Export, text: io.TextIOWrapper, delimiter: str) -> Iterator[Line]:
    csv.field_size_limit(16_000_000)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise refused(
                    export.path, "this is not a complete export: a quoted cell never ends", line=begins
                ) from None
            # A stray quote spoils its own line and those it swallowed, each named; the reader goes on with the next.
            yield from ((number, ["\0"]) for number in range(begins, reader.line_num + 1))
        else:
            yield begins, cells
        begins = reader.line_num + 1
