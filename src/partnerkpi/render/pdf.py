"""Knows how an HTML page becomes a PDF of exactly one page, tagged for screen readers, with nothing cut.

WeasyPrint is imported inside the functions: it takes most of a second, and only a PDF needs it. It may fetch nothing
but what is inside the page itself.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from partnerkpi.errors import ConfigurationError, DoesNotFit
from partnerkpi.models.agenda import Agenda
from partnerkpi.models.board import Board
from partnerkpi.models.manifest import FILE_NAME, Manifest, manifest_json
from partnerkpi.render._fitting import fitted
from partnerkpi.render._layout import Setting
from partnerkpi.render.html import load_templates, render_agenda_html, render_html

TOLERANCE = 1.0  # CSS pixels, three quarters of a point: rounding in the layout, not a cut
POINTS = 0.75  # in a CSS pixel


class Laid(NamedTuple):
    """A page that fits, laid out: its HTML, WeasyPrint's document, and how many points are free above the footer."""

    html: str
    document: Any
    free: float


def lay_out(html: str) -> Laid:
    """The page, laid out and checked.

    Raises DoesNotFit when it takes more than one page or when something would be cut, and ConfigurationError
    when the machine lacks Pango.
    """
    document = _layout(html)
    _check_one_page(document)
    _check_nothing_cut(document.pages[0])
    return Laid(html, document, _free(document.pages[0]._page_box))


def write(laid: Laid, manifest: Manifest | None = None) -> bytes:
    """The page as PDF/UA-1, its manifest attached; the same HTML and manifest give the same bytes on every machine with
    the same libraries.
    """
    attached = "" if manifest is None else manifest_json(manifest)
    identifier = hashlib.sha256((laid.html + attached).encode("utf-8")).hexdigest()[:32].encode("ascii")
    pdf: bytes = laid.document.write_pdf(
        finisher=_finish,
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier,
        full_fonts=True,
        attachments=_attached(manifest),
    )
    return pdf


def _finish(document: Any, pdf: Any) -> None:
    """What WeasyPrint 70 leaves undone or gets wrong."""
    _place_figures(document, pdf)
    _relate(pdf)


def _place_figures(document: Any, pdf: Any) -> None:
    """Give each tagged picture its box in points from the bottom of the page (ISO 32000-1, table 345).

    WeasyPrint 70 writes it in CSS pixels from the top, so that a reader would point somewhere else.
    """
    height = document.pages[0].height
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/Figure":
            left, top, right, bottom = element["A"]["BBox"]
            box = (left, height - bottom, right, height - top)
            element["A"]["BBox"][:] = [round(side * POINTS, 3) for side in box]


def render_pdf(html: str) -> bytes:
    """The page of some HTML; see `lay_out` and `write`."""
    return write(lay_out(html))


def _attached(manifest: Manifest | None) -> list[Any]:
    """The manifest as an attachment; its time is the end of what it tells of, for the same bytes."""
    if manifest is None:
        return []
    day = dt.datetime.fromisoformat(manifest.last_day)
    attachment = _weasyprint().Attachment(
        string=manifest_json(manifest).encode("utf-8"),
        name=FILE_NAME,
        description="Where every figure of this board comes from",
        created=day,
        modified=day,
        relationship="Data",
        url_fetcher=_fetcher(),
    )
    return [attachment]


def _relate(pdf: Any) -> None:
    """Say what the attachment is to the page (ISO 32000-2, 14.13), which WeasyPrint does for PDF/A alone."""
    files: list[Any] = [each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == "/Filespec"]
    for found in files:
        found["AFRelationship"] = "/Data"
    if files:
        pdf.catalog["AF"] = f"[{' '.join(found.reference.decode() for found in files)}]"


def _layout(html: str) -> Any:
    """The laid-out document, before anything is written."""
    weasyprint = _weasyprint()
    return weasyprint.HTML(string=html, url_fetcher=_fetcher()).render(_fonts(), pdf_variant="pdf/ua-1")


def _weasyprint() -> Any:
    try:
        import weasyprint
    except OSError as error:
        raise ConfigurationError(
            "A PDF cannot be made: the text layout library Pango is missing.",
            where=f"This machine ({error}).",
            now="Debian or Ubuntu: `apt-get install libpango-1.0-0 libpangoft2-1.0-0`; macOS: `brew install pango`.",
        ) from error
    return weasyprint


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """One font configuration for the process: it keeps the fonts that it has unpacked."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    """Nothing is fetched from the network or the disk: fonts are inside the page as `data:`."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"}, allow_redirects=False)


def _check_one_page(document: Any) -> None:
    if len(document.pages) != 1:
        raise DoesNotFit(
            f"The board takes {len(document.pages)} pages.",
            where=f"The second one starts with {_words(document.pages[1]._page_box)}.",
            now="Shorten the texts in the partner file, or show fewer KPIs, programs or goals.",
        )


