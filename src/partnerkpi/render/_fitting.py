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

    `attempt` lays a setting out or raises DoesNotFit; that of the sparsest setting is raised when none fits. A
    layout is what costs time: at most two dozen are made.
    """
    setting, page = _first(tighter(board), attempt)
    if setting.without or setting.lines:
        setting, page = _with_more(setting, page, attempt)
        setting, page = _looser(setting, page, attempt)
    return _roomier(board, attempt, setting, page)


def _first(settings: Sequence[Setting], attempt: Callable[[Setting], Page]) -> tuple[Setting, Page]:
    """The first setting that fits: those that leave nothing out in turn, the others by halving what is between."""
    for setting in settings:
        if setting.without or setting.lines:
            break
        with contextlib.suppress(DoesNotFit):
            return setting, attempt(setting)
    too_full, fits = len(DENSITIES) - 1, len(settings) - 1
    page = attempt(settings[fits])
    while fits - too_full > 1:
        middle = (too_full + fits) // 2
        try:
            page, fits = attempt(settings[middle]), middle
        except DoesNotFit:
            too_full = middle
    return settings[fits], page


def _with_more(setting: Setting, page: Page, attempt: Callable[[Setting], Page]) -> tuple[Setting, Page]:
    """With what need not have been left out: a panel that stands beside a taller one takes no room."""
    for name in reversed(setting.without):
        more = replace(setting, without=tuple(other for other in setting.without if other != name))
        with contextlib.suppress(DoesNotFit):
            setting, page = more, attempt(more)
    return setting, page


def _looser(setting: Setting, page: Page, attempt: Callable[[Setting], Page]) -> tuple[Setting, Page]:
    """At the first density at which the same fits."""
    for density in DENSITIES[: setting.density]:
        with contextlib.suppress(DoesNotFit):
            looser = replace(setting, density=density)
            return looser, attempt(looser)
    return setting, page


def _roomier(board: Board, attempt: Callable[[Setting], Page], setting: Setting, page: Page) -> Page:
    """With larger type where much is free, and the rest of the room between the rows."""
    if page.free < SPARE:
        return page
    scale = min((page.middle / max(page.middle - page.free, 1.0)) ** (1 / _GROWTH), LARGEST)
    if setting.density == 0 and scale >= 1.1:
        larger = replace(setting, scale=round(scale - 0.05, 2))
        with contextlib.suppress(DoesNotFit):
            setting, page = larger, attempt(larger)
    gaps = 1 + len(rows(board, setting))
    air = round(min(0.9 * page.free / gaps, MOST_AIR), 1)
    if air < 2:
        return page
    try:
        return attempt(replace(setting, air=air))
    except DoesNotFit:
        return page
