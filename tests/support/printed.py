"""What is printed on a PDF, read with other libraries than the one that wrote it: its words, and glyph by glyph.

PDFium knows where each glyph is, but takes a line that is the same as the one above it for a shadow of it and leaves it
out of the text; pypdf gives the text whole.
"""

import ctypes
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pypdf
import pypdfium2
import pypdfium2.raw as raw

# What a line break may do to a text, and what nobody can see: the same text for a reader.
_DROPPED = re.compile("[\\s\u2212\u2011\u00ad\ufffe\u0002-]")


class Glyph(NamedTuple):
    """One printed letter and the rectangle of its ink, in points from the lower left corner of the sheet."""

    letter: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def size(self) -> float:
        """The area of the ink."""
        return max(self.right - self.left, 0.0) * max(self.top - self.bottom, 0.0)


class Printed(NamedTuple):
    """The only page of a PDF: its sheet in points, its text in reading order, squeezed, and its glyphs."""

    pages: int
    width: float
    height: float
    text: str
    glyphs: tuple[Glyph, ...]

    def outside(self, side: float, top: float, bottom: float) -> list[Glyph]:
        """The glyphs that reach into the margins."""
        return [
            glyph
            for glyph in self.glyphs
            if glyph.left < side
            or glyph.right > self.width - side
            or glyph.bottom < bottom
            or glyph.top > self.height - top
        ]

    def printed_over(self) -> list[tuple[Glyph, Glyph]]:
        """The pairs of glyphs of which one covers a good part of the other; neighbours in a word may be kerned."""
        found: list[tuple[Glyph, Glyph]] = []
        cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for at, glyph in enumerate(self.glyphs):
            near = {other for cell in _cells(glyph) for other in cells[cell] if at - other > 2}
            found += [(self.glyphs[other], glyph) for other in near if _covered(self.glyphs[other], glyph) > 0.25]
            for cell in _cells(glyph):
                cells[cell].append(at)
        return found


def squeezed(text: str) -> str:
    """A text without spaces, hyphens and invisible signs, for comparing what lines may have broken."""
    kept = (letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter) != "Cf")
    return _DROPPED.sub("", "".join(kept))


def read(pdf: bytes) -> Printed:
    """What is printed on the first page of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    glyphs = tuple(_glyphs(text.raw))
    words = squeezed(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text())
    found = Printed(len(document), page.get_width(), page.get_height(), words, glyphs)
    text.close()
    page.close()
    document.close()
    return found


def _glyphs(page: object) -> Iterator[Glyph]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at in range(raw.FPDFText_CountChars(page)):
        letter = chr(raw.FPDFText_GetUnicode(page, at))
        if raw.FPDFText_IsGenerated(page, at) or letter.isspace():
            continue
        raw.FPDFText_GetCharBox(page, at, *map(ctypes.byref, (left, right, bottom, top)))
        yield Glyph(letter, left.value, bottom.value, right.value, top.value)


def _cells(glyph: Glyph, side: float = 12.0) -> Iterator[tuple[int, int]]:
    for column in range(int(glyph.left // side), int(glyph.right // side) + 1):
        for row in range(int(glyph.bottom // side), int(glyph.top // side) + 1):
            yield column, row


def _covered(one: Glyph, other: Glyph) -> float:
    """The part of the smaller glyph that the larger one covers."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    smaller = min(one.size, other.size)
    return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0
