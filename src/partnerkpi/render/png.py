"""Knows how the page becomes a picture, for slides and web sites: the PDF, drawn by PDFium.

PDFium is imported inside the functions: only a picture needs it.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from partnerkpi.models.board import Board
from partnerkpi.render import pdf

DOTS_PER_INCH = 200
_POINTS_PER_INCH = 72


def prepare(templates: Sequence[Path]) -> None:
    """Load what a picture needs, before there is a board."""
    _pdfium()
    pdf.prepare(templates)


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The board as a PNG of `DOTS_PER_INCH`; raises as the PDF does. The same PDF gives the same bytes."""
    return picture(pdf.render(board, templates))


def picture(document: bytes) -> bytes:
    """The first page of a PDF as a PNG in red, green and blue, on white."""
    with _pdfium().PdfDocument(document) as pages:
        page = pages[0].render(scale=DOTS_PER_INCH / _POINTS_PER_INCH).to_pil()
    content = io.BytesIO()
    page.save(content, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return content.getvalue()


def _pdfium() -> Any:
    import pypdfium2

    return pypdfium2
