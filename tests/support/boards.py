"""Knows how one board becomes others that a page must bear as well: hidden, empty, and full of odd strings.

They are made from whatever records the board holds, so a new panel is hidden, emptied and provoked without a word here.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from partnerkpi.models.board import Board
from partnerkpi.models.release import Release, State

# What people or other systems write; codes, ids and states are the tool's own.
WRITTEN = {
    "title",
    "district",
    "partner",
    "formerly",
    "headline",
    "ask",
    "vision",
    "contact",
    "name",
    "change",
    "reason",
}
ODD = "</p> {{7}} \" x='&\u200b\u00c9ffi"
LONG = "Donau" + "dampf" * 20 + " and so on" * 12
NOTHING = "No data yet."


def hidden(board: Board) -> Board:
    """The board with every figure hidden, as one about a group too small to speak of."""
    few = "fewer than 10 students"

    def hide(release: Release) -> Release:
        return dataclasses.replace(release, state=State.HIDDEN, text=few, low=None, high=None, reason=few)

    return dataclasses.replace(board, releases=tuple(hide(release) for release in board.releases))


def empty(board: Board) -> Board:
    """The board of a partner about whom nothing is known: no lines, goals, definitions or notes."""

    def clear(record: Any) -> Any:
        fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        if not {"id", "empty"} <= set(fields):
            return record
        return dataclasses.replace(
            record, empty=NOTHING, **{name: () for name, held in fields.items() if held and isinstance(held, tuple)}
        )

    bare: Board = _each(board, clear)
    return dataclasses.replace(bare, definitions=(), notes=())


def odd(board: Board) -> Board:
    """The board with every text that people write led by mark-up, quotes, template syntax and rare letters."""
    return _written(board, lambda text: f"{ODD} {text}")


def long(board: Board) -> Board:
    """The board with every text that people write as long as a page on a screen has to bear."""
    return _written(board, lambda text: f"{text} {LONG}")


def _written(board: Board, change: Callable[[str], str]) -> Board:
    def rewrite(record: Any) -> Any:
        if isinstance(record, Release):
            return record
        named = {
            field.name: getattr(record, field.name) for field in dataclasses.fields(record) if field.name in WRITTEN
        }
        return dataclasses.replace(
            record, **{name: change(text) for name, text in named.items() if isinstance(text, str)}
        )

    changed: Board = _each(board, rewrite)
    return changed


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with `change` done to every record in it, the inner ones first."""
    if isinstance(value, tuple):
        return tuple(_each(item, change) for item in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    inner = {field.name: _each(getattr(value, field.name), change) for field in dataclasses.fields(value)}
    return change(dataclasses.replace(value, **inner))


VARIANTS: dict[str, Callable[[Board], Board]] = {
    "sample": lambda board: board,
    "hidden": hidden,
    "empty": empty,
    "odd": odd,
}
