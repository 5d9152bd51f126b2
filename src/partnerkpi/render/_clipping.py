"""Knows whether something on a laid-out page is cut or printed over something else.

It knows WeasyPrint's boxes by the names of their classes and by where they say they are.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from partnerkpi.errors import DoesNotFit

TOLERANCE = 1.0  # CSS pixels, three quarters of a point: rounding in the layout, not a cut


def check_nothing_cut(page: Any) -> None:
    """Page count alone does not prove it: a box may reach beyond the margin or the box it is in, or over another."""
    sheet = page._page_box
    area = _area(sheet.content_box_x(), sheet.content_box_y(), sheet.width, sheet.height)
    for box in chain(_sticking_out(sheet, area, area), _printed_over(sheet)):
        raise DoesNotFit(
            "Something on the board would be cut or printed over something else.",
            where=f"The part with {words(box)}.",
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
    yield from _covered(box.children)
    for child in box.children:
        if _is(child, "MarginBox"):
            continue  # a page number stands in the margin
        frame = sheet if child.is_absolutely_positioned() else area
        inner = edges(child)
        if _is(child, "TextBox"):
            # Glyphs may be taller than their line without harm; the line itself is checked.
            inner = inner._replace(top=frame.top, bottom=frame.bottom)
        if _is(child, "LineBox"):
            inner = inner._replace(left=frame.left, right=frame.right)
        if not _is(child, "InlineBox") and not _holds(frame, inner):
            yield child
        if hasattr(child, "children"):
            loose = _is(child, "LineBox", "InlineBox", "TableRowBox", "TableRowGroupBox")
            yield from _sticking_out(child, frame if loose else inner, sheet)


def _is(box: Any, *kinds: str) -> bool:
    """Whether a box is of one of these classes, or of one that is made from it."""
    return any(kind.__name__ in kinds for kind in type(box).__mro__)


def _covered(siblings: Iterable[Any]) -> Iterator[Any]:
    """The boxes set at a fixed place on the page, such as the footer, that lie over the flow of the others."""
    placed = [box for box in siblings if box.is_absolutely_positioned()]
    for box in placed:
        flow = [other for other in siblings if other not in placed]
        if any(_overlap(edges(box), edges(other)) for other in flow):
            yield box


def _printed_over(sheet: Any) -> Iterator[Any]:
    """The words and pictures that lie over other ones, compared by what is printed of them."""
    printed = sorted(((_ink(box), box) for box in sheet.descendants() if _prints(box)), key=lambda each: each[0].top)
    above: list[tuple[_Area, Any]] = []
    for area, box in printed:
        above = [each for each in above if each[0].bottom - TOLERANCE > area.top]
        for other, upper in above:
            if other.left < area.right - TOLERANCE and area.left < other.right - TOLERANCE:
                yield upper
        above.append((area, box))


def _prints(box: Any) -> bool:
    return bool(box.text.strip()) if hasattr(box, "text") else hasattr(box, "replacement")


def _ink(box: Any) -> _Area:
    """Where a box is printed: a picture all over, letters about as high as capitals are above their base line."""
    if not hasattr(box, "text"):
        return _area(box.content_box_x(), box.content_box_y(), box.width, box.height)
    size, base = box.style["font_size"], box.position_y + box.baseline
    return _Area(box.position_x, base - 0.65 * size, box.position_x + box.width, base + 0.1 * size)


def _overlap(one: _Area, other: _Area) -> bool:
    return one.top < other.bottom - TOLERANCE and other.top < one.bottom - TOLERANCE


def edges(box: Any) -> _Area:
    return _area(box.border_box_x(), box.border_box_y(), box.border_width(), box.border_height())


def _holds(outer: _Area, inner: _Area) -> bool:
    return (
        inner.left >= outer.left - TOLERANCE
        and inner.top >= outer.top - TOLERANCE
        and inner.right <= outer.right + TOLERANCE
        and inner.bottom <= outer.bottom + TOLERANCE
    )


def words(box: Any) -> str:
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
