"""Knows how an HTML page becomes a PDF of exactly one page, tagged for screen readers, with nothing cut.

WeasyPrint is imported inside the functions: it takes most of a second, and only a PDF needs it. It may fetch nothing
but what is inside the page itself.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from partnerkpi.errors import ConfigurationError, DoesNotFit
from partnerkpi.models.agenda import Agenda
from partnerkpi.models.board import Board
from partnerkpi.models.manifest import FILE_NAME, Manifest, manifest_json
from partnerkpi.render._clipping import check_nothing_cut, edges, words
from partnerkpi.render._fitting import fitted
from partnerkpi.render._layout import Setting, sheet
from partnerkpi.render.html import load_templates, render_agenda_html, render_html

POINTS = 0.75  # in a CSS pixel
# What a letter takes at the very least, in square points, of the body and of the footer; and what is no letter.
_LETTER, _SMALL_LETTER = 40.0, 26.0
_TAGS = re.compile(r"<svg.*?</svg>|<[^>]*>|\s+(?=\s)", re.DOTALL)


class Laid(NamedTuple):
    """A page that fits, laid out: its HTML, WeasyPrint's document, and points above the footer, free ones and all."""

    html: str
    document: Any
    free: float
    middle: float = 0.0


def lay_out(html: str) -> Laid:
    """The page, laid out and checked.

    Raises DoesNotFit when it takes more than one page or when something would be cut, and ConfigurationError
    when the machine lacks Pango.
    """
    document = _layout(html)
    _check_one_page(document)
    check_nothing_cut(document.pages[0])
    return Laid(html, document, *_room(document.pages[0]._page_box))


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


def _check_letters(html: str, area: float) -> None:
    """Refuse at once what no layout could bring onto the sheet: to lay out dozens of pages takes many seconds."""
    body, _, footer = html.partition("<body")[2].partition("<footer")
    needed = _LETTER * len(_TAGS.sub("", body)) + _SMALL_LETTER * len(_TAGS.sub("", footer))
    if needed > area:
        raise DoesNotFit(
            f"The board takes about {needed / area:.1f} pages.",
            where="All texts of the board together.",
            now="Shorten the texts in the partner file, or show fewer KPIs, programs or goals.",
        )


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
            where=f"The second one starts with {words(document.pages[1]._page_box)}.",
            now="Shorten the texts in the partner file, or show fewer KPIs, programs or goals.",
        )


def _room(sheet: Any) -> tuple[float, float]:
    """The points that are free above the footer, and all there are between it and the header."""
    boxes = {str(box.element_tag): box for box in sheet.descendants() if box.element_tag in ("main", "footer")}
    if set(boxes) != {"main", "footer"}:
        return 0.0, 0.0
    main, footer = edges(boxes["main"]), edges(boxes["footer"])
    return (footer.top - main.bottom) * POINTS, (footer.top - main.top) * POINTS


def prepare(templates: Sequence[Path]) -> None:
    """Load what a page needs, before there is a board; raises ConfigurationError when the machine lacks Pango."""
    _weasyprint()
    _fonts()
    _fetcher()
    load_templates(templates)


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The board as a PDF of one page, set as well as it fits; see `fitted`."""

    width, height = sheet(board)

    def attempt(setting: Setting) -> Laid:
        html = render_html(board, templates=templates, setting=setting, drawn=True)
        _check_letters(html, width * height)
        return lay_out(html)

    return write(fitted(board, attempt), board.manifest)


def render_agenda(agenda: Agenda, templates: Sequence[Path]) -> bytes:
    """The agenda of a check-in as a PDF of as many pages as it takes; raises DoesNotFit when something would be cut."""
    html = render_agenda_html(agenda, templates=templates)
    document = _layout(html)
    for page in document.pages:
        check_nothing_cut(page)
    return write(Laid(html, document, 0.0))
