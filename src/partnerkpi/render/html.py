"""Knows how a board becomes one self-contained HTML page: templates, typography and the geometry of the charts.

Data reaches text nodes and quoted attributes only, and always escaped; the one value that reaches the style sheet is
the partner's colour, checked letter by letter. Every bar, point and alternative text is drawn from a release, so what
is hidden there cannot show here.
"""

import base64
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path

import jinja2
from markupsafe import Markup

from partnerkpi.models.board import Board, GroupLine, KpiLine
from partnerkpi.models.release import Release, State
from partnerkpi.render._charts import bullet, hatch, last_label, spark
from partnerkpi.render._setting import extra_lines, figure_size, setting

DENSITIES = (0, 1, 2)
FONTS = {400: "BoardSans-Regular.ttf", 600: "BoardSans-Semibold.ttf", 700: "BoardSans-Bold.ttf"}
PAPERS = {"letter": "letter landscape", "a4": "A4 landscape"}
HEIGHTS = {"letter": 569.0, "a4": 552.0}  # points inside the margins
DEFAULT_COLOR = "#1f4e79"
READABLE = 4.5

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
    "unit": 24,
    "status": 14,
    "change": 60,
    "goal": 34,
    "cell": 34,
    "due": 10,
    "reason": 16,
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


def load_templates(templates: Sequence[Path]) -> None:
    """Compile every template and read the fonts; both are kept for the boards to come."""
    folders = tuple(templates)
    environment = _environment(folders)
    for name in environment.list_templates(extensions=("j2", "css")):
        # What is wrong with one is told when the page asks for it.
        with contextlib.suppress(jinja2.TemplateError):
            environment.get_template(name)
    font_faces(folders)


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


def status_shape(status: str) -> str:
    """The shape that stands beside a status word; an unknown word gets a bar."""
    return SHAPES.get(status.casefold(), "bar")


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


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The page at its normal setting, as UTF-8; see `render_html`."""
    return render_html(board, templates=templates).encode()
