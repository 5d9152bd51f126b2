"""Knows what stands on a slide, before any file is made: texts, charts and tables with their places in points.

Everything is placed from the top left corner of a slide of `WIDTH` by `HEIGHT` points. Things are in reading order, and
none lies over another; the parts of a chart may, within it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from partnerkpi.render._metrics import LEADING, Run, line_count, text_width

WIDTH, HEIGHT = 960.0, 540.0
INK, GREY, CODE, PALE, LINE, DIM = "1c1c1a", "595955", "63635e", "e3e3dd", "c4c4bd", "8a8a84"
# Space between the columns of a table.
GUTTER = 6.0


@dataclass(frozen=True)
class Box:
    """A place on the slide, or of a mark within its chart."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: its runs, whether it stands at the right edge, and whether large letters keep the body's leading."""

    runs: tuple[Run, ...]
    right: bool = False
    tight: bool = False

    @property
    def scale(self) -> float:
        """The size of its largest run beside that of the text."""
        return max((run.scale for run in self.runs), default=1.0)

    def height(self, size: float, width: float) -> float:
        """How high it is in a column of so many points."""
        return line_count(self.runs, size, width) * self.leading(size)

    def leading(self, size: float) -> float:
        """Points from one of its lines to the next."""
        return size * (1.0 if self.tight else self.scale) * LEADING


@dataclass(frozen=True)
class Text:
    """Paragraphs in a box; one of them on a slide is its title."""

    box: Box
    paragraphs: tuple[Paragraph, ...]
    size: float
    name: str
    title: bool = False


@dataclass(frozen=True)
class Mark:
    """A part of a chart: "bar", "hatch", "frame", "dashed", "triangle" or "ring", or a "line" through points."""

    kind: str
    box: Box
    color: str
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Chart:
    """Native shapes that belong together, with what is said of them to who does not see them ("": decoration)."""

    box: Box
    marks: tuple[Mark, ...]
    name: str
    alt: str


@dataclass(frozen=True)
class Picture:
    """A picture as bytes (PNG), with what is said of it."""

    box: Box
    content: bytes = field(repr=False)
    name: str
    alt: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table, over one or more columns."""

    paragraphs: tuple[Paragraph, ...]
    span: int = 1


@dataclass(frozen=True)
class Row:
    """A row of a table; `ruled` draws a thin line above it."""

    cells: tuple[Cell, ...]
    ruled: bool = False


@dataclass(frozen=True)
class Table:
    """A native table: the widths of its columns, its rows and their heights; `header`: the first row names columns."""

    box: Box
    columns: tuple[float, ...]
    rows: tuple[Row, ...]
    heights: tuple[float, ...]
    size: float
    name: str
    header: bool = False


Thing = Text | Chart | Picture | Table


@dataclass(frozen=True)
class Slide:
    """A slide: its things in reading order, and the notes that are read aloud."""

    things: tuple[Thing, ...]
    notes: tuple[str, ...]


def paragraph(*runs: Run | str, right: bool = False, tight: bool = False) -> Paragraph:
    """A paragraph of runs; a mere text is one in ink."""
    return Paragraph(tuple(Run(run) if isinstance(run, str) else run for run in runs), right, tight)


def text(
    left: float,
    top: float,
    width: float,
    size: float,
    paragraphs: Iterable[Paragraph],
    name: str,
    *,
    title: bool = False,
) -> Text:
    """A text as high as its paragraphs are."""
    found = tuple(paragraphs)
    height = sum(each.height(size, width) for each in found)
    return Text(Box(left, top, width, height), found, size, name, title)


def table(
    left: float,
    top: float,
    columns: Sequence[float],
    size: float,
    rows: Iterable[Row],
    name: str,
    *,
    header: bool = False,
) -> Table:
    """A table whose rows are as high as their highest cell."""
    found = tuple(rows)
    heights = tuple(_row_height(row, columns, size) for row in found)
    return Table(Box(left, top, sum(columns), sum(heights)), tuple(columns), found, heights, size, name, header)


def column_widths(rows: Sequence[Row], size: float, width: float) -> tuple[float, ...]:
    """Columns as wide as what stands in them; all get of what is left over, only the widest give what is lacking."""
    count = max(sum(cell.span for cell in row.cells) for row in rows)
    natural, least = [GUTTER] * count, [GUTTER] * count
    for at, words in _in_one_column(rows):
        whole, longest = _extent(words, size)
        natural[at], least[at] = max(natural[at], whole + GUTTER), max(least[at], longest + GUTTER)
    spare = width - sum(natural)
    if spare >= 0:
        return tuple(one + spare / count for one in natural)
    if sum(least) >= width:
        return tuple(one * width / sum(least) for one in least)
    return _capped(natural, least, width)


def _in_one_column(rows: Sequence[Row]) -> Iterator[tuple[int, Paragraph]]:
    """The paragraphs of the cells that do not reach over columns, each with its column."""
    for row in rows:
        at = 0
        for cell in row.cells:
            if cell.span == 1:
                yield from ((at, words) for words in cell.paragraphs)
            at += cell.span


def _capped(natural: Sequence[float], least: Sequence[float], width: float) -> tuple[float, ...]:
    """The widths cut to one level, but no word: the level at which they fill the table, found by halving."""
    low, high = 0.0, max(natural)
    for _ in range(40):
        level = (low + high) / 2
        total = sum(max(min(one, level), word) for one, word in zip(natural, least, strict=True))
        low, high = (level, high) if total <= width else (low, level)
    return tuple(max(min(one, low), word) for one, word in zip(natural, least, strict=True))


def _extent(words: Paragraph, size: float) -> tuple[float, float]:
    """How wide a paragraph is on one line, and its longest word, with the little more that lines are taken to need."""
    widths = [text_width(run.text, size * run.scale, bold=run.bold) for run in words.runs]
    longest = max(
        (text_width(word, size * run.scale, bold=run.bold) for run in words.runs for word in run.text.split(" ")),
        default=0.0,
    )
    return 1.05 * sum(widths), 1.05 * longest


def _row_height(row: Row, columns: Sequence[float], size: float) -> float:
    heights, at = [], 0
    for cell in row.cells:
        width = sum(columns[at : at + cell.span]) - GUTTER
        heights.append(sum(each.height(size, width) for each in cell.paragraphs))
        at += cell.span
    return max(heights, default=0.0) + padding(size)


def padding(size: float) -> float:
    """The space above the text of a table's cell."""
    return round(size * 0.25, 1)


def rule(left: float, top: float, width: float, thickness: float, color: str) -> Chart:
    """A line across, as decoration."""
    box = Box(left, top, width, thickness)
    return Chart(box, (Mark("bar", replace(box, left=0.0, top=0.0), color),), "Rule", "")


def bottom(things: Sequence[Thing], otherwise: float) -> float:
    """The lower edge of the lowest thing."""
    return max((thing.box.bottom for thing in things), default=otherwise)
