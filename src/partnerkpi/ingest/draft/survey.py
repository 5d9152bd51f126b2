"""An export nobody knows: which of its lines is the header, and what stands in each column."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.dialects.files import normalised
from partnerkpi.dialects.names import is_personal, likeness_to_any
from partnerkpi.errors import ExportRefused
from partnerkpi.exports.decode import encoding_of
from partnerkpi.exports.members import Export
from partnerkpi.exports.rows import Header, find_header, is_no_data, rows_below

_ROWS = 50_000
_KNOWN, _ALIKE = 0.95, 0.6
_LONGEST_HEADING = 120
# What no heading is, and a student's row has: a number, a day, an address.
_NO_HEADING = re.compile(r"[^A-Za-zÀ-ÿ]*|.*[0-9]{5}.*|.*@.*|[0-9]+[./-][0-9A-Za-z]+[./-][0-9]+.*", re.DOTALL)
_TYPED = re.compile(r"[$(]?[0-9][0-9.,:/%$ -]*")
_MOSTLY = 0.8


@dataclass(frozen=True)
class SurveyedColumn:
    """A column: its filled cells, trimmed, each with the number of its rows; and how many rows leave it blank."""

    heading: str
    cells: Mapping[str, int]
    blank: int

    @property
    def filled(self) -> int:
        """The rows that have something in it."""
        return sum(self.cells.values())


@dataclass(frozen=True)
class Survey:
    """What was found: rows with their lines, columns by place; `whole` says that no row was left unread."""

    export: Export
    encoding: str
    header: Header[bool]
    rows: Sequence[tuple[int, Sequence[str]]]
    columns: tuple[SurveyedColumn, ...]
    whole: bool

    def usable(self) -> tuple[SurveyedColumn, ...]:
        """The columns that may be read: their heading stands there once and does not speak of a person."""
        counts = Counter(normalised(column.heading) for column in self.columns)
        once = [column for column in self.columns if counts[normalised(column.heading)] == 1]
        return tuple(column for column in once if column.heading.strip() and not is_personal(column.heading))

    def first_line(self, heading: str, cells: Iterable[str]) -> int:
        """The line of the first row with one of these cells under the heading."""
        place, wanted = self.header.cells.index(heading), set(cells)
        return next(number for number, row in self.rows if row[place].strip() in wanted)


def survey(export: Export, known: Sequence[str]) -> Survey:
    """Read the export as text. `known` are headings of dialects: without any of them no line is taken for the header.

    A line is not taken for the header either when the rows below it look the same: it might be a student's.
    Raises ExportRefused when there is no header, or nothing below it.
    """
    encoding, _ = encoding_of(export, "")
    candidates: list[tuple[float, list[str]]] = []

    def collect(cells: Sequence[str]) -> bool | None:
        promise = _promise(cells, known)
        if promise:
            candidates.append((promise, list(cells)))
        return None

    find_header(export, encoding, collect)
    for _, cells in sorted(candidates, key=lambda candidate: -candidate[0]):
        header = _header(export, encoding, cells)
        rows = [
            row
            for row in rows_below(export, encoding, header, _ROWS + 1)
            if not is_no_data(row[1], header.cells, range(len(header.cells)))
        ]
        if any(_is_typed([row[place] for _, row in rows]) for place in range(len(cells))):
            columns = tuple(_column(cell, [row[place] for _, row in rows]) for place, cell in enumerate(cells))
            return Survey(export, encoding, header, rows[:_ROWS], columns, whole=len(rows) <= _ROWS)
    raise no_draft(
        export.path,
        "none of its first lines looks like a header with rows below it",
        now="Export it with a line of headings; what the tool's own layout calls them is in docs/exports.md.",
    )


def no_draft(path: Path, why: str, *, now: str) -> ExportRefused:
    """That nothing can be said about a file."""
    return ExportRefused(f"No draft was made: {why}.", where=str(path), now=now)


def _header(export: Export, encoding: str, cells: list[str]) -> Header[bool]:
    header = find_header(export, encoding, lambda found: True if list(found) == cells else None)
    if header is None:
        raise RuntimeError("a line that was found is there no more")
    return header


def _promise(cells: Sequence[str], known: Sequence[str]) -> float:
    """How many of the cells are known as headings; 0 when this is no line of headings."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2 or any(len(cell) > _LONGEST_HEADING or _NO_HEADING.fullmatch(cell) for cell in filled):
        return 0
    alike = [max(likeness_to_any(cell, known), _ALIKE if is_personal(cell) else 0) for cell in filled]
    certain, close = sum(each >= _KNOWN for each in alike), sum(each >= _ALIKE for each in alike)
    return certain + close if certain and close >= 2 else 0


def _is_typed(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers or days, which its heading does not."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and sum(_TYPED.fullmatch(cell) is not None for cell in filled) >= _MOSTLY * len(filled)


def _column(heading: str, cells: Sequence[str]) -> SurveyedColumn:
    found = Counter(cell.strip() for cell in cells)
    blank = found.pop("", 0)
    return SurveyedColumn(heading, found, blank)
