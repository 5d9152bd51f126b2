"""The slide: native, editable, complete, within its frame, the same bytes each time, and nothing of what is hidden."""

import dataclasses
import io
import itertools
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pptx
import pytest
from given import TODAY
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE_TYPE

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, DoesNotFit
from partnerkpi.models.board import Audience, Board, CheckinPanel, GoalPanel, KpiPanel
from partnerkpi.models.release import Release, State
from partnerkpi.render import render
from partnerkpi.render._layout import LEAST_FIRST
from partnerkpi.render._metrics import Run, line_count, text_width
from partnerkpi.render._slide import HEIGHT, WIDTH, Box, Slide, Table, Text
from partnerkpi.render._slide_layout import SIZES, slide_of
from partnerkpi.render.text import script
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
GOLDEN = Path(__file__).parent / "golden"
PARTNERS = ("hospital", "college", "manufacturer")
HAIR = 0.01  # points: rounding


@pytest.fixture(scope="module")
def boards(sample: Workspace) -> dict[tuple[str, str], Board]:
    """Every board of the sample district, by partner and audience."""
    return {
        (partner, audience.value): make_board(sample, partner, today=TODAY, audience=audience.value)[0]
        for partner in PARTNERS
        for audience in Audience
    }


@pytest.fixture(scope="module")
def board(boards: dict[tuple[str, str], Board]) -> Board:
    """The hospital's board for executives."""
    return boards["hospital", "executive"]


def opened(board: Board) -> Any:
    """The file as PowerPoint opens it."""
    return pptx.Presentation(io.BytesIO(render("pptx", board, TEMPLATES)))


def shapes(board: Board) -> list[Any]:
    """What lies on the slide, in reading order."""
    (slide,) = opened(board).slides
    return list(slide.shapes)


def parts(content: bytes) -> dict[str, str]:
    """The XML parts of a file, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: archive.read(name).decode() for name in archive.namelist() if not name.endswith((".png", ".jpeg"))
        }


def said(content: bytes) -> str:
    """Every text and alternative text of a file."""
    return "\n".join(
        found
        for name, xml in parts(content).items()
        if name.startswith(("ppt/slides/", "ppt/notesSlides/", "docProps/"))
        for found in re.findall(r'<a:t>([^<]*)|descr="([^"]*)"|name="([^"]*)"|<dc:title>([^<]*)', xml)
        for found in found
        if found
    )


def words_of(slide: Slide) -> Iterator[str]:
    """What a screen reader finds, in reading order: texts, the words for charts, the cells of tables."""
    for thing in slide.things:
        if isinstance(thing, Text):
            yield from ("".join(run.text for run in each.runs) for each in thing.paragraphs)
        elif isinstance(thing, Table):
            for row in thing.rows:
                cells = (" / ".join("".join(run.text for run in p.runs) for p in cell.paragraphs) for cell in row.cells)
                yield " | ".join(cells)
        elif thing.alt:
            yield f"[{thing.alt}]"


def body_size(slide: Slide) -> float:
    """The size of the body, which the outcome panel's title is set by."""
    return next(thing.size for thing in slide.things if isinstance(thing, Text) and thing.name == "Headline")


def hidden(release: Release) -> Release:
    """The release as it is when it may not be shown."""
    return dataclasses.replace(
        release, state=State.HIDDEN, text="fewer than ten", low=None, high=None, reason="fewer than ten"
    )


def all_hidden(board: Board) -> Board:
    """The board with nothing to show."""
    return dataclasses.replace(board, releases=tuple(map(hidden, board.releases)))


def all_empty(board: Board) -> Board:
    """The board before anything has been taken in."""
    panels: Any = (dataclasses.replace(panel, empty="No data yet.") for panel in board.panels)
    return dataclasses.replace(board, panels=tuple(panels), definitions=(), releases=(), story=())


def with_goals(board: Board, number: int) -> Board:
    """The board with so many goals."""

    def many(panel: GoalPanel) -> GoalPanel:
        goals = itertools.islice(itertools.cycle(panel.lines), number)
        return dataclasses.replace(panel, lines=tuple(goals))

    panels = tuple(many(panel) if isinstance(panel, GoalPanel) else panel for panel in board.panels)
    return dataclasses.replace(board, panels=panels)


