"""Knows how a board is made to fill one page and no more: tighter when it is too full, roomier when it is too empty."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Board
from partnerkpi.render._layout import Setting, rows, tighter

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


Page = TypeVar("Page", bound=Room)


def fitted(board: Board, attempt: Callable[[Setting], Page], height: float = 440.0) -> Page:
    """The first setting that fits, or a roomier one when the page would stay too empty.

    `attempt` lays a setting out or raises DoesNotFit; that of the last setting is raised when none fits. `height` is
    about how many points the middle of a page has.
    """
    refusal: DoesNotFit | None = None
    for setting in tighter(board):
        try:
            page = attempt(setting)
        except DoesNotFit as error:
            refusal = error
            continue
        return _roomier(board, attempt, setting, page, height)
    raise refusal or ValueError("no setting to try")


def _roomier(board: Board, attempt: Callable[[Setting], Page], setting: Setting, page: Page, height: float) -> Page:
    """With larger type where much is free, and the rest of the room between the rows."""
    if page.free < SPARE:
        return page
    scale = min((height / max(height - page.free, 1.0)) ** (1 / _GROWTH), LARGEST)
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
