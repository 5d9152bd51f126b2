"""Every text stands out 4.5 to 1 and every picture 3 to 1 from what is behind it (WCAG 2.2, 1.4.3 and 1.4.11).

The colours are those of the page as it is rendered, for any colour a partner has.
"""

import dataclasses
import re

import pytest
from boards import VARIANTS
from drawn import Shape, pictures
from given import TODAY
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.models.board import Board
from partnerkpi.render.html import render_html
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
WHITE = "#ffffff"
# The pale bed of a bar says nothing that the bar and its figure do not say; white clears the ground for a mark.
BED = "#e3e3dd"
COLORS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district."""
    return make_board(sample, "hospital", today=TODAY, period=None)[0]


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, definition), written out a second time to check the first."""

    def luminance(color: str) -> float:
        shares = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _page(board: Board, color: str) -> str:
    return render_html(dataclasses.replace(board, color=color), templates=TEMPLATES)


def _style(page: str) -> dict[str, dict[str, str]]:
    """The style sheet of a page: selector to properties, the partner's colour filled in."""
    sheet = re.sub(r"/\*.*?\*/", "", page[page.index("<style>") : page.index("</style>")], flags=re.DOTALL)
    rules: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"([^{};]+)\{([^{}]*)\}", sheet):
        pairs = [part.split(":", 1) for part in body.split(";") if ":" in part]
        rules.setdefault(selector.strip(), {}).update({name.strip(): value.strip() for name, value in pairs})
    accent = rules[":root"]["--accent"]
    return {
        selector: {name: value.replace("var(--accent)", accent) for name, value in rule.items()}
        for selector, rule in rules.items()
    }


def _pale_texts(page: str) -> list[str]:
    style = _style(page)
    grounds = {name: rule for name, rule in style.items() if {"background", "background-color"} & set(rule)}
    assert not grounds, f"a text may stand on {grounds}: say so here"
    texts = {selector: rule["color"] for selector, rule in style.items() if "color" in rule}
    assert len(texts) > 5
    return [f"{selector} {color}" for selector, color in texts.items() if _contrast(color, WHITE) < 4.5]


def _pale_shapes(page: str) -> list[str]:
    """The shapes that do not stand out from the last filled one they lie in, or from the page."""
    pale = []
    for title, shapes in pictures(page):
        for at, shape in enumerate(shapes):
            ground = [WHITE, *(below.fill or below.stroke for below in shapes[:at] if _is_ground(below, shape))][-1]
            if not all(_contrast(color, ground) >= 3 for color in _needed(shape)):
                pale.append(f"{title}: {shape.fill or shape.stroke} on {ground}")
    return pale


def _is_ground(below: Shape, shape: Shape) -> bool:
    """Whether a shape lies on another one: in its filling, or on a wider white outline of the same extent."""
    return shape.inside(below) and bool(below.fill or (below.stroke == WHITE and below.inside(shape)))


def _needed(shape: Shape) -> list[str]:
    """The colours of a shape that a reader has to make out: the outline where there is one."""
    color = shape.stroke or shape.fill
    return [] if color in (BED, WHITE) else [color]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(color=COLORS)
@example("#ffffff")
@example("#ffff00")
@example("#000000")
@example("#0b5c6e")
@pytest.mark.parametrize("name", ["sample", "hidden", "empty"])
def test_texts_and_pictures_stand_out_whatever_the_partners_colour(board: Board, name: str, color: str) -> None:
    page = _page(VARIANTS[name](board), color)
    assert _pale_texts(page) == []
    assert _pale_shapes(page) == []
    assert name == "empty" or len(pictures(page)) > 10


@pytest.mark.parametrize(("pale", "found"), [("#9a9a94", True), ("#757575", False)])
def test_a_colour_that_is_too_pale_is_found(board: Board, pale: str, found: bool) -> None:
    page = _page(board, "#0b5c6e")
    assert bool(_pale_texts(page.replace("color: #595955", f"color: {pale}"))) is found
    # Three to one is enough for a picture: 2.8 to 1 is told, 4.6 to 1 is not.
    assert bool(_pale_shapes(page.replace('stroke="#4a4a46"', f'stroke="{pale}"'))) is found


def test_the_page_has_no_colours_of_its_own_beside_the_style_sheet(board: Board) -> None:
    page = _page(board, "#0b5c6e")
    body = page[page.index("<body") :]
    assert not re.findall(r"\sstyle=|bgcolor|<font|<text", body)
