"""The rows of an export that count: as wide as their header, every cell sound, each natural key once."""

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

Row = TypeVar("Row", bound=tuple[str, ...])
Check = Callable[[str], bool]


@dataclass(frozen=True)
class Table(Generic[Row]):
    """One kind of export: what its cells may hold, in the order of the fields of `make`.

    Without a `key` every row is a record of its own. `slice` names the columns whose combinations a file speaks for
    as a whole: a later file takes out what earlier ones had there.
    """

    name: str
    make: Callable[..., Row]
    cells: Mapping[str, Check]
    key: tuple[str, ...] = ()
    slice: tuple[str, ...] = ()

    def facts(self, exports: Path) -> list[Row]:
        """The rows that count, of all files together."""
        taken: dict[tuple[object, ...], Row] = {}
        for path in sorted(exports.glob(f"{self.name}*.csv*")):
            of_file = self._of_file(path)
            if self.slice:
                slices = {self._pick(row, self.slice) for row in of_file.values()}
                taken = {key: row for key, row in taken.items() if self._pick(row, self.slice) not in slices}
            taken |= of_file
        return list(taken.values())

    def refused(self, exports: Path) -> int:
        """How many rows do not count because a cell is missing or not sound."""
        return sum(1 for path in exports.glob(f"{self.name}*.csv*") for row in self._rows(path) if row is None)

    def _of_file(self, path: Path) -> dict[tuple[object, ...], Row]:
        """The sound rows by their key, of two with one key the later."""
        sound = [row for row in self._rows(path) if row is not None]
        if not self.key:
            return {(path.name, place): row for place, row in enumerate(sound)}
        return {self._pick(row, self.key): row for row in sound}

    def _rows(self, path: Path) -> Iterator[Row | None]:
        """Each row of data, None in place of one that is refused."""
        header, *lines = list(csv.reader(io.StringIO(_text(path), newline="")))
        places = [header.index(name) if name in header else -1 for name in self.cells]
        checks = list(self.cells.values())
        for line in lines:
            if not line or line[0].startswith("Total"):
                continue
            cells = [line[place].strip() if 0 <= place < len(line) else "" for place in places]
            wide = len(line) == len(header)
            yield self.make(*cells) if wide and all(map(_holds, checks, cells)) else None

    def _pick(self, row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(getattr(row, name) for name in names)


def _holds(check: Check, cell: str) -> bool:
    return check(cell)


def _text(path: Path) -> str:
    packed = path.read_bytes()
    return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")


@cache
def day(text: str) -> date | None:
    """The day a cell names, None where there is no such day."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def number(text: str) -> Fraction | None:
    """The number in a cell, None where it is none."""
    return Fraction(text) if re.fullmatch(r"-?\d+(\.\d*)?|-?\.\d+", text) else None


def hundredths(text: str, blank: int = 0) -> int:
    """A number in hundredths, `blank` for an empty cell."""
    found = number(text)
    return blank if found is None else round(100 * found)


def filled(cell: str) -> bool:
    """There is something in the cell."""
    return bool(cell)


def anything(cell: str) -> bool:
    """The cell may hold any text, or none."""
    return cell is not None


def a_day(cell: str) -> bool:
    """The cell names a day."""
    return day(cell) is not None


def one_of(*words: str) -> Check:
    """The cell is one of these words."""
    allowed = frozenset(words)
    return lambda cell: cell.lower() in allowed


def amount(low: int, high: int | None = None) -> Check:
    """The cell is a number within bounds, both included."""

    @cache
    def within(cell: str) -> bool:
        found = number(cell)
        return found is not None and low <= found and (high is None or found <= high)

    return within


def or_blank(check: Check) -> Check:
    """The cell is blank, or passes the check."""
    return lambda cell: not cell or check(cell)
