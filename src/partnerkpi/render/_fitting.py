"""Knows how a board is made to fill one page and no more: tighter when it is too full, roomier when it is too empty."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Board
from partnerkpi.render._layout import DENSITIES, Setting, rows, tighter

# A page with fewer free points than this is full.
SPARE = 30.0
# The least that a row of panels takes, and that a looser density takes more of a page that is full, in points.
LOWEST_ROW = 45.0
LOOSER_TAKES = (30.0, 5.0)
LARGEST = 1.6
MOST_AIR = 40.0
# Type that is twice as large takes a bit less than four times the room.
_GROWTH = 1.8


class Room(Protocol):
    """A page that fits."""

    @property
    def free(self) -> float:
        """Points that are left above the footer."""

    @property
    def middle(self) -> float:
        """Points between the header and the footer, free or not."""


Page = TypeVar("Page", bound=Room)


def fitted(board: Board, attempt: Callable[[Setting], Page]) -> Page:
    """The page with the most on it that fits, as roomy as it may be.

    `attempt` lays a setting out or raises DoesNotFit; DoesNotFit is raised when
    none fits. A layout is what costs time: at most two dozen are made.
    """
    tried = _once(attempt)
    setting, page = _first(tighter(board), tried)
    if setting.without or setting.lines:
        setting, page = _with_more(board, setting, page, tried)
        setting, page = _looser(setting, page, tried)
    return _roomier(board, tried, setting, page)


def _once(attempt: Callable[[Setting], Page]) -> Callable[[Setting], Page]:
    """The same, but what has been refused once is refused again without being laid out."""
    refused: dict[Setting, DoesNotFit] = {}

    def tried(setting: Setting) -> Page:
        if setting in refused:
            raise refused[setting]
        try:
            return attempt(setting)
        except DoesNotFit as error:
            refused[setting] = error
            raise

    return tried


def _first(settings: Sequence[Setting], attempt: Callable[[Setting], Page]) -> tuple[Setting, Page]:
    """The first setting that fits: sought in larger and larger steps, then by halving the last step."""
    last, too_full, step = len(settings) - 1, -1, 1
    while True:
        at = min(too_full + step, last)
        try:
            fits, page = at, attempt(settings[at])
            break
        except DoesNotFit as error:
            if at == last:
                raise _hopeless(error) from None
            step *= 1 if at < len(DENSITIES) else 2
            too_full = at
    while fits - too_full > 1:
        middle = (too_full + fits) // 2
        try:
            page, fits = attempt(settings[middle]), middle
        except DoesNotFit:
            too_full = middle
    return settings[fits], page


def _hopeless(error: DoesNotFit) -> DoesNotFit:
    return DoesNotFit(
        "The board does not fit on one page, even when it is set tightly and tells nothing but outcomes and goals.",
        where=error.where,
        now="Shorten the texts in the partner file (names, vision, reasons of revised goals), or choose fewer KPIs or "
        "goals.",
    )


def _with_more(board: Board, setting: Setting, page: Page, attempt: Callable[[Setting], Page]) -> tuple[Setting, Page]:
    """With what need not have been left out: a panel that stands beside a taller one takes no room."""
    for name in reversed(setting.without):
        more = replace(setting, without=tuple(other for other in setting.without if other != name))
        if page.free < LOWEST_ROW and len(rows(board, more)) > len(rows(board, setting)):
            continue
        with contextlib.suppress(DoesNotFit):
            setting, page = more, attempt(more)
    return setting, page


def _looser(setting: Setting, page: Page, attempt: Callable[[Setting], Page]) -> tuple[Setting, Page]:
    """At the first density at which the same fits; one that takes more than is free is not tried."""
    for density in DENSITIES[: setting.density]:
        if page.free < LOOSER_TAKES[density]:
            continue
        with contextlib.suppress(DoesNotFit):
            looser = replace(setting, density=density)
            return looser, attempt(looser)
    return setting, page


def _roomier(board: Board, attempt: Callable[[Setting], Page], setting: Setting, page: Page) -> Page:
    """With larger type where much is free, and the rest of the room between the rows."""
    if page.free < SPARE:
        return page
    scale = min((page.middle / max(page.middle - page.free, 1.0)) ** (1 / _GROWTH), LARGEST)
    for share in (1.0, 0.5) if setting.density == 0 else ():
        larger = replace(setting, scale=round(1 + share * (scale - 1.05), 2))
        if larger.scale < 1.05:
            break
        with contextlib.suppress(DoesNotFit):
            setting, page = larger, attempt(larger)
            break
    gaps = 1 + len(rows(board, setting))
    air = round(min(0.9 * page.free / gaps, MOST_AIR), 1)
    if air < 2:
        return page
    try:
        return attempt(replace(setting, air=air))
    except DoesNotFit:
        return page
