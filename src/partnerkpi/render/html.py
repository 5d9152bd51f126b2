"""Knows how a board becomes one self-contained HTML page: templates, typography and the geometry of the charts.

Data reaches text nodes and quoted attributes only, and always escaped; the one value that reaches the style sheet is
the partner's colour, checked letter by letter. Every bar, point and alternative text is drawn from a release, so what
is hidden there cannot show here.
"""

import base64
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby, zip_longest
from pathlib import Path

import jinja2
from markupsafe import Markup

from partnerkpi.models.board import Board, GroupLine, KpiLine, KpiPanel
from partnerkpi.models.release import Release, State

DENSITIES = (0, 1, 2)
FONTS = {400: "BoardSans-Regular.ttf", 600: "BoardSans-Semibold.ttf", 700: "BoardSans-Bold.ttf"}
PAPERS = {"letter": "letter landscape", "a4": "A4 landscape"}
HEIGHTS = {"letter": 569.0, "a4": 552.0}  # points inside the margins
DEFAULT_COLOR = "#1f4e79"
READABLE = 4.5

# Letters of body text that fit side by side on the whole width of the page.
LETTERS = 160

# A board with little to say is set in bigger type, as far as the charts of its columns still fit side by side.
SCALES = (1.8, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1)
LARGEST = {0: 1.8, 1: 1.6, 2: 1.5, 3: 1.3, 4: 1.0}
MOST_AIR = 44.0

# At the tightest setting a text longer than this ends in an ellipsis, which a reader can see; nothing is cut silently.
LIMITS = {
    "title": 40,
    "period": 24,
    "vision": 110,
    "headline": 130,
    "ask": 90,
    "panel": 22,
    "name": 24,
    "figure": 34,
    "unit": 26,
    "status": 14,
    "change": 60,
    "goal": 34,
    "cell": 34,
    "due": 12,
    "reason": 28,
    "program": 18,
    "column": 12,
    "definition": 70,
    "note": 90,
}

SHAPES = {
    "met": "disc",
    "on pace": "triangle",
    "on track": "triangle",
    "ahead": "triangle",
    "behind": "diamond",
    "missed": "cross",
    "not due": "ring",
    "not due yet": "ring",
    "not shown": "hatch",
    "hidden": "hatch",
    "missing": "square",
    "no data": "square",
}


@dataclass(frozen=True)
class Bullet:
    """The geometry of a bullet bar in points: what is filled or hatched from `start` to `end`, and two marks."""

    kind: str
    start: float
    end: float
    hatch: str
    target: float | None
    baseline: float | None


@dataclass(frozen=True)
class Spark:
    """The geometry of a sparkline in points: lines, lone dots, ranges (x, top, height), hatches, and the last dot."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    ranges: tuple[tuple[float, float, float], ...]
    hatches: tuple[str, ...]
    last: tuple[float, float] | None


@dataclass(frozen=True)
class Cell:
    """One cell of the programs table: what is printed, whether it is a figure, its codes, and columns covered."""

    text: str
    shown: bool
    codes: str
    span: int


def render_html(board: Board, *, templates: Sequence[Path], density: int = 0) -> str:
    """The page of a board as HTML that needs nothing else: style sheet and fonts are inside.

    `templates` are the folders to look in, the workspace's own first. `density` 0 is the normal setting, 1 a tighter
    one, 2 the tightest, in which very long texts end in an ellipsis.
    """
    if density not in DENSITIES:
        raise ValueError(f"density must be one of {DENSITIES}")
    folders = tuple(templates)
    page = _environment(folders).get_template("board.html.j2")
    paper = board.paper if board.paper in PAPERS else "letter"
    scale, air, density = setting(board, HEIGHTS[paper], density)
    return page.render(
        board=board,
        density=density,
        paper=paper,
        page_size=PAPERS[paper],
        scale=scale,
        air=air,
        accent=readable_color(board.color),
        font_faces=Markup(font_faces(folders)),  # our own files, base64: nothing in it to escape
        short=partial(shorten, density=density),
    )


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...]) -> jinja2.Environment:
    """One environment for each search list: compiling the templates costs more than filling them."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., object]] = {
        "typeset": typeset,
        "size": figure_size,
        "shape": status_shape,
    }
    environment.filters.update(filters)
    geometry: dict[str, Callable[..., object]] = {"bullet": bullet, "spark": spark, "hatch": hatch}
    words: dict[str, Callable[..., object]] = {"spoken_trend": spoken_trend, "last_label": last_label}
    rows: dict[str, Callable[..., object]] = {"trend_of": trend_of, "cells_of": cells_of, "extra_lines": extra_lines}
    environment.globals.update(geometry | words | rows)
    return environment