def overlapping(boxes: list[Box]) -> list[tuple[Box, Box]]:
    """Pairs of boxes that share more than an edge."""
    return [
        (one, other)
        for one, other in itertools.combinations(boxes, 2)
        if min(one.right, other.right) - max(one.left, other.left) > HAIR
        and min(one.bottom, other.bottom) - max(one.top, other.top) > HAIR
    ]


def boxes_of(board: Board) -> list[Box]:
    """The boxes of the shapes on the slide, in points, as they are in the file."""
    return [
        Box(shape.left / 12700, shape.top / 12700, shape.width / 12700, shape.height / 12700) for shape in shapes(board)
    ]


def test_the_words_of_the_slide_are_the_golden_ones(board: Board) -> None:
    path, actual = GOLDEN / "board.pptx.txt", "\n".join(words_of(slide_of(board))) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(actual, "utf-8")
    assert actual == path.read_text("utf-8"), "run the tests with UPDATE_GOLDEN=1 if it should have changed"


def test_it_is_one_wide_slide_with_a_title_and_the_script_as_notes(board: Board) -> None:
    made = opened(board)
    (slide,) = made.slides
    assert (made.slide_width.pt, made.slide_height.pt) == (WIDTH, HEIGHT) and WIDTH / HEIGHT == 16 / 9
    assert slide.shapes.title.text_frame.text == "Cedar Ridge Public Schools × Riverbend Health"
    assert slide.shapes[0].name == "Title"
    assert slide.notes_slide.notes_text_frame.text.split("\n") == list(script(board))


def variants(board: Board) -> dict[str, Board]:
    """Boards that are hard to lay out."""
    long = "Consolidated Regional Partnership for Health Sciences of the Upper River Valley"
    return {
        "hidden": all_hidden(board),
        "empty": all_empty(board),
        "portrait": dataclasses.replace(board, orientation="portrait", paper="a4"),
        "long": dataclasses.replace(board, partner=long, district=long, formerly=long, vision=f"{long}. " * 3),
        "wide": dataclasses.replace(board, partner="W" * 60, contact="🏥 " * 40, ask="long words " * 20),
        "many goals": with_goals(board, 9),
        "no goals": with_goals(board, 1),
    }


def test_everything_lies_on_the_slide_and_nothing_over_another(boards: dict[tuple[str, str], Board]) -> None:
    hard = {("hospital", name): each for name, each in variants(boards["hospital", "board"]).items()}
    for of, board in (boards | hard).items():
        boxes = boxes_of(board)
        assert len(boxes) > 10, of
        assert all(box.left >= 0 and box.top >= 0 for box in boxes), of
        assert all(box.right <= WIDTH + HAIR and box.bottom <= HEIGHT + HAIR for box in boxes), of
        assert overlapping(boxes) == [], of


def test_the_test_for_overlaps_finds_one() -> None:
    boxes = [Box(0, 0, 10, 10), Box(10, 0, 10, 10), Box(9, 9, 3, 3)]
    assert overlapping(boxes) == [(boxes[0], boxes[2]), (boxes[1], boxes[2])]


def test_what_no_slide_can_hold_is_refused(board: Board) -> None:
    with pytest.raises(DoesNotFit) as caught:
        render("pptx", with_goals(board, 60), TEMPLATES)
    assert caught.value.exit_code == 6


def test_letters_shrink_before_a_panel_is_left_out_and_the_least_needed_goes_first(board: Board) -> None:
    few = slide_of(dataclasses.replace(board, panels=board.panels[:2]))
    more, many = slide_of(board), slide_of(with_goals(board, 9))
    assert body_size(few) > body_size(more) >= SIZES[-1]
    titles = {panel.id: panel.title for panel in board.panels}
    printed = {of: " ".join(words_of(slide)) for of, slide in (("more", more), ("many", many))}
    assert "No room" not in printed["more"]
    (names,) = re.findall(r"No room on this page for: ([^.]*)\.", printed["many"])
    gone = [name for name in LEAST_FIRST if titles.get(name) in names.split(", ")]
    assert "checkin" not in gone and len(gone) == len(names.split(", "))
    for name in gone:
        fewer = dataclasses.replace(
            with_goals(board, 9),
            panels=tuple(p for p in with_goals(board, 9).panels if p.id == name or p.id not in gone),
        )
        assert "No room" in " ".join(words_of(slide_of(fewer))), "there was room for it after all"


