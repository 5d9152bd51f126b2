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
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from partnerkpi.language import Language
from partnerkpi.models.agenda import Agenda
from partnerkpi.models.board import Board, KpiLine
from partnerkpi.models.release import Release, State
from partnerkpi.render._charts import bullet, figure_size, hatch, last_label, side, spark, step
from partnerkpi.render._color import DEFAULT_COLOR, readable_color
from partnerkpi.render._layout import MARGIN, Setting, across, defined, left_out, rows, zoom
from partnerkpi.render._letters import SMALL, font_files, lettered

PAPERS = {"letter": "letter", "a4": "A4"}
PER_ROW = {"landscape": 4, "portrait": 2}
# From this size of type on a page has room for two cards side by side, and no more.
_LARGE = 1.25
# Letters of a word that is too long for a narrow column, and of the pieces it may be broken into.
_LONG_WORD, _PIECE = 18, 8

SHAPES = {
    "met": "disc",
    "done": "disc",
    "on pace": "triangle",
    "behind": "diamond",
    "late": "diamond",
    "missed": "cross",
    "not due": "ring",
    "open": "ring",
    "hidden": "hatch",
    "missing": "square",
}


@dataclass(frozen=True)
class Cell:
    """One cell of a table of figures: what is printed, whether it is a figure, its codes, and columns covered."""

    text: str
    shown: bool
    codes: str
    span: int


def render_html(board: Board, *, templates: Sequence[Path], setting: Setting | None = None, drawn: bool = False) -> str:
    """The page of a board as HTML that needs nothing else: style sheet and fonts are inside.

    `templates` are the folders to look in, the workspace's own first; `setting` says how tight the page is set;
    `drawn` that the page is for paper, where no other typeface stands in for a letter that the page's own lacks.
    """
    setting = setting or Setting()
    folders = tuple(templates)
    lettering = lettered(board, folders, drawn=drawn)
    board = lettering.told
    paper = board.paper if board.paper in PAPERS else "letter"
    accent = readable_color(board.color)
    say = Language(board.language).say
    return (
        _environment(folders)
        .get_template("board.html.j2")
        .render(
            board=board,
            say=say,
            rows=rows(board, setting),
            empty=[panel for panel in board.panels if panel.empty],
            definitions=defined(board, setting),
            left_out=left_out(board, setting, say),
            density=setting.density,
            scale=setting.scale,
            air=setting.air,
            per_row=PER_ROW[board.orientation] if setting.scale < _LARGE else 2,
            margin=MARGIN,
            page_size=f"{PAPERS[paper]} {board.orientation}",
            accent=accent,
            recolored=accent not in (board.color.lower(), DEFAULT_COLOR),
            typeface=lettering.family,
            boxes=lettering.replaced,
            font_faces=Markup(font_faces(folders, lettering.family)),  # our own files, base64: nothing to escape
        )
    )


def render_agenda_html(agenda: Agenda, *, templates: Sequence[Path]) -> str:
    """The agenda of a check-in as HTML that needs nothing else; it may take more than one sheet."""
    folders = tuple(templates)
    lettering = lettered(agenda, folders, drawn=True)
    return (
        _environment(folders)
        .get_template("agenda.html.j2")
        .render(
            agenda=lettering.told,
            accent=readable_color(agenda.color),
            page_size=PAPERS.get(agenda.paper, "letter"),
            typeface=lettering.family,
            font_faces=Markup(font_faces(folders, lettering.family)),  # our own files, base64: nothing to escape
        )
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
        "hang": hang,
        "breakable": breakable,
        "size": figure_size,
        "shape": status_shape,
    }
    environment.filters.update(filters)
    geometry: dict[str, Callable[..., object]] = {
        "bullet": bullet,
        "spark": spark,
        "hatch": hatch,
        "side": side,
        "zoom": zoom,
        "step": step,
    }
    words: dict[str, Callable[..., object]] = {"spoken_trend": spoken_trend, "last_label": last_label}
    figures: dict[str, Callable[..., object]] = {"trend_of": trend_of, "cells_of": cells_of, "facts_of": facts_of}
    lines: dict[str, Callable[..., object]] = {"across": across, "tells_change": tells_change, "favorable": favorable}
    environment.globals.update(geometry | words | figures | lines)
    return environment


