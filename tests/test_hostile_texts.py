"""Texts that try to be more than text: printed as they are written, one page, and no figure changed by them."""

import html.parser
import io
import re
import socket
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pypdf
import pytest
from given import TODAY
from printed import read, squeezed
from whole import assert_whole

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Board
from partnerkpi.render.html import render as render_html
from partnerkpi.render.pdf import render as render_pdf
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
# What is written, and what is read on paper.
HOSTILE = {
    "markup": ("</td><h1>FAKE</h1>", "</td><h1>FAKE</h1>"),
    "comment": ("<!-- gone", "<!-- gone"),
    "template": ("{{7*7}}{% raw %}", "{{7*7}}{% raw %}"),
    "attachment": ('<link rel=attachment href="file:///etc/hostname">',) * 2,
    "attribute": ('" onload="alert(1)" x=\'',) * 2,
    "entity": ("&lt;b&gt; &amp;amp; &#49;",) * 2,
    "style": ("</style><style>*{display:none}",) * 2,
    "turned around": ("\u202e7 of 9\u202c to \u2067left\u2069", "7 of 9 to left"),
    "zero width": ("zero\u200bwid\u200dth\ufeff", "zerowidth"),
    "controls": ("a\x00b\x1b[31m\u2028c", "a b [31m c"),
    "emoji": ("🏥 hospital 👩\u200d⚕\ufe0f", "□ hospital □□"),
    "Arabic": ("مستشفى 12", "□□□□□□ 12"),
    "plainer letters": ("Ｈospital 𝐇𝟏", "Hospital H1"),
    "Vietnamese and Navajo": ("Nguyễn Thị Hương łį́į́ʼ Ọlọ́run ʻĀina",) * 2,
    "ligatures": ("staff office fifty waffle fjord",) * 2,
}
LONG = {"one word": "W" * 300, "many words": "long words " * 27}
# Laid out together, so that the tests stay quick.
GROUPS = {
    "markup": ("markup", "comment", "template", "entity"),
    "links and styles": ("attachment", "attribute", "style"),
    "unseen signs and other letters": (
        "turned around",
        "zero width",
        "controls",
        "emoji",
        "Arabic",
        "plainer letters",
    ),
    "Latin letters": ("Vietnamese and Navajo", "ligatures"),
}
MARKUP = " ".join(written for written, _ in HOSTILE.values())
# Fields that are no texts, but names that the page looks up, or figures.
_KEYS = {"schema", "language", "audience", "partner_id", "color", "logo", "paper", "orientation", "id", "kpi", "better"}
_KEYS |= {"code", "codes", "now", "last_year", "changed", "trend", "similar", "actual", "planned", "cells", "state"}
_KEYS |= {"status", "students", "hours", "version", "releases", "manifest"}