def test_everything_is_native_and_can_be_edited(board: Board) -> None:
    kinds = {shape.shape_type for shape in shapes(board)}
    assert kinds == {
        MSO_SHAPE_TYPE.PLACEHOLDER,
        MSO_SHAPE_TYPE.TEXT_BOX,
        MSO_SHAPE_TYPE.AUTO_SHAPE,
        MSO_SHAPE_TYPE.GROUP,
        MSO_SHAPE_TYPE.TABLE,
    }
    (goals,) = [shape.table for shape in shapes(board) if shape.name == "Shared vision: our goals"]
    assert [cell.text for cell in goals.rows[1].cells][:4] == ["Chronic absence V1", "18%", "12%", "12%"]
    assert goals.first_row and not goals.horz_banding


def test_a_bar_is_as_long_as_its_figure(board: Board) -> None:
    groups = [shape for shape in shapes(board) if shape.shape_type == MSO_SHAPE_TYPE.GROUP]
    (chart,) = [group for group in groups if group.name == "Attendance rate"]
    track, filled = [mark for mark in chart.shapes if mark.name == "bar"][:2]
    assert filled.width / track.width == pytest.approx(0.96, abs=0.001)
    assert filled.fill.fore_color.rgb == RGBColor(0x0B, 0x5C, 0x6E)  # type: ignore[no-untyped-call]


def test_every_chart_and_table_is_told_in_words_and_the_rest_is_decoration(board: Board) -> None:
    for shape in shapes(board):
        properties = shape._element.xpath(".//p:cNvPr")[0]
        if shape.shape_type in (MSO_SHAPE_TYPE.GROUP, MSO_SHAPE_TYPE.TABLE) and properties.get("descr"):
            continue
        if not shape.has_text_frame or not shape.text_frame.text:
            assert "decorative" in {child.tag.rpartition("}")[2] for child in properties.iter()}, shape.name
    told = [alt for shape in shapes(board) for alt in shape._element.xpath("./*/p:cNvPr/@descr")]
    assert "Chronic absence: 12%; target 12%; start 18%; similar students: 15%" in told


def test_what_is_hidden_is_hatched_and_a_range_is_too(board: Board, boards: dict[tuple[str, str], Board]) -> None:
    xml = parts(render("pptx", all_hidden(board), TEMPLATES))["ppt/slides/slide1.xml"]
    assert xml.count('prst="ltUpDiag"') > len(board.panels[0].lines)
    ranges = parts(render("pptx", boards["manufacturer", "executive"], TEMPLATES))["ppt/slides/slide1.xml"]
    assert ranges.count('prst="wdUpDiag"') == 3  # two figures, and the key


def test_no_number_of_a_hidden_figure_is_in_any_part(own_sample: Workspace, board: Board) -> None:
    settings = own_sample.root / "partnerkpi.toml"
    text = settings.read_text("utf-8")
    assert "minimum_group = 10" in text
    settings.write_text(text.replace("minimum_group = 10", "minimum_group = 30"), "utf-8")
    strict = make_board(Workspace(own_sample.root), "hospital", today=TODAY)[0]
    then = {release.code: release for release in board.releases}
    told = {release.text for release in strict.releases if release.state is State.SHOWN}
    lost = {
        then[release.code].text
        for release in strict.releases
        if release.state is State.HIDDEN and then[release.code].state is State.SHOWN
    } - told
    numbers = {text for text in lost if re.fullmatch(r"[\d,.$%]{3,}", text)}
    assert "1,303" in numbers
    before, after = render("pptx", board, TEMPLATES), render("pptx", strict, TEMPLATES)
    for number in numbers:
        alone = re.compile(rf"(?<![\d,.$]){re.escape(number)}(?![\d,%])")
        assert alone.search(said(before)), number
        assert not alone.search(said(after)), number
        assert "," not in number or not any(number in xml for xml in parts(after).values())


