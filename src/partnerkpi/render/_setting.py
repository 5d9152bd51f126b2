"""Knows how a page is set: how big its type may be and how much space there is, judged by counting letters."""

import math
from collections.abc import Sequence
from itertools import zip_longest

from partnerkpi.models.board import Board, KpiLine, KpiPanel
from partnerkpi.models.release import Release, State

# Letters of body text that fit side by side on the whole width of the page.
LETTERS = 160

# A board with little to say is set in bigger type, as far as the charts of its columns still fit side by side.
SCALES = (1.8, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1)
LARGEST = {0: 1.8, 1: 1.6, 2: 1.5, 3: 1.3, 4: 1.0}
MOST_AIR = 44.0


def figure_size(release: Release) -> str:
    """How big a figure is set: a number like a headline, a band smaller, the reason for no figure like text."""
    if release.state is not State.SHOWN or len(release.text) > 14:
        return "words"
    return "big" if len(release.text) <= 7 else "medium"


def setting(board: Board, height: float, density: int) -> tuple[float, float, int]:
    """How the page is set: the size of type (1 is usual), points of space between its parts, and how tight it is.

    A board with little to say fills the page with bigger type and more space. How much is judged by counting letters;
    when that turns out to be too generous, the next density falls back to the usual size before it tightens anything.
    """
    columns = min(sum(1 for panel in board.panels if panel.lines), 4)
    sizes = [size for size in SCALES if size <= LARGEST[columns] and usual_height(board, size) <= height]
    if density == 0:
        scale = sizes[0] if sizes else 1.0
        return scale, _air(board, height - usual_height(board, scale)), 0
    if density == 1 and usual_height(board, 1.0) < 0.95 * height:
        return 1.0, _air(board, height - usual_height(board, 1.0)) / 2, 0
    return 1.0, 0.0, density


def _air(board: Board, left: float) -> float:
    """The space for each gap when so many points are left; some of it is kept, for the letters are only counted."""
    rows = max((len(panel.lines) for panel in board.panels), default=0)
    gaps = 3 + max(rows - 1, 0)
    return round(min(max(left, 0.0) * 0.8 / gaps, MOST_AIR), 1)


def usual_height(board: Board, scale: float) -> float:
    """About how many points high a board is without any air, at a size of type; header and footer keep theirs."""
    letters = LETTERS / scale
    filled = [panel for panel in board.panels if panel.lines]
    empty = [panel for panel in board.panels if not panel.lines]
    middle = 12.0 + max(20 * lines(board.headline, letters * 0.4), 12 + 13 * lines(board.ask, letters * 0.24))
    for panels in (filled[at : at + 4] for at in range(0, len(filled), 4)):
        middle += 18 + sum(72 + 12 * extra for extra in extra_lines(board, panels, scale))
    for panels in (empty[at : at + 4] for at in range(0, len(empty), 4)):
        middle += 24 + 12 * max(lines(panel.empty, letters / len(panels)) for panel in panels)
    middle += max(_goals_height(board, letters), _aside_height(board, letters))
    return 33 + 12 * lines(board.vision, LETTERS * 0.86) + scale * middle + _foot_height(board)


def _goals_height(board: Board, letters: float) -> float:
    rows = [
        max(
            lines(goal.name, letters * 0.2),
            lines(goal.reason, letters * 0.16),
            lines(board.release(goal.now).text, letters * 0.09),
        )
        for goal in board.goals
    ]
    return 22 + sum(2 + 12 * row for row in rows)


def _aside_height(board: Board, letters: float) -> float:
    panel = board.programs
    rows = [
        max(
            lines(line.name, letters * 0.11), *(lines(board.release(code).text, letters * 0.055) for code in line.cells)
        )
        if line.cells
        else lines(line.name, letters * 0.11)
        for line in panel.lines
    ]
    head = max((lines(column, letters * 0.055) for column in panel.columns), default=1)
    return 38 + 12 * head + sum(2 + 12 * row for row in rows)


def _foot_height(board: Board) -> float:
    definitions = sum(len(definition.name) + len(definition.text) + 3 for definition in board.definitions)
    notes = sum(len(note) + 1 for note in board.notes)
    return 14 + 9.4 * sum(lines("x" * count, LETTERS * 1.3) for count in (definitions, notes))


def lines(text: str, letters: float) -> int:
    """About how many lines a text takes where so many letters fit side by side."""
    return math.ceil(len(text) / max(letters, 1))


def extra_lines(board: Board, panels: Sequence[KpiPanel], scale: float) -> tuple[int, ...]:
    """How many text lines more than usual each row of KPIs needs, judged by the number of letters, at most 6.

    The rows of neighbouring panels start level with each other by it; a wrong guess costs nothing but that.
    """
    letters = LETTERS / scale / max(len(panels), 1)
    rows = zip_longest(*(panel.lines for panel in panels))
    return tuple(min(max(_wraps(line, board.release(line.now), letters) for line in row if line), 6) for row in rows)


def _wraps(line: KpiLine, now: Release, letters: float) -> int:
    """The lines beyond the usual ones: of the name, of what is beside or under the figure, and of the change."""
    status = f"X {line.status}, target {line.target_text}" if line.target_text else line.status
    size = figure_size(now)
    if size == "big" or (size == "medium" and letters > LETTERS / 4):
        room = letters - {"big": 2.6, "medium": 1.75}[size] * len(now.text)
        about = lines(f"{line.unit} A1", room) + lines(status, room) - 2
    else:
        about = lines(f"{line.unit} A1 {status}", letters) - 1
    return max(lines(line.name, letters - 16) - 1, 0) + max(about, 0) + max(lines(line.change, letters) - 1, 0)
