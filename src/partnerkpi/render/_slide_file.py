"""Knows the file around a slide: an empty presentation without traces of its template, and its bytes.

The same slide gives the same bytes: fixed dates, and no author but the district.
"""

import datetime as dt
import io
import re
import zipfile
from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Pt

from partnerkpi.models.board import Board
from partnerkpi.render._metrics import TYPEFACE
from partnerkpi.render._plain import plain
from partnerkpi.render._slide import HEIGHT, WIDTH

# The first day a ZIP archive knows; when a slide was made says nothing about it.
_NO_DAY = dt.datetime(1980, 1, 1)
_LAYOUT = "Title Only"
_TRACES = ("thumbnail", "printerSettings")


def new_presentation(board: Board, accent: str) -> Any:
    """A presentation of one size and one layout, in the board's colour, with the board's title and the district."""
    made = Presentation()
    stretch = Pt(WIDTH) / made.slide_width
    made.slide_width, made.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(made.slide_layouts):
        if layout.name != _LAYOUT:
            made.slide_layouts.remove(layout)
    down = made.slide_height / (made.slide_width / stretch * 0.75)
    for page in (made.slide_master, *made.slide_layouts):
        for shape in page.placeholders:
            _stretch(shape, stretch, down)
    _theme(made, accent)
    _describe(made.core_properties, board)
    for package in (made.part.package, made.part):
        _drop(package, _TRACES)
    return made


def _stretch(shape: Any, across: float, down: float) -> None:
    if shape._element.spPr.xfrm is not None:
        left, top, width, height = shape.left, shape.top, shape.width, shape.height
        shape.left, shape.width = round(left * across), round(width * across)
        shape.top, shape.height = round(top * down), round(height * down)


def _theme(made: Any, accent: str) -> None:
    """What is added by hand later looks like the rest."""
    part = made.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = part.blob.decode()
    theme = re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{TYPEFACE}", theme)
    theme = re.sub(r'(<a:accent1>\s*<a:srgbClr val=")[^"]*', rf"\g<1>{accent.upper()}", theme)
    part._blob = theme.encode()


def _describe(properties: Any, board: Board) -> None:
    properties.title, properties.author = plain(board.title)[:255], plain(board.district)[:255]
    properties.last_modified_by = properties.author
    properties.subject, properties.version = plain(board.period), board.version
    properties.language, properties.revision = board.language, 1
    properties.created = properties.modified = properties.last_printed = _NO_DAY
    properties.category = properties.comments = properties.keywords = ""


def _drop(package: Any, kinds: tuple[str, ...]) -> None:
    """Take away what the template brings along and nobody asked for."""
    relations = package._rels
    for key in [key for key, relation in relations.items() if relation.reltype.rpartition("/")[2] in kinds]:
        relations.pop(key)


def content_of(made: Any) -> bytes:
    """The presentation as bytes; its parts are in order of their names, the list of contents first."""
    stream, packed = io.BytesIO(), io.BytesIO()
    made.save(stream)
    with zipfile.ZipFile(stream) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, _NO_DAY.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            archive.writestr(entry, parts.read(name))
    return packed.getvalue()