def _check_nothing_cut(page: Any) -> None:
    """Page count alone does not prove it: a box may reach beyond the margin, or beyond the box it is in."""
    sheet = page._page_box
    area = _area(sheet.content_box_x(), sheet.content_box_y(), sheet.width, sheet.height)
    for box in _sticking_out(sheet, area, area):
        raise DoesNotFit(
            "Something on the board would be cut or printed over something else.",
            where=f"The part with {_words(box)}.",
            now="Shorten this text where it is written: in the partner file, partnerkpi.toml or the KPI file.",
        )


class _Area(NamedTuple):
    """A rectangle on the page in CSS pixels."""

    left: float
    top: float
    right: float
    bottom: float


def _area(left: float, top: float, width: float, height: float) -> _Area:
    return _Area(left, top, left + width, top + height)


def _sticking_out(box: Any, area: _Area, sheet: _Area) -> Iterator[Any]:
    """The boxes inside `box` that reach out of `area`; each block, cell and picture narrows it to itself."""
    from weasyprint.formatting_structure import boxes

    yield from _covered(box.children)
    for child in box.children:
        if isinstance(child, boxes.MarginBox):
            continue  # a page number stands in the margin
        frame = sheet if child.is_absolutely_positioned() else area
        inner = _edges(child)
        if isinstance(child, boxes.TextBox):
            # Glyphs may be taller than their line without harm; the line itself is checked.
            inner = inner._replace(top=frame.top, bottom=frame.bottom)
        if isinstance(child, boxes.LineBox):
            inner = inner._replace(left=frame.left, right=frame.right)
        if not isinstance(child, boxes.InlineBox) and not _holds(frame, inner):
            yield child
        if hasattr(child, "children"):
            loose = isinstance(child, (boxes.LineBox, boxes.InlineBox, boxes.TableRowBox, boxes.TableRowGroupBox))
            yield from _sticking_out(child, frame if loose else inner, sheet)


def _covered(siblings: Iterable[Any]) -> Iterator[Any]:
    """The boxes set at a fixed place on the page, such as the footer, that lie over the flow of the others."""
    placed = [box for box in siblings if box.is_absolutely_positioned()]
    for box in placed:
        flow = [other for other in siblings if other not in placed]
        if any(_overlap(_edges(box), _edges(other)) for other in flow):
            yield box


def _overlap(one: _Area, other: _Area) -> bool:
    return one.top < other.bottom - TOLERANCE and other.top < one.bottom - TOLERANCE


def _edges(box: Any) -> _Area:
    return _area(box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height())


def _holds(outer: _Area, inner: _Area) -> bool:
    return (
        inner.left >= outer.left - TOLERANCE
        and inner.top >= outer.top - TOLERANCE
        and inner.right <= outer.right + TOLERANCE
        and inner.bottom <= outer.bottom + TOLERANCE
    )


def _words(box: Any) -> str:
    """The first words of a box, in quotation marks, for a person to find it."""
    words = " ".join(_texts(box)).split()
    return f'"{" ".join(words[:8])[:60]}"' if words else "a picture"


def _texts(box: Any) -> Iterator[str]:
    """The texts in a box in reading order; a picture speaks with its title."""
    if hasattr(box, "text"):
        yield box.text
    elif hasattr(box, "replacement") and box.element is not None:
        yield from (str(child.text or "") for child in box.element if str(child.tag).endswith("title"))
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def _free(sheet: Any) -> float:
    """The points between what flows on the page and the footer that stands at its bottom."""
    boxes = {str(box.element_tag): box for box in sheet.descendants() if box.element_tag in ("main", "footer")}
    if set(boxes) != {"main", "footer"}:
        return 0.0
    return float((_edges(boxes["footer"]).top - _edges(boxes["main"]).bottom) * POINTS)


def prepare(templates: Sequence[Path]) -> None:
    """Load what a page needs, before there is a board; raises ConfigurationError when the machine lacks Pango."""
    _weasyprint()
    _fonts()
    _fetcher()
    load_templates(templates)


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The board as a PDF of one page, set as well as it fits; see `fitted`."""

    def attempt(setting: Setting) -> Laid:
        return lay_out(render_html(board, templates=templates, setting=setting))

    return write(fitted(board, attempt), board.manifest)


def render_agenda(agenda: Agenda, templates: Sequence[Path]) -> bytes:
    """The agenda of a check-in as a PDF of as many pages as it takes; raises DoesNotFit when something would be cut."""
    html = render_agenda_html(agenda, templates=templates)
    document = _layout(html)
    for page in document.pages:
        _check_nothing_cut(page)
    return write(Laid(html, document, 0.0))
