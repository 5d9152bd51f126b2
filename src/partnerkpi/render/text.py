"""Knows how a board becomes a script to read aloud in 90 seconds: sentences, no codes and no tables."""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from partnerkpi.language import Language
from partnerkpi.models.board import Board
from partnerkpi.render._plain import NBSP, kept_together

COLUMNS = 78
# What 90 seconds hold at 150 words a minute.
MOST_WORDS = 225


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The script as UTF-8, a paragraph for each part: who and when, vision, headline, story, ask."""
    return ("\n\n".join(map(_wrapped, script(board))) + "\n").encode()


def script(board: Board) -> tuple[str, ...]:
    """The paragraphs that are read; the vision, which listeners may know, is left out when it would take too long."""
    say = Language(board.language).say
    story = " ".join(sentence.text for sentence in board.story)
    vision = f"{say('Our vision')}: {board.vision}" if board.vision else ""
    ask = f"{say('Our ask')}: {board.ask}" if board.ask else ""
    parts = [board.title, vision, board.headline.text, story, ask]
    if sum(len(part.split()) for part in parts) > MOST_WORDS:
        parts.remove(vision)
    return tuple(_spoken(part, board.language) for part in parts if part)


def _spoken(text: str, language: str) -> str:
    """The text with its signs in words."""
    say = Language(language).say
    return re.sub(r"(\d[\d.,]*)%", lambda found: say("{percent} percent", percent=found[1]), kept_together(text))


def _wrapped(paragraph: str) -> str:
    lines = textwrap.wrap(paragraph, COLUMNS, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(NBSP, " ")
