"""Knows how a board becomes one slide that can be edited: native texts, shapes and tables, and the script as notes.

python-pptx is an extra; its module is imported inside the function, and the advice is given where it is missing.
"""

from collections.abc import Sequence
from pathlib import Path

from partnerkpi.errors import ConfigurationError
from partnerkpi.models.board import Board
from partnerkpi.render._color import readable_color
from partnerkpi.render._slide_layout import slide_of


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The board as a PowerPoint file of one 16:9 slide; the same board gives the same bytes.

    Raises DoesNotFit when it takes more than a slide, ConfigurationError without the extra `slides`.
    """
    try:
        from partnerkpi.render._slide_drawing import Pen
        from partnerkpi.render._slide_file import content_of, new_presentation
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "A slide cannot be made: python-pptx is missing.",
            where=f"This installation of partnerkpi ({error}).",
            now='Install it with: pip install "partnerkpi[slides]"',
        ) from error
    slide = slide_of(board)
    presentation = new_presentation(board, readable_color(board.color)[1:])
    Pen(presentation, f"{board.language}-US").draw(slide)
    return content_of(presentation)
