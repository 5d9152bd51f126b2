"""The page: golden files, one sheet whatever stands on it, data printed as data, and nothing fetched.

That hostile texts do no harm on paper either is tried in test_hostile_texts.py, in every field at once.
"""

import dataclasses
import html.parser
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import PIL.Image
import pypdf
import pytest
from given import ROOT, TODAY, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Board, GoalLine, GoalPanel, KpiLine, KpiPanel, Panel
from partnerkpi.models.release import Release, State
from partnerkpi.render import formats, render
from partnerkpi.render._color import contrast_on_white, readable_color
from partnerkpi.render.pdf import render_pdf
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
GOLDEN = Path(__file__).parent / "golden"
HOSTILE = [
    "</td><h1>FAKE</h1>",
    "<!-- gone",
    "{{7*7}}{% raw %}",
    '<link rel=attachment href="file:///etc/hostname">',
    "🏥 emoji",
    '" onload="alert(1)" x="',
    "W" * 300,
    "long words " * 30,
]


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district."""
    return make_board(sample, "hospital", today=TODAY, period=None)[0]


def _assert_golden(name: str, actual: str) -> None:
    """Compare with the golden file; UPDATE_GOLDEN=1 writes it anew instead."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(actual, "utf-8")
    assert actual == path.read_text("utf-8"), f"{name} has changed; if it should, run the tests with UPDATE_GOLDEN=1"


def _body(page: str) -> str:
    """What a reader reads: the body, without the style sheet and its fonts."""
    return page[page.index("<body") :]


def _texts(page: str) -> list[str]:
    """Every text node of a page, in order."""
    found: list[str] = []

    class Reader(html.parser.HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Reader().feed(_body(page))
    return found


def _elements(page: str) -> list[str]:
    return [name for name in re.findall(r"<(\w+)", _body(page)) if name != "wbr"]


def _pdf(board: Board) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render("pdf", board, TEMPLATES)))


def test_the_html_body_is_the_golden_one(board: Board) -> None:
    _assert_golden("board.html", _body(render("html", board, TEMPLATES).decode()))


def test_the_json_is_the_golden_one_and_has_its_schema(board: Board) -> None:
    text = render("json", board, TEMPLATES).decode()
    assert json.loads(text)["schema"] == "partnerkpi.board/2"
    _assert_golden("board.json", text)


def test_every_renderer_of_the_folder_is_a_format() -> None:
    assert formats() == ("csv", "html", "json", "pdf", "png", "pptx", "text")


def test_the_pdf_is_one_tagged_page_with_title_and_language(board: Board) -> None:
    reader = _pdf(board)
    catalog = reader.trailer["/Root"]
    assert len(reader.pages) == 1
    assert reader.metadata is not None and reader.metadata.title == board.title
    assert "'/Lang': 'en'" in str(catalog) and "'/Marked': True" in str(catalog)
    width, height = (float(side) for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (792, 612)


def test_a4_is_a_setting(board: Board) -> None:
    width, height = (float(side) for side in _pdf(dataclasses.replace(board, paper="a4")).pages[0].mediabox[2:])
    assert (round(width), round(height)) == (842, 595)


def test_every_shown_figure_of_a_line_is_printed_on_the_pdf(board: Board) -> None:
    printed = " ".join(_pdf(board).pages[0].extract_text().replace("\u00a0", " ").split())
    for line in board.kpi_lines:
        assert board.release(line.now).text in printed, line.kpi


def test_the_same_board_is_the_same_bytes_in_another_process(board: Board, sample: Workspace, tmp_path: Path) -> None:
    here = render("pdf", board, TEMPLATES)
    for number, environment in enumerate(({"TZ": "Asia/Tokyo", "LC_ALL": "C"}, {"TZ": "UTC", "LC_ALL": "C.UTF-8"})):
        out = tmp_path / f"{number}.pdf"
        command = [sys.executable, "-m", "partnerkpi", "report", "--partner", "hospital", "--out", str(out)]
        subprocess.run(
            [*command, "--workspace", str(sample.root)],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONHASHSEED": str(number + 1), **environment},
            check=True,
            capture_output=True,
        )
        assert out.read_bytes() == here


def _hostile(panel: Panel, text: str) -> Panel:
    """The panel with another name on every goal or KPI."""
    if isinstance(panel, GoalPanel):
        return dataclasses.replace(panel, lines=tuple(dataclasses.replace(line, name=text) for line in panel.lines))
    if isinstance(panel, KpiPanel):
        return dataclasses.replace(panel, lines=tuple(dataclasses.replace(line, name=text) for line in panel.lines))
    return panel


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_every_text_from_a_file_is_text_on_the_page(board: Board, text: str) -> None:
    hostile = dataclasses.replace(
        board,
        partner=text,
        district=text,
        vision=text,
        contact=text,
        title=text,
        panels=tuple(_hostile(panel, text) for panel in board.panels),
    )
    page = render("html", hostile, TEMPLATES).decode()
    assert _elements(page) == _elements(render("html", board, TEMPLATES).decode())
    assert any(text.strip() in found for found in _texts(page))


def test_nothing_is_fetched_from_disk_or_network(board: Board, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for the page")
    page = render("html", board, TEMPLATES).decode()
    tempted = page.replace("<body", f'<link rel="attachment" href="{secret.as_uri()}"><body', 1)
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(tempted)))
    assert not reader.attachments


