"""Knows how figures, codes and statuses are set on a slide: the same words, shapes and colours as on the page."""

from dataclasses import dataclass

from partnerkpi.language import Language
from partnerkpi.models.board import Board
from partnerkpi.models.release import Release
from partnerkpi.render._metrics import Run
from partnerkpi.render._plain import kept_together
from partnerkpi.render._slide import CODE, INK
from partnerkpi.render.html import status_shape, typeset

# The shapes of the page, as letters: they stand inside texts and tables.
_GLYPHS = {"disc": "●", "triangle": "▲", "diamond": "◆", "cross": "✕", "ring": "○", "hatch": "▨", "square": "□"}
_BRIGHT = ("disc", "triangle")


@dataclass(frozen=True)
class Style:
    """How a slide is set: the size of its body in points, the partner's colour, how densely (0 to 2)."""

    board: Board
    size: float
    accent: str
    density: int = 0

    def say(self, words: str, /, **values: object) -> str:
        """A text of ours in the language of the board, as it is printed."""
        speak = Language(self.board.language).say
        return shown(speak(words, **values))

    def release(self, code: str) -> Release:
        """A release of the board."""
        return self.board.release(code)

    def status(self, word: str, words: str) -> Run:
        """A status by shape and word; without words the shape alone."""
        shape = status_shape(word)
        glyph = _GLYPHS.get(shape, "▬")
        color = self.accent if shape in _BRIGHT else INK
        return Run(f"{glyph}\u00a0{shown(words)}" if words else glyph, bold=True, color=color)


def shown(words: str) -> str:
    """A text as it is printed: one line, typeset, without characters that a file may not hold."""
    return kept_together(typeset(words))


def printed(release: Release) -> str:
    """What is printed of a release: its text, or why there is none."""
    return shown(release.text or release.reason)


def code(words: str) -> Run:
    """A code beside a figure."""
    return Run(f" {words}", color=CODE, scale=0.8)
