"""Renderers: each module of this folder turns a board into one format, and takes a board and nothing else.

Modules whose name begins with "_" are what renderers share. A renderer has `render(board, templates) -> bytes`; its
module's name is the format's, and the file's suffix but for plain text. Formats that lay pages out are rendered in a
process of their own.
"""

import contextlib
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from partnerkpi.errors import UsageError
from partnerkpi.models.board import Board


def formats() -> tuple[str, ...]:
    """The formats there are: the modules of this folder."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def suffix(name: str) -> str:
    """The suffix of a format's files: its name, but `txt` for plain text, so that a double click opens it."""
    return "txt" if name == "text" else name


def render(name: str, board: Board, templates: Sequence[Path]) -> bytes:
    """The board in a format; `templates` are the folders to look in, the workspace's own first.

    Raises UsageError for a format there is no renderer for, DoesNotFit when one page is not enough.
    """
    _require_format(name)
    renderer = importlib.import_module(f"{__name__}.{name}")
    content: bytes = renderer.render(board, templates)
    return content


@contextlib.contextmanager
def renderer(name: str, templates: Sequence[Path]) -> Iterator[Callable[[Board, float], bytes]]:
    """What renders a board, once, within so many seconds; as `render`, but pages are laid out in a child process.

    The child starts at once and makes itself ready while the board is still to be made. Raises, besides what `render`
    does, ConfigurationError when it cannot start or dies; the time limit holds for formats that lay pages out.
    """
    from partnerkpi.render._press import LAID_OUT, Press

    _require_format(name)
    if name not in LAID_OUT:
        yield lambda board, seconds: render(name, board, templates)
        return
    with Press(name, templates) as press:
        yield lambda board, seconds: press.render(board, seconds=seconds)


def _require_format(name: str) -> None:
    if name not in formats():
        # It comes with what reads the workspace's files, which a child process has no use for.
        from partnerkpi.config.toml_file import nearest

        raise UsageError(
            f"There is no format called {name}{nearest(name, list(formats()))}.",
            where=f"known formats: {', '.join(formats())}",
            now="Name one of these with --format.",
        )