def test_what_would_be_cut_is_refused_and_named(board: Board) -> None:
    page = render("html", board, TEMPLATES).decode()
    pushed = page.replace("<body", '<body><div style="width: 3000px">far too wide for the sheet</div><x', 1)
    with pytest.raises(DoesNotFit) as caught:
        render_pdf(pushed)
    assert caught.value.exit_code == 6


def _hidden(release: Release) -> Release:
    return dataclasses.replace(
        release, state=State.HIDDEN, text="fewer than 10 students", low=None, high=None, reason="fewer than 10 students"
    )


def test_a_hidden_board_is_one_page_and_draws_the_same_whatever_is_hidden(board: Board) -> None:
    hidden = dataclasses.replace(board, releases=tuple(_hidden(release) for release in board.releases))
    other = dataclasses.replace(
        board, releases=tuple(_hidden(dataclasses.replace(r, low=1.0, high=2.0)) for r in board.releases)
    )
    assert render("html", hidden, TEMPLATES) == render("html", other, TEMPLATES)
    assert len(pypdf.PdfReader(io.BytesIO(render("pdf", hidden, TEMPLATES))).pages) == 1


def test_a_board_without_anything_says_what_is_missing_on_one_page(board: Board) -> None:
    empty = dataclasses.replace(
        board,
        panels=tuple(dataclasses.replace(panel, empty="No data yet.") for panel in board.panels),
        definitions=(),
    )
    text = _pdf(empty).pages[0].extract_text()
    assert text.count("No data yet.") == len(board.panels)


@pytest.mark.parametrize(("goals", "kpis"), [(1, 1), (1, 2), (8, 3), (12, 4)])
def test_any_number_of_goals_and_kpis_is_one_page_or_refused(board: Board, goals: int, kpis: int) -> None:
    def many(panel: Panel) -> Panel:
        if isinstance(panel, GoalPanel):
            first: GoalLine = panel.lines[0]
            return dataclasses.replace(
                panel, lines=tuple(dataclasses.replace(first, code=f"V{n}") for n in range(goals))
            )
        if isinstance(panel, KpiPanel):
            lines: list[KpiLine] = [panel.lines[n % len(panel.lines)] for n in range(kpis)]
            return dataclasses.replace(panel, lines=tuple(lines))
        return panel

    mixed = dataclasses.replace(board, panels=tuple(many(panel) for panel in board.panels))
    try:
        assert len(_pdf(mixed).pages) == 1
    except DoesNotFit:
        assert goals + 4 * kpis > 20


@given(color=st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_a_partner_colour_can_always_be_read_on_white(color: str) -> None:
    assert contrast_on_white(readable_color(color)) >= 4.5
    if contrast_on_white(color) >= 4.5:
        assert readable_color(color).lower() == color


def test_a_workspace_may_override_one_template_and_keep_the_rest(board: Board, tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "templates").mkdir()
    (made.root / "templates" / "vision.html.j2").write_text("<p>our own words</p>")
    page = render("html", board, assets.search_path("templates", made.root)).decode()
    assert "our own words" in page and board.headline.text.split()[0] in page


def test_the_picture_in_the_docs_is_of_the_golden_board() -> None:
    """When the golden board changes, `make picture` draws the picture anew."""
    golden = json.loads((GOLDEN / "board.json").read_text("utf-8"))
    with PIL.Image.open(ROOT / "docs" / "board.png") as picture:
        assert picture.size > (1000, 700)
        assert picture.info.get("Version") == golden["version"], "the board has changed: run `make picture`"
