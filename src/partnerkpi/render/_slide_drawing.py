"""Knows how the things of a slide are drawn: native texts, shapes and tables that can be edited, not a picture."""

import io
from collections.abc import Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN_TYPE
from pptx.enum.shapes import MSO_AUTO_SHAPE_TYPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Emu, Pt

from partnerkpi.render._plain import plain
from partnerkpi.render._slide import (
    DIM,
    GUTTER,
    INK,
    LINE,
    Box,
    Chart,
    Mark,
    Paragraph,
    Picture,
    Slide,
    Table,
    Text,
    padding,
)

_EMU = 12_700  # in a point
_FORMS = {"triangle": MSO_AUTO_SHAPE_TYPE.ISOSCELES_TRIANGLE, "ring": MSO_AUTO_SHAPE_TYPE.OVAL}
_FORMS |= {"dot": MSO_AUTO_SHAPE_TYPE.OVAL}
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid (ECMA-376, table styles)
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DECORATIVE = (
    f'<a:extLst xmlns:a="{_MAIN}"><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}">'
    '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)


class Pen:
    """Draws things onto one slide of a presentation, in the language of its texts ("en-US")."""

    def __init__(self, presentation: Any, language: str) -> None:
        self.slide = presentation.slides.add_slide(presentation.slide_layouts[0])
        self.language = language

    def draw(self, slide: Slide) -> None:
        """Everything, in reading order, and the notes."""
        title = self.slide.shapes.title._element
        self.slide.shapes._spTree.remove(title)
        for thing in slide.things:
            match thing:
                case Text():
                    if thing.title:
                        self.slide.shapes._spTree.append(title)
                    self._text(thing)
                case Chart():
                    self._chart(thing)
                case Picture():
                    shape = self.slide.shapes.add_picture(io.BytesIO(thing.content), *_place(thing.box))
                    _tell(shape, thing.name, thing.alt)
                case Table():
                    self._table(thing)
        self.slide.notes_slide.notes_text_frame.text = "\n".join(slide.notes)

    def _text(self, thing: Text) -> None:
        place = _place(thing.box)
        shape = self.slide.shapes.title if thing.title else self.slide.shapes.add_textbox(*place)
        shape.left, shape.top, shape.width, shape.height = place
        shape.name = plain(thing.name)
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.TOP
        self._write(frame, thing.paragraphs, thing.size)

    def _write(self, frame: Any, paragraphs: Sequence[Paragraph], size: float) -> None:
        for number, paragraph in enumerate(paragraphs):
            line = frame.add_paragraph() if number else frame.paragraphs[0]
            line.alignment = PP_ALIGN.RIGHT if paragraph.right else PP_ALIGN.LEFT
            line.line_spacing, line.space_before, line.space_after = Pt(paragraph.leading(size)), Pt(0), Pt(0)
            for run in (run for run in paragraph.runs if run.text):
                written = line.add_run()
                written.text = run.text
                written.font.size = Emu(round(size * run.scale * 10) * _EMU // 10)
                written.font.bold, written.font.color.rgb = run.bold, _color(run.color)
                written._r.get_or_add_rPr().set("lang", self.language)
            # A paragraph without letters is as high as its end mark says.
            line._p.get_or_add_endParaRPr().set("sz", str(round(100 * size)))

    def _chart(self, thing: Chart) -> None:
        if len(thing.marks) == 1 and not thing.alt:
            _tell(self._mark(self.slide.shapes, thing.box, thing.marks[0]), thing.name, thing.alt)
            return
        group = self.slide.shapes.add_group_shape()
        for mark in thing.marks:
            _tell(self._mark(group.shapes, thing.box, mark), mark.kind, "")
        _tell(group, thing.name, thing.alt)

    def _mark(self, shapes: Any, within: Box, mark: Mark) -> Any:
        if mark.kind == "line":
            (x, y), *others = [_point(within.left + x, within.top + y) for x, y in mark.points]
            builder = shapes.build_freeform(x, y, scale=1.0)
            builder.add_line_segments(others, close=False)
            shape = builder.convert_to_shape()
        else:
            left, top = within.left + mark.box.left, within.top + mark.box.top
            form = _FORMS.get(mark.kind, MSO_AUTO_SHAPE_TYPE.RECTANGLE)
            shape = shapes.add_shape(form, *_place(Box(left, top, mark.box.width, mark.box.height)))
        shape._element.remove(shape._element.find(f"{{{_PRESENTATION}}}style"))
        _paint(shape, mark)
        return shape

    def _table(self, thing: Table) -> None:
        frame = self.slide.shapes.add_table(len(thing.rows), len(thing.columns), *_place(thing.box))
        _tell(frame, thing.name, thing.name)
        made = frame.table
        made._tbl.tblPr.find(f"{{{_MAIN}}}tableStyleId").text = _PLAIN_TABLE
        made.first_row, made.horz_banding = thing.header, False
        for column, width in zip(made.columns, thing.columns, strict=True):
            column.width = _emu(width)
        for at, (row, height) in enumerate(zip(thing.rows, thing.heights, strict=True)):
            made.rows[at].height = _emu(height)
            column = 0
            for cell in row.cells:
                place = made.cell(at, column)
                if cell.span > 1:
                    place.merge(made.cell(at, column + cell.span - 1))
                self._write(place.text_frame, cell.paragraphs, thing.size)
                column += cell.span
            for number, each in enumerate(made.rows[at].cells, start=1):
                _set_cell(
                    each,
                    padding(thing.size),
                    ruled=row.ruled,
                    last=number == len(thing.columns) or each.is_merge_origin,
                )


_PRESENTATION = "http://schemas.openxmlformats.org/presentationml/2006/main"


def _set_cell(cell: Any, above: float, *, ruled: bool, last: bool) -> None:
    """Text against the upper edge, and in the last column against the right one; a thin line above it or none."""
    right = 0 if last else _emu(GUTTER)
    cell.margin_left, cell.margin_right, cell.margin_top, cell.margin_bottom = 0, right, _emu(above), 0
    cell.vertical_anchor = MSO_ANCHOR.TOP
    if cell.is_spanned:
        cell.text_frame.paragraphs[0]._p.get_or_add_endParaRPr().set("sz", "100")
    line = f'<a:solidFill><a:srgbClr val="{LINE}"/></a:solidFill>' if ruled else "<a:noFill/>"
    properties = cell._tc.get_or_add_tcPr()
    for side in "LRTB":
        inside = line if side == "T" else "<a:noFill/>"
        properties.append(parse_xml(f'<a:ln{side} xmlns:a="{_MAIN}" w="6350">{inside}</a:ln{side}>'))
    properties.append(parse_xml(f'<a:noFill xmlns:a="{_MAIN}"/>'))


def _paint(shape: Any, mark: Mark) -> None:
    color = _color(mark.color)
    if mark.kind in ("bar", "dot"):
        shape.fill.solid()
        shape.fill.fore_color.rgb = color
        shape.line.fill.background()
        return
    if mark.kind == "hatch":
        light = mark.color == DIM
        shape.fill.patterned()
        shape.fill.pattern = MSO_PATTERN_TYPE.LIGHT_UPWARD_DIAGONAL if light else MSO_PATTERN_TYPE.WIDE_UPWARD_DIAGONAL
        shape.fill.fore_color.rgb, shape.fill.back_color.rgb = color, _color("ffffff")
    elif mark.kind in ("triangle", "ring"):
        shape.fill.solid()
        shape.fill.fore_color.rgb = _color("ffffff")
    else:
        shape.fill.background()
    shape.line.color.rgb = color
    shape.line.width = Pt(0.75 if mark.color in (INK, DIM) else 1)
    if mark.kind == "dashed":
        shape.line.dash_style = MSO_LINE_DASH_STYLE.DASH


def _tell(shape: Any, name: str, alt: str) -> None:
    """The name of a shape, and what a screen reader says of it; without anything to say it is decoration."""
    shape.name = plain(name)
    properties = shape._element.xpath(".//p:cNvPr")[0]
    if alt:
        properties.set("descr", plain(alt))
    else:
        properties.append(parse_xml(_DECORATIVE))


def _color(letters: str) -> Any:
    return RGBColor(*bytes.fromhex(letters))  # type: ignore[no-untyped-call]


def _place(box: Box) -> tuple[int, int, int, int]:
    return (*_point(box.left, box.top), _emu(max(box.width, 0.0)), _emu(max(box.height, 0.0)))


def _point(x: float, y: float) -> tuple[int, int]:
    return _emu(x), _emu(y)


def _emu(points: float) -> int:
    return round(points * _EMU)
