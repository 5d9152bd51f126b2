"""Knows how wide a text is and how many lines it takes, in a typeface that every machine has or can stand in for.

The widths are those of Helvetica (Adobe Font Metrics, Core 14 fonts), which Arial and Liberation Sans share.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TYPEFACE = "Arial"
LEADING = 1.2
# Programs set type a little differently; a line is taken to hold a bit less than it does.
_SAFETY = 1.03
# Thousandths of the type size, for the characters from the space to the tilde.
_REGULAR = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
)
_BOLD = (
    *(278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611),
    *(975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556),
    *(333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611),
    *(611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584),
)
_OTHERS = {"\u00a0": 278, "×": 584, "−": 584, "–": 556, "“": 500, "”": 500, "‘": 278, "’": 278, "→": 1000, "▲": 990}
_WIDE, _UNKNOWN = 1000, 800


@dataclass(frozen=True)
class Run:
    """A piece of text in one weight and colour; `scale` is its size beside that of the text it stands in."""

    text: str
    bold: bool = False
    color: str = "1c1c1a"
    scale: float = 1.0


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Points from the first letter to the last, at `size` points."""
    return sum(_width(character, bold) for character in text) * size / 1000


def line_count(runs: Sequence[Run], size: float, width: float) -> int:
    """How many lines a paragraph takes in a column of `width` points; at least one."""
    room = max(width / _SAFETY, size)
    lines, at = 1, 0.0
    for space, word in _words(runs, size):
        if at and at + space + word > room:
            lines, at, space = lines + 1, 0.0, 0.0
        if word > room:
            lines, at = lines + math.floor(word / room), math.fmod(word, room)
        else:
            at += space + word
    return lines


def _words(runs: Sequence[Run], size: float) -> Iterator[tuple[float, float]]:
    """The words of a paragraph: the width of the space before each, and its own; a word may reach over runs."""
    space, word = 0.0, 0.0
    for run in runs:
        for number, part in enumerate(run.text.split(" ")):
            if number:
                yield space, word
                space, word = text_width(" ", size * run.scale, bold=run.bold), 0.0
            word += text_width(part, size * run.scale, bold=run.bold)
    yield space, word


def _width(character: str, bold: bool) -> int:
    base = unicodedata.normalize("NFD", character)[0]
    if " " <= base <= "~":
        return (_BOLD if bold else _REGULAR)[ord(base) - ord(" ")]
    if character in _OTHERS:
        return _OTHERS[character]
    return _WIDE if unicodedata.east_asian_width(character) in ("W", "F") else _UNKNOWN