# What a person writes in a file of the workspace, or an export brings along.
WRITTEN = {f"Board.{name}" for name in ("title", "district", "partner", "formerly", "vision", "contact")}
WRITTEN |= {"KpiLine.name", "SideLine.name", "GoalLine.name", "ActionLine.what", "ActionLine.owner", "GroupLine.name"}
WRITTEN |= {"CheckinPanel.held", "CheckinPanel.decisions", "Definition.name", "Definition.text", "Clause.text"}


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district, with all nine panels."""
    made = make_board(sample, "hospital", today=TODAY, period=None, audience="board")[0]
    return replace(made, formerly="County Memorial")


def with_texts(value: Any, change: Callable[[str, str], str], place: str = "") -> Any:
    """The same with every text changed; `change` gets the class and field it stands in, and the text."""
    if isinstance(value, str):
        return change(place, value)
    if isinstance(value, tuple):
        return tuple(with_texts(each, change, place) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    kept = [field.name for field in fields(value) if field.name not in _KEYS]
    return replace(
        value, **{name: with_texts(getattr(value, name), change, f"{type(value).__name__}.{name}") for name in kept}
    )


def everywhere(board: Board, text: str) -> Board:
    """A board that says the same wherever a person or an export has a say."""
    made: Board = with_texts(board, lambda place, old: text if old and place in WRITTEN else old)
    return made


def places(board: Board) -> list[str]:
    """The fields of a board that hold a text."""
    found: set[str] = set()

    def note(place: str, old: str) -> str:
        found.update([place] if old else [])
        return old

    with_texts(board, note)
    return sorted(found)


def once(board: Board, place: str, text: str) -> Board:
    """A board with the text in the first of these fields."""
    seen: list[str] = []

    def change(at: str, old: str) -> str:
        seen.extend([at] if old and at == place else [])
        return text if at == place and len(seen) == 1 else old

    made: Board = with_texts(board, change)
    return made


def body(page: bytes) -> str:
    text = page.decode()
    return text[text.index("<body") :]


def elements(page: bytes) -> set[str]:
    return set(re.findall(r"<([!\w]+)", body(page))) - {"wbr"}


def texts(page: bytes) -> str:
    """All that a browser would show as text."""
    found: list[str] = []

    class Reader(html.parser.HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Reader().feed(body(page))
    return squeezed("".join(found))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a connection fails."""

    def refuse(*arguments: object, **_: object) -> None:
        raise AssertionError(f"a request leaves: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("names", GROUPS.values(), ids=GROUPS)
def test_in_every_field_at_once_it_is_printed_as_it_is_written(board: Board, names: tuple[str, ...]) -> None:
    written, printed = (" ".join(HOSTILE[name][at] for name in names) for at in (0, 1))
    pdf = render_pdf(everywhere(board, written), TEMPLATES)
    assert_whole(everywhere(board, printed), pdf)
    assert list(pypdf.PdfReader(io.BytesIO(pdf)).attachments) == ["manifest.json"]


def test_in_each_field_alone_it_is_no_element_and_changes_no_figure(board: Board) -> None:
    clean = render_html(board, TEMPLATES)
    figures = [squeezed(release.text) for release in board.shown()]
    told = [figure for figure in figures if figure in texts(clean)]
    assert len(places(board)) > 30 and len(told) > 50
    for place in places(board):
        page = render_html(once(board, place, MARKUP), TEMPLATES)
        assert elements(page) <= elements(clean) and page.count(b"<h1") == 1, place
        shown = texts(page)
        assert all(figure in shown for figure in told), place


@pytest.mark.parametrize("turn", [0, 1], ids=LONG)
@pytest.mark.parametrize("places", [["Board.partner", "KpiLine.name"], ["GoalLine.name"]], ids=" and ".join)
def test_very_long_names_are_whole_on_one_page(board: Board, places: list[str], turn: int) -> None:
    """One word in the first place and many in the second, or the other way round."""
    named = board
    for number, place in enumerate(places, start=turn):
        named = once(named, place, list(LONG.values())[number % 2])
    assert_whole(named, render_pdf(named, TEMPLATES))


def test_three_hundred_letters_wherever_they_can_stand_are_refused_in_three_lines(board: Board) -> None:
    for text in LONG.values():
        with pytest.raises(DoesNotFit) as caught:
            render_pdf(everywhere(board, text), TEMPLATES)
        assert len(str(caught.value).splitlines()) == 3 and "Shorten" in caught.value.now


def test_a_letter_the_typeface_lacks_is_a_box_and_the_page_says_so(sample: Workspace) -> None:
    # A board that fits at once.
    board = make_board(sample, "manufacturer", today=TODAY)[0]
    foreign = read(render_pdf(replace(board, partner="医院 Hospital"), TEMPLATES)).text
    assert "□□Hospital" in foreign and squeezed("□ stands for a letter") in foreign
    assert "□" not in read(render_pdf(replace(board, partner="Bệnh viện Ωμέγα Київ"), TEMPLATES)).text


def test_a_browser_gets_the_letter_itself_but_nothing_that_turns_lines_around(board: Board) -> None:
    page = body(render_html(replace(board, partner="医院 \u202e\u2066Hospital"), TEMPLATES))
    assert "医院 Hospital" in page and "□" not in page
