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
from operator import call, itemgetter
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
        taken: dict[object, Row] = {}
        for path in sorted(exports.glob(f"{self.name}*.csv*")):
            of_file = self._of_file(path)
            if self.slice:
                slice_of = self._picker(self.slice)
                slices = set(map(slice_of, of_file.values()))
                taken = {key: row for key, row in taken.items() if slice_of(row) not in slices}
            taken |= of_file
        return list(taken.values())

    def refused(self, exports: Path) -> int:
        """How many rows do not count because a cell is missing or not sound."""
        return sum(1 for path in exports.glob(f"{self.name}*.csv*") for row in self._rows(path) if row is None)

    def _of_file(self, path: Path) -> dict[object, Row]:
        """The sound rows by their key, of two with one key the later."""
        sound = [row for row in self._rows(path) if row is not None]
        if not self.key:
            return {(path.name, place): row for place, row in enumerate(sound)}
        return dict(zip(map(self._picker(self.key), sound), sound, strict=True))

    def _rows(self, path: Path) -> Iterator[Row | None]:
        """Each row of data, None in place of one that is refused."""
        lines = csv.reader(io.StringIO(_text(path), newline=""))
        header = next(lines)
        # A blank cell after the last stands for the columns that the file has not.
        places = [header.index(name) if name in header else len(header) for name in self.cells]
        checks = list(self.cells.values())
        for line in lines:
            if not line or line[0].startswith("Total"):
                continue
            if len(line) != len(header):
                yield None
                continue
            line.append("")
            cells = [line[place].strip() for place in places]
            yield self.make(*cells) if all(map(call, checks, cells)) else None

    def _picker(self, names: tuple[str, ...]) -> Callable[[Row], object]:
        """From a row to its cells in these columns."""
        return itemgetter(*map(list(self.cells).index, names))


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


@cache
def hundredths(text: str, blank: int = 0) -> int:
    """A number in hundredths, `blank` for an empty cell."""
    found = number(text)
    return blank if found is None else round(100 * found)


# There is something in the cell.
filled: Check = bool


def anything(_: str) -> bool:
    """The cell may hold any text, or none."""
    return True


def a_day(cell: str) -> bool:
    """The cell names a day."""
    return day(cell) is not None


def one_of(*words: str) -> Check:
    """The cell is one of these words."""
    return cache(lambda cell: cell.lower() in words)


def amount(low: int, high: int | None = None) -> Check:
    """The cell is a number within bounds, both included."""

    @cache
    def within(cell: str) -> bool:
        found = number(cell)
        return found is not None and low <= found and (high is None or found <= high)

    return within


def or_blank(check: Check) -> Check:
    """The cell is blank, or passes the check."""
    return cache(lambda cell: not cell or check(cell))