def load_templates(templates: Sequence[Path]) -> None:
    """Compile every template and read the fonts; both are kept for the boards to come."""
    folders = tuple(templates)
    environment = _environment(folders)
    for name in environment.list_templates(extensions=("j2", "css")):
        # What is wrong with one is told when the page asks for it.
        with contextlib.suppress(jinja2.TemplateError):
            environment.get_template(name)
    font_faces(folders, SMALL)


@lru_cache(maxsize=8)
def font_faces(folders: tuple[Path, ...], family: str) -> str:
    """The @font-face rules of a family with the fonts inside; a workspace may bring files of the same names."""
    rules = []
    for weight, path in font_files(folders, family).items():
        data = base64.b64encode(path.read_bytes()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};'
            f'src:url("data:font/ttf;base64,{data}") format("truetype")}}'
        )
    return "\n".join(rules)


def typeset(text: str) -> str:
    """The text with real minus signs, and with no line break between a number and its unit."""
    text = re.sub(r"(?<![\w.,-])-(?=[$]?\d)", "−", text)
    return re.sub(r"(?<=\d) (?=%|(?:points?|hours?|days?|FTE|USD|million|puntos?|horas?|días?)\b)", "\u00a0", text)


def hang(text: str) -> str:
    """A headline whose last line never holds one short word alone."""
    head, space, last = text.rpartition(" ")
    before = head.rpartition(" ")[2]
    return f"{head}\u00a0{last}" if space and len(last) + len(before) <= 24 else text


def breakable(text: str) -> Markup:
    """A name in a column that is as wide as its longest word: a word that is very long may be broken."""
    words = (
        Markup("<wbr>").join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
        if len(word) > _LONG_WORD
        else escape(word)
        for word in re.split(r"( )", text)
    )
    return Markup("").join(words)


def status_shape(status: str) -> str:
    """The shape that stands beside a status word; an unknown word gets a bar."""
    return SHAPES.get(status.casefold(), "bar")


def trend_of(board: Board, line: KpiLine) -> tuple[Release, ...]:
    """The releases of a KPI's quarters, oldest first."""
    return tuple(board.release(code) for code in line.trend)


def cells_of(board: Board, codes: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of a row; neighbours that hide for the same reason say so once, over all their columns."""
    releases = [board.release(code) for code in codes]
    return tuple(
        Cell(text or state.value, state is State.SHOWN, " ".join(release.code for release in alike), len(alike))
        for (state, text, _), run in groupby(releases, key=_cell_key)
        for alike in [list(run)]
    )


def _cell_key(release: Release) -> tuple[State, str, str]:
    """What makes two neighbours one cell: shown figures never are, even when they are equal."""
    own = release.code if release.state is State.SHOWN else ""
    return release.state, release.text or release.reason, own


def facts_of(board: Board, lines: Sequence[KpiLine]) -> tuple[tuple[KpiLine, ...], ...]:
    """The KPIs of a panel; neighbours that are not shown for the same reason stand together."""
    return tuple(tuple(run) for _, run in groupby(lines, key=lambda line: _cell_key(board.release(line.now))))


def tells_change(board: Board, line: KpiLine) -> bool:
    """Whether there is more to say of a KPI's past than that nothing is known of it."""
    if not line.change:
        return False
    change = board.release(line.changed)
    return change.state is State.SHOWN or change.text != line.change


def favorable(lines: Sequence[KpiLine]) -> tuple[str, ...]:
    """The KPIs that say how favorable answers are; the others say how many there are."""
    return tuple(line.kpi for line in lines if line.kpi.startswith("survey_favorable")) or tuple(
        line.kpi for line in lines
    )


def spoken_trend(releases: Sequence[Release], say: Callable[..., str]) -> str:
    """The sparkline in words, oldest quarter first: what is printed for each, or why nothing is."""
    words = [typeset(release.text) if release.text else release.state.value for release in releases]
    return say("Last {number} quarters, oldest first: {figures}", number=len(words), figures=", ".join(words))


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The page at its usual setting, as UTF-8; see `render_html`."""
    return render_html(board, templates=templates).encode()
