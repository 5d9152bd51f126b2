"""Knows which letters a page can print: those of its typeface, what stands in for others, and signs nobody can see.

A page is printed with the typeface it brings along and no other, so that it is the same on every machine. A letter the
typeface does not have is printed as a box, and the page says so; it never vanishes. Signs that turn the direction of
text around, or that take no room, are left out: what is read is what has been written, in the order of writing.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from partnerkpi.models.agenda import Agenda
from partnerkpi.models.board import Board
from partnerkpi.models.manifest import Manifest

WEIGHTS = {400: "Regular", 600: "Semibold", 700: "Bold"}
# The small family is enough for nearly every page; the other one has all the letters there are of the typeface.
SMALL, FULL = "Board Sans", "Board Sans Full"
STANDS_IN = "□"
# They turn around what follows them: in a line that others have written as well.
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


Told = TypeVar("Told", Board, Agenda)


@dataclass(frozen=True)
class Lettering(Generic[Told]):
    """A board as its letters are printed: in which family of fonts, and whether a box stands in for some of them."""

    told: Told
    family: str
    replaced: bool


def lettered(told: Told, folders: Sequence[Path], *, drawn: bool) -> Lettering[Told]:
    """A board or an agenda with every text as it is printed.

    `folders` hold the templates and their fonts; `drawn` says that no other typeface will stand in for this one, as on
    paper; a browser has others.
    """
    told = _with_texts(told, _quiet)
    used = {letter for text in _texts(told) for letter in text}
    family, known = SMALL, coverage(tuple(folders), SMALL)
    if not used <= known and (used - known) & coverage(tuple(folders), FULL):
        family, known = FULL, coverage(tuple(folders), FULL)
    if not drawn or used <= known:
        return Lettering(told, family, False)
    instead = {letter: _instead(letter, known) for letter in used - known}
    table = str.maketrans(instead)
    return Lettering(_with_texts(told, lambda text: text.translate(table)), family, STANDS_IN in instead.values())


def font_files(folders: Sequence[Path], family: str) -> dict[int, Path]:
    """The font file of each weight; a workspace may bring files of the same names.

    Raises FileNotFoundError when a file is in none of the folders.
    """
    names = {weight: f"fonts/{family.replace(' ', '')}-{style}.ttf" for weight, style in WEIGHTS.items()}
    found = {}
    for weight, name in names.items():
        paths = [folder / name for folder in folders if (folder / name).is_file()]
        if not paths:
            raise FileNotFoundError(name)
        found[weight] = paths[0]
    return found


@lru_cache(maxsize=8)
def coverage(folders: tuple[Path, ...], family: str) -> frozenset[str]:
    """The letters that all weights of a family have."""
    from fontTools.ttLib import TTFont

    maps = []
    for path in font_files(folders, family).values():
        with TTFont(path, lazy=True) as font:
            maps.append(frozenset(map(chr, font.getBestCmap())))
    return frozenset.intersection(*maps)


def _quiet(text: str) -> str:
    """The text without what controls a terminal or the direction of other texts, and with accents on their letters."""
    if text.isascii() and text.isprintable():
        return text
    kept = (_visible(letter) for letter in unicodedata.normalize("NFC", text) if letter not in _TURNING)
    return "".join(kept)


def _visible(letter: str) -> str:
    """A space for what breaks lines or controls a machine, a box for what is no letter at all."""
    category = unicodedata.category(letter)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return STANDS_IN if category == "Cs" else letter


def _instead(letter: str, known: frozenset[str]) -> str:
    """What is printed for a letter the typeface does not have: the same in plainer letters, or a box."""
    category = unicodedata.category(letter)
    if category == "Zs":
        return " "
    # Joiners, zero-width spaces and choices between two looks of a sign: nothing that could be seen.
    if category == "Cf" or 0xFE00 <= ord(letter) <= 0xFE0F:
        return ""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if plain and set(plain) <= known else STANDS_IN


def _texts(value: object) -> Iterator[str]:
    """Every text of a page; the manifest is attached to it and not printed."""
    if isinstance(value, Enum | Manifest):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif hasattr(value, "__dataclass_fields__"):
        for each in vars(value).values():
            yield from _texts(each)


def _with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """The same value with each text in it changed; what does not change stays the same object."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_with_texts(each, change) for each in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Manifest):
        old = {each.name: getattr(value, each.name) for each in fields(value)}
        new = {name: _with_texts(each, change) for name, each in old.items()}
        changed = {name: each for name, each in new.items() if each is not old[name] and each != old[name]}
        return replace(value, **changed) if changed else value
    return value