def test_the_same_board_is_the_same_bytes_in_another_process(board: Board, sample: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "slide.pptx"
    command = [sys.executable, "-m", "partnerkpi", "report", "--partner", "hospital", "--format", "pptx"]
    subprocess.run(
        [*command, "--out", str(out), "--workspace", str(sample.root)],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        check=True,
        capture_output=True,
    )
    assert out.read_bytes() == render("pptx", board, TEMPLATES)


def test_the_parts_of_the_file_belong_together(board: Board) -> None:
    found = parts(render("pptx", board, TEMPLATES))
    ids = re.findall(r'<p:cNvPr id="(\d+)"', found["ppt/slides/slide1.xml"])
    assert len(ids) == len(set(ids)) > 100
    for name, xml in found.items():
        folder, _, file = name.rpartition("/")
        known = re.findall(r'Id="(\w+)"', found.get(f"{folder}/_rels/{file}.rels", ""))
        assert set(re.findall(r'r:(?:id|embed|link)="(\w+)"', xml)) <= set(known), name
    theme = found["ppt/theme/theme1.xml"]
    assert '<a:accent1><a:srgbClr val="0B5C6E"/>' in theme and theme.count('<a:latin typeface="Arial"') == 2


def test_the_file_tells_of_nobody_but_the_district_and_of_no_day(board: Board) -> None:
    content = render("pptx", board, TEMPLATES)
    about = opened(board).core_properties
    assert (about.author, about.last_modified_by, about.title) == (board.district, board.district, board.title)
    assert {about.created.year, about.modified.year, about.last_printed.year} == {1980}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name or "printer" in name]
        assert archive.namelist()[0] == "[Content_Types].xml" and archive.testzip() is None


@pytest.mark.parametrize(
    "text", ["</a:t><x/>", "{{7*7}}", "\u202eleft \u200b zero", "🏥 emoji", "a\u0001b\u001b[2J", '"&<']
)
def test_every_text_from_a_file_is_printed_as_text(board: Board, text: str) -> None:
    panels = []
    for panel in board.panels:
        panel = dataclasses.replace(panel, title=text)
        if isinstance(panel, KpiPanel):
            panel = dataclasses.replace(
                panel, lines=tuple(dataclasses.replace(each, name=text) for each in panel.lines)
            )
        if isinstance(panel, CheckinPanel):
            panel = dataclasses.replace(panel, decisions=(text,))
        panels.append(panel)
    hostile = dataclasses.replace(
        board, partner=text, district=text, vision=text, contact=text, title=text, panels=tuple(panels)
    )
    printed = "".join(character for character in text if character.isprintable())
    title = next(shape for shape in shapes(hostile) if shape.name == "Title").text_frame.text
    assert title == " × ".join([" ".join(printed.split())] * 2)


def test_without_the_extra_it_says_what_to_install(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("pptx", "partnerkpi.render._slide_"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(ConfigurationError) as caught:
        render("pptx", board, TEMPLATES)
    assert 'pip install "partnerkpi[slides]"' in caught.value.now and len(str(caught.value).splitlines()) == 3


def test_widths_are_those_of_the_typeface() -> None:
    # Helvetica: H 722, e 556, l 222, o 556; bold: H 722, e 556, l 278, o 611.
    assert text_width("Hello", 10) == pytest.approx(22.78)
    assert text_width("Hello", 10, bold=True) == pytest.approx(24.45)
    assert text_width("é", 10) == text_width("e", 10)


def test_lines_end_at_spaces_and_long_words_are_broken() -> None:
    # A zero is 5.56 points wide at 10 points; a line holds 3 percent less than it is wide.
    assert line_count([Run("00 00")], 10, 25.7) == 2
    assert line_count([Run("00 00")], 10, 25.8) == 1
    assert line_count([Run("00\u00a000")], 10, 25.7) == 2
    assert line_count([Run("0000"), Run("0000")], 10, 24.0) == 2
    assert line_count([Run("")], 10, 24.0) == 1