@lru_cache(maxsize=8)
def font_faces(folders: tuple[Path, ...]) -> str:
    """The @font-face rules with the fonts inside; a workspace may bring files of the same names."""
    rules = []
    for weight, name in FONTS.items():
        path = next((folder / "fonts" / name for folder in folders if (folder / "fonts" / name).is_file()), None)
        if path is None:
            raise FileNotFoundError(f"fonts/{name}")
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"Board Sans";font-weight:{weight};'
            f'src:url("data:font/ttf;base64,{data}") format("truetype")}}'
        )
    return "\n".join(rules)


def luminance(color: str) -> float:
    """The relative luminance of "#rrggbb", 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_on_white(color: str) -> float:
    """The contrast ratio of a colour against white, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    return 1.05 / (luminance(color) + 0.05)


def readable_color(color: str) -> str:
    """The partner's colour, darkened until text in it reads on white; another colour where it is not "#rrggbb"."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color, flags=re.ASCII):
        return DEFAULT_COLOR
    shade = color.lower()
    while contrast_on_white(shade) < READABLE:
        shade = "#" + "".join(f"{int(int(shade[at : at + 2], 16) * 0.96):02x}" for at in (1, 3, 5))
    return shade


def typeset(text: str) -> str:
    """The text with real minus signs, and with no line break between a number and its unit."""
    text = re.sub(r"(?<![\w.,-])-(?=[$]?\d)", "−", text)
    return re.sub(r"(?<=\d) (?=%|(?:points?|hours?|days?|FTE|USD|million)\b)", "\u00a0", text)


def shorten(text: str, role: str, *, density: int) -> str:
    """The text itself, or, at the tightest density, as many whole words as the role has room for and an ellipsis."""
    limit = LIMITS[role]
    if density < DENSITIES[-1] or len(text) <= limit:
        return text
    head = text[: limit - 1]
    words = head.rpartition(" ")[0]
    return (words if len(words) > limit // 2 else head).rstrip(" ,;.:") + "…"


def figure_size(release: Release) -> str:
    """How big a figure is set: a number like a headline, a band smaller, the reason for no figure like text."""
    if release.state is not State.SHOWN or len(release.text) > 14:
        return "words"
    return "big" if len(release.text) <= 7 else "medium"


def status_shape(status: str) -> str:
    """The shape that stands beside a status word; an unknown word gets a bar."""
    return SHAPES.get(status.casefold(), "bar")


def setting(board: Board, height: float, density: int) -> tuple[float, float, int]:
    """How the page is set: the size of type (1 is usual), points of space between its parts, and how tight it is.

    A board with little to say fills the page with bigger type and more space. How much is judged by counting letters;
    when that turns out to be too generous, the next density falls back to the usual size before it tightens anything.
    """
    columns = min(sum(1 for panel in board.panels if panel.lines), 4)
    sizes = [size for size in SCALES if size <= LARGEST[columns] and usual_height(board, size) <= height]
    if density == 0:
        scale = sizes[0] if sizes else 1.0
        return scale, _air(board, height - usual_height(board, scale)), 0
    if density == 1 and usual_height(board, 1.0) < 0.95 * height:
        return 1.0, _air(board, height - usual_height(board, 1.0)) / 2, 0
    return 1.0, 0.0, density


def _air(board: Board, left: float) -> float:
    """The space for each gap when so many points are left; some of it is kept, for the letters are only counted."""
    rows = max((len(panel.lines) for panel in board.panels), default=0)
    gaps = 3 + max(rows - 1, 0)
    return round(min(max(left, 0.0) * 0.8 / gaps, MOST_AIR), 1)


def usual_height(board: Board, scale: float) -> float:
    """About how many points high a board is without any air, at a size of type; header and footer keep theirs."""
    letters = LETTERS / scale
    filled = [panel for panel in board.panels if panel.lines]
    empty = [panel for panel in board.panels if not panel.lines]
    middle = 12.0 + max(20 * lines(board.headline, letters * 0.4), 12 + 13 * lines(board.ask, letters * 0.24))
    for panels in (filled[at : at + 4] for at in range(0, len(filled), 4)):
        middle += 18 + sum(72 + 12 * extra for extra in extra_lines(board, panels, scale))
    for panels in (empty[at : at + 4] for at in range(0, len(empty), 4)):
        middle += 24 + 12 * max(lines(panel.empty, letters / len(panels)) for panel in panels)
    middle += max(_goals_height(board, letters), _aside_height(board, letters))
    return 33 + 12 * lines(board.vision, LETTERS * 0.86) + scale * middle + _foot_height(board)


def _goals_height(board: Board, letters: float) -> float:
    rows = [
        max(
            lines(goal.name, letters * 0.2),
            lines(goal.reason, letters * 0.16),
            lines(board.release(goal.now).text, letters * 0.09),
        )
        for goal in board.goals
    ]
    return 22 + sum(2 + 12 * row for row in rows)


def _aside_height(board: Board, letters: float) -> float:
    rows = [lines(line.name, letters * 0.11) for line in board.programs.lines]
    return 62 + sum(2 + 12 * row for row in rows)


def _foot_height(board: Board) -> float:
    definitions = sum(len(definition.name) + len(definition.text) + 3 for definition in board.definitions)
    notes = sum(len(note) + 1 for note in board.notes)
    return 14 + 9.4 * sum(lines("x" * count, LETTERS * 1.3) for count in (definitions, notes))


def lines(text: str, letters: float) -> int:
    """About how many lines a text takes where so many letters fit side by side."""
    return math.ceil(len(text) / max(letters, 1))


def extra_lines(board: Board, panels: Sequence[KpiPanel], scale: float) -> tuple[int, ...]:
    """How many text lines more than usual each row of KPIs needs, judged by the number of letters, at most 6.

    The rows of neighbouring panels start level with each other by it; a wrong guess costs nothing but that.
    """
    letters = LETTERS / scale / max(len(panels), 1)
    rows = zip_longest(*(panel.lines for panel in panels))
    return tuple(min(max(_wraps(line, board.release(line.now), letters) for line in row if line), 6) for row in rows)


def _wraps(line: KpiLine, now: Release, letters: float) -> int:
    """The lines beyond the usual ones: of the name beside its direction, of what is beside the figure, the change."""
    figure = {"big": 2.6, "medium": 1.75, "words": 0.0}[figure_size(now)] * len(now.text)
    beside = lines(line.unit + " A1", letters - figure)
    beside += lines(f"X {line.status}, target {line.target_text}" if line.target_text else "", letters - figure)
    return max(lines(line.name, letters - 16) - 1, 0) + max(beside - 2, 0) + max(lines(line.change, letters) - 1, 0)


def number(value: float) -> str:
    """A coordinate for SVG: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def hatch(left: float, top: float, width: float, height: float, *, step: float = 3.0) -> str:
    """An SVG path of rising lines, `step` apart, that fill a rectangle and stay inside it."""
    parts = []
    shift = step / 2 - height
    while shift < width:
        x1, y1 = max(shift, 0.0), max(-shift, 0.0)
        x2, y2 = min(shift + height, width), min(height, width - shift)
        ends = (left + x1, top + height - y1, left + x2, top + height - y2)
        parts.append("M{} {}L{} {}".format(*map(number, ends)))
        shift += step
    return "".join(parts)


