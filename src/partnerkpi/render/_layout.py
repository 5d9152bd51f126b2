"""Knows where panels stand on the page: rows of columns, and what is left out first when there is no room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from partnerkpi.models.board import Board, InvestmentPanel, KpiPanel, Panel, WorkPanel

# Panels that share a column stand in one tuple; on a page that is upright a row takes two columns.
_ROWS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("outcomes-row", (("outcomes",),)),
    ("middle-row", (("college",), ("work",), ("people", "voice"), ("investment",))),
    ("goals-row", (("goals",), ("checkin",), ("programs",))),
)
# What is left out first, when a page has no room.
LEAST_FIRST = ("programs", "voice", "people", "college", "work", "investment", "checkin")
FEWEST_LINES = 4


@dataclass(frozen=True)
class Row:
    """A row of columns, each with the panels that stand in it one above the other."""

    name: str
    columns: tuple[tuple[Panel, ...], ...]


@dataclass(frozen=True)
class Setting:
    """How a page is set.

    `density`: 0 usual, 1 tighter, 2 the tightest; `scale`: the size of type (1 is 10 points); `air`: points of space
    between rows; `lines`: how many KPIs a panel shows at most (0: all); `without`: panels left out for want of room.
    """

    density: int = 0
    scale: float = 1.0
    air: float = 0.0
    lines: int = 0
    without: tuple[str, ...] = ()


def filled(board: Board, setting: Setting) -> tuple[Panel, ...]:
    """The panels that have something to show and have not been left out."""
    kept = [panel for panel in board.panels if not panel.empty and panel.id not in setting.without]
    return tuple(_trimmed(panel, setting.lines) for panel in kept)


def left_out(board: Board, setting: Setting) -> tuple[str, ...]:
    """What has no room on the page, by its title or its KPI's name."""
    titles = [panel.title for panel in board.panels if panel.id in setting.without and not panel.empty]
    names = [
        line.name
        for panel in board.panels
        if setting.lines
        and panel.id not in setting.without
        and isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel)
        for line in panel.lines[setting.lines :]
    ]
    return (*titles, *names)


def rows(panels: Sequence[Panel], orientation: str) -> tuple[Row, ...]:
    """The rows of a page, in reading order."""
    by_id = {panel.id: panel for panel in panels}
    found = []
    for name, columns in _ROWS:
        stacks = [tuple(by_id[panel] for panel in column if panel in by_id) for column in columns]
        stacks = [stack for stack in stacks if stack]
        most = 2 if orientation == "portrait" else 4
        found += [Row(name, tuple(stacks[at : at + most])) for at in range(0, len(stacks), most)]
    return tuple(found)


def tighter(board: Board) -> Iterator[Setting]:
    """The settings to try one after the other: tighter, then without the least needed panels, then with fewer KPIs."""
    for density in (0, 1, 2):
        yield Setting(density)
    there = {panel.id for panel in board.panels if not panel.empty}
    without: tuple[str, ...] = ()
    for name in LEAST_FIRST:
        if name in there:
            without = (*without, name)
            yield Setting(2, without=without)
    yield Setting(2, without=without, lines=2 * FEWEST_LINES)
    yield Setting(2, without=without, lines=FEWEST_LINES)


def _trimmed(panel: Panel, lines: int) -> Panel:
    if lines and isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
        return replace(panel, lines=panel.lines[:lines])
    return panel
