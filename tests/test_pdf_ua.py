"""The PDF's tags: what PDF/UA-1 (ISO 14289-1:2014) asks of a page like this, read from the file itself.

Every test is about structure in general and holds for every board; none knows a panel by name.
"""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import pytest
from boards import VARIANTS
from given import TODAY
from marked_content import Box, Mark
from tag_tree import Element, TaggedPdf, read_tags

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.models.board import Board
from partnerkpi.render import render
from partnerkpi.render.pdf import render_pdf
from partnerkpi.report.district import make_district_page
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
NEAR = 1.5  # points: letters and rules of neighbours may touch
# ISO 32000-1, 14.8.4: the standard structure types.
GROUPING = {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "NonStruct"}
BLOCKS = {"P", "H1", "H2", "H3", "H4", "H5", "H6", "TH", "TD", "Lbl", "LBody"}
OTHERS = {"L", "LI", "Table", "THead", "TBody", "TFoot", "TR", "Span", "Link", "Figure"}
HEADINGS = ("H1", "H2", "H3", "H4", "H5", "H6")
INSIDE = {
    "Table": {"THead", "TBody", "TFoot", "TR", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
    "L": {"LI", "Caption"},
    "LI": {"Lbl", "LBody"},
}


@lru_cache
def _tags(board: Board) -> TaggedPdf:
    return read_tags(render("pdf", board, TEMPLATES))


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district."""
    return make_board(sample, "hospital", today=TODAY, period=None)[0]


@pytest.fixture(scope="session", params=[*VARIANTS, "a4", "portrait", "pipeline", "district", "district hidden"])
def any_board(request: pytest.FixtureRequest, board: Board, sample: Workspace) -> Board:
    """The sample board, one with everything hidden, an empty one, one of odd strings, one on A4, one upright.

    And a school board's with the pipeline, and the district's page.
    """
    if request.param == "pipeline":
        return make_board(sample, "manufacturer", today=TODAY, audience="board")[0]
    if request.param.startswith("district"):
        page = make_district_page(sample, today=TODAY)[0]
        return VARIANTS["hidden"](page) if "hidden" in request.param else page
    if request.param == "a4":
        return dataclasses.replace(board, paper="a4")
    if request.param == "portrait":
        return dataclasses.replace(board, orientation="portrait")
    return VARIANTS[request.param](board)


@pytest.fixture(scope="session")
def pdf(any_board: Board) -> TaggedPdf:
    """The tags of such a board."""
    return _tags(any_board)


def _text(value: str) -> str:
    return " ".join(value.replace("\u00a0", " ").split())


def test_the_file_names_itself_and_its_language(pdf: TaggedPdf, any_board: Board) -> None:
    # ISO 14289-1, 5 (identifier), 7.1 (title, shown by the reader; marked; no suspects), 7.2 (language).
    assert 'pdfuaid:part="1"' in pdf.xmp and "<dc:title>" in pdf.xmp
    assert pdf.catalog["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert pdf.catalog["/MarkInfo"]["/Marked"].value is True and "/Suspects" not in pdf.catalog["/MarkInfo"]
    assert pdf.catalog["/Lang"] == any_board.language
    assert pdf.reader.metadata is not None and _text(str(pdf.reader.metadata.title)) == _text(any_board.title)


def test_every_font_is_inside_and_can_be_read_as_text(pdf: TaggedPdf) -> None:
    # 7.21.4.1 and 7.21.7; a character without a meaning would be read as U+FFFD here.
    resources: Any = pdf.reader.pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor) and "/ToUnicode" in font
    assert not [mark.text for mark in pdf.marks if "\ufffd" in mark.text]


def test_all_that_is_painted_is_tagged_or_an_artifact(pdf: TaggedPdf) -> None:
    # 7.1: content is marked as an artifact or tagged as real content; no tag is inside an artifact or the other way.
    painted = [mark for mark in pdf.marks if mark.box is not None]
    assert any(mark.mcid is not None for mark in painted)
    assert not [mark for mark in painted if mark.mcid is None and mark.tag != "Artifact"]
    assert not [mark for mark in painted if mark.tag == "Artifact" and mark.text.strip()]


def test_every_tagged_content_is_in_the_tree_once(pdf: TaggedPdf) -> None:
    on_page, in_tree = (Counter(mark.mcid for mark in marks) for marks in (pdf.marks, pdf.root.marks()))
    del on_page[None]  # the artifacts
    assert on_page == in_tree and set(on_page.values()) == {1}


def test_the_parent_tree_leads_back_to_the_element_of_each_content(pdf: TaggedPdf) -> None:
    # ISO 32000-1, 14.7.4.4: how a reader finds the tag of what is under the pointer.
    parents = pdf.parents()
    for mark in pdf.root.marks():
        assert mark.mcid is not None
        assert mark.mcid in [child.mcid for child in parents[mark.mcid].children if isinstance(child, Mark)]


def test_roles_are_standard_and_stand_where_they_may(pdf: TaggedPdf) -> None:
    for element in pdf.root.walk():
        assert element.role in GROUPING | BLOCKS | OTHERS
        inside = {child.role for child in element.elements()}
        assert inside <= INSIDE.get(element.role, inside), element.role
        if element.role in {"P", *HEADINGS}:
            deeper = {child.role for child in element.walk() if child is not element}
            assert not deeper & {"P", *HEADINGS, "Table", "Sect", "Art"}, f"{element.role}: {element.text}"


def test_there_is_one_h1_and_no_heading_level_is_skipped(pdf: TaggedPdf, any_board: Board) -> None:
    # 7.4.2
    headings = pdf.find(*HEADINGS)
    levels = [int(heading.role[1]) for heading in headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(heading.text.strip() for heading in headings)
    partner, first = (re.sub(r"\W", "", text) for text in (any_board.partner, headings[0].text))
    assert partner in first


def test_rows_are_equally_wide_and_every_cell_of_data_has_its_headers(pdf: TaggedPdf) -> None:
    # 7.5: WeasyPrint writes no Scope; the headers of each cell are named by their ids instead, which is as good.
    for table in pdf.find("Table"):
        cells = [cell for cell in table.walk() if cell.role in ("TH", "TD")]
        ids = [cell.id for cell in cells if cell.role == "TH"]
        assert ids and None not in ids and len(set(ids)) == len(ids)
        assert len(set(_widths_of_rows(table))) == 1
        for cell in cells:
            named = [str(name) for name in cell.attributes.get("/Headers", [])]
            assert set(named) <= set(ids)
            assert named or cell.role == "TH" or not cell.text.strip(), f"no header: {cell.text}"


def _widths_of_rows(table: Element) -> list[int]:
    """How many columns each row covers; cells that reach down from rows above count too."""
    reaching: dict[int, int] = {}
    widths = []
    for row in (element for element in table.walk() if element.role == "TR"):
        width = sum(1 for rows in reaching.values() if rows > 0)
        reaching = {at: rows - 1 for at, rows in reaching.items() if rows > 1}
        for cell in row.elements():
            across, down = (int(cell.attributes.get(name, 1)) for name in ("/ColSpan", "/RowSpan"))
            reaching.update({len(reaching) + at: down - 1 for at in range(across) if down > 1})
            width += across
        widths.append(width)
    return widths


def test_every_figure_says_what_it_shows_and_where(pdf: TaggedPdf) -> None:
    # 7.3: an alternative text; ISO 32000-1, table 345: a box in points, from the bottom of the page.
    height = float(pdf.reader.pages[0].mediabox.top)
    for figure in pdf.find("Figure"):
        assert figure.alt and figure.alt.strip()
        left, bottom, right, top = (float(side) for side in figure.attributes["/BBox"])
        placed = Box(left, height - top, right, height - bottom)
        assert figure.box is not None and _holds(placed, figure.box), figure.alt


def _holds(outer: Box, inner: Box) -> bool:
    near = NEAR
    return (
        inner.left >= outer.left - near
        and inner.top >= outer.top - near
        and inner.right <= outer.right + near
        and inner.bottom <= outer.bottom + near
    )


def test_what_is_hidden_is_hidden_in_alternative_texts_too(board: Board) -> None:
    hidden, shown = _tags(VARIANTS["hidden"](board)), {release.text for release in board.shown()}
    spoken = " ".join(str(figure.alt) for figure in hidden.find("Figure"))
    figures = [text for text in shown if len(text) > 4 and "target" not in text]
    assert figures and not [text for text in figures if text in spoken]


def test_the_order_of_the_tags_is_the_order_of_reading(pdf: TaggedPdf) -> None:
    """Top to bottom within a panel, panels left to right, row by row.

    Of two pieces of content, the later one is never above the earlier one unless it is to the right of it (the next
    column), and never left of it unless it is below it (the next line).
    """
    wrong = _out_of_order(pdf)
    assert not wrong, "\n".join(f"{one!r} is read before {other!r}" for one, other in wrong[:10])


def _out_of_order(pdf: TaggedPdf) -> list[tuple[str, str]]:
    marks = [mark for mark in pdf.root.marks() if mark.box is not None]
    return [(one.text, other.text) for one, other in combinations(marks, 2) if one.box and _before(other.box, one.box)]


@pytest.mark.parametrize(
    ("style", "wrong"),
    [
        ("", []),
        ("i { float: left }", [("one", "two")]),
        ("p { position: absolute; top: 0 } h2 { margin-top: 9em }", [("Title", "one"), ("Title", "two")]),
    ],
)
def test_an_order_that_differs_from_the_page_is_found(style: str, wrong: list[tuple[str, str]]) -> None:
    body = "<h2>Title</h2><p><b>one</b><i>two</i></p>"
    page = f"<html lang=en><title>A page</title><style>{style}</style>{body}</html>"
    assert _out_of_order(read_tags(render_pdf(page))) == wrong


def _before(other: Box | None, one: Box) -> bool:
    """Whether a reader would come to `other` before `one`."""
    assert other is not None
    above, right = other.bottom <= one.top + NEAR, other.left >= one.right - NEAR
    left, below = other.right <= one.left + NEAR, other.top >= one.bottom - NEAR
    return (above and not right) or (left and not below)


def test_a_panel_is_read_whole_before_the_next(pdf: TaggedPdf) -> None:
    # Sections and articles side by side in the tree do not overlap on the page, so neither is read through the other.
    for element in pdf.root.walk():
        blocks = [child for child in element.elements() if child.role in ("Sect", "Art") and child.box]
        for one, other in combinations(blocks, 2):
            assert not _overlap(one.box, other.box), f"{one.text[:40]} / {other.text[:40]}"


def _overlap(one: Box | None, other: Box | None) -> bool:
    assert one is not None and other is not None
    across = one.left < other.right - NEAR and other.left < one.right - NEAR
    return across and one.top < other.bottom - NEAR and other.top < one.bottom - NEAR


def test_words_are_kept_apart(pdf: TaggedPdf) -> None:
    """Where a gap separates two words on a line, a space does so in the text that a screen reader gets.

    WeasyPrint 70 paints nothing for a space that stands alone between two elements (`draw_first_line` leaves early),
    and tags an empty text. The space has to stand inside one of the elements: `<b>a</b><b> b</b>`.
    """
    joined = [
        (one.text, other.text) for block in _lines(pdf.root) for one, other in pairwise(block) if _run(one, other)
    ]
    assert not joined


def _lines(root: Element) -> Iterator[list[Mark]]:
    """The pieces of text of each paragraph, heading or cell, in order."""
    for element in root.walk():
        if element.role in BLOCKS:
            yield [mark for mark in element.marks() if mark.text and mark.box is not None]


def _run(one: Mark, other: Mark) -> bool:
    """Whether two words stand apart on one line, and are one word in the text."""
    assert one.box is not None and other.box is not None
    same_line = one.box.top < other.box.bottom and other.box.top < one.box.bottom
    apart = other.box.left - one.box.right > 0.5
    spaced = one.text[-1].isspace() or other.text[0].isspace()
    return same_line and apart and not spaced