def bullet(line: KpiLine, release: Release, width: float, top: float, height: float) -> Bullet:
    """The bar of a KPI: from zero to an exact figure, hatched over a band, hatched all along when hidden."""
    right = line.axis_high if line.axis_high > 0 else 1.0

    def place(value: float) -> float:
        return round(width * min(max(value / right, 0.0), 1.0), 2)

    target = None if line.target is None else place(line.target)
    baseline = None if line.baseline is None else place(line.baseline)
    kind, start, end = _extent(release, place, width)
    lines = hatch(start, top, end - start, height) if kind in ("band", "hidden") else ""
    return Bullet(kind, start, end, lines, target, baseline)


def _extent(release: Release, place: Callable[[float], float], width: float) -> tuple[str, float, float]:
    """What is drawn of a release and from where to where; only a shown one has a length of its own."""
    if release.state is State.HIDDEN:
        return "hidden", 0.0, width
    if release.state is not State.SHOWN or release.low is None or release.high is None:
        return ("none" if release.state is State.NOT_DUE else "missing"), 0.0, 0.0
    if release.exact:
        return "bar", 0.0, place(release.high)
    start, end = place(release.low), place(release.high)
    return "band", min(start, width - 2), max(end, start + 2)


def spark(releases: Sequence[Release], width: float, height: float) -> Spark:
    """The last quarters as a line: a band is an upright range, a hidden point a hatch half way up, a gap nothing."""
    inset = 3.0
    step = (width - 2 * inset) / max(len(releases) - 1, 1)
    level = _levels(releases, inset, height - inset)
    placed = [(round(inset + step * at, 2), release) for at, release in enumerate(releases)]
    runs = [
        [(x, level(release.low)) for x, release in run if release.low is not None]
        for exact, run in groupby(placed, key=lambda point: point[1].exact)
        if exact
    ]
    ranges = [
        (x, level(release.high), max(round(level(release.low) - level(release.high), 2), 2.0))
        for x, release in placed
        if release.low is not None and release.high is not None and not release.exact
    ]
    return Spark(
        lines=tuple(" ".join(f"{number(x)},{number(y)}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        ranges=tuple(ranges),
        hatches=tuple(hatch(x - 2, height / 2 - 4, 4, 8, step=2) for x, r in placed if r.state is State.HIDDEN),
        last=runs[-1][-1] if releases and releases[-1].exact else None,
    )


def _levels(releases: Sequence[Release], top: float, bottom: float) -> Callable[[float], float]:
    """The height of a value on the page, from the least to the greatest published one; flat in the middle."""
    ends = [end for release in releases for end in (release.low, release.high) if end is not None]
    least, most = (min(ends), max(ends)) if ends else (0.0, 0.0)

    def level(value: float) -> float:
        if most == least:
            return round((top + bottom) / 2, 2)
        return round(bottom - (value - least) / (most - least) * (bottom - top), 2)

    return level


def trend_of(board: Board, line: KpiLine) -> tuple[Release, ...]:
    """The releases of a KPI's quarters, oldest first."""
    return tuple(board.release(code) for code in line.trend)


def cells_of(board: Board, line: GroupLine) -> tuple[Cell, ...]:
    """The cells of a program; neighbours that hide for the same reason say so once, over all their columns."""
    releases = [board.release(code) for code in line.cells]
    return tuple(
        Cell(text or state.value, state is State.SHOWN, " ".join(release.code for release in alike), len(alike))
        for (state, text, _), run in groupby(releases, key=_cell_key)
        for alike in [list(run)]
    )


def _cell_key(release: Release) -> tuple[State, str, str]:
    """What makes two neighbours one cell: shown figures never are, even when they are equal."""
    own = release.code if release.state is State.SHOWN else ""
    return release.state, release.text or release.reason, own


def spoken_trend(releases: Sequence[Release]) -> str:
    """The sparkline in words, oldest quarter first: what is printed for each, or why nothing is."""
    words = [typeset(release.text) if release.text else release.state.value for release in releases]
    return f"Last {len(words)} quarters, oldest first: {', '.join(words)}"


def last_label(releases: Sequence[Release]) -> str:
    """The text beside the last point, when it is one exact figure and short enough to stand there."""
    if not releases or not releases[-1].exact or len(releases[-1].text) > 7:
        return ""
    return releases[-1].text


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The page at its normal setting, as UTF-8; see `render_html`."""
    return render_html(board, templates=templates).encode()
