"""Knows where panels stand on the page: rows of columns, and what is left out first when there is no room."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from partnerkpi.models.board import Board, InvestmentPanel, KpiPanel, Panel, PartnersPanel, WorkPanel
from partnerkpi.models.release import State

# Panels that share a column stand in one tuple; on a page that is upright a row takes two columns.
_ROWS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("outcomes-row", (("outcomes",),)),
    ("middle-row", (("college",), ("work",), ("people", "pipeline"), ("investment",), ("voice",))),
    ("partners-row", (("partners",),)),
    ("goals-row", (("goals",), ("checkin",), ("programs",))),
)
# A small panel, which stands below whichever of its row is shortest.
_GUEST, _HOSTS = "voice", ("college", "people", "investment")
# What is left out first, when a page has no room.
LEAST_FIRST = ("programs", "pipeline", "voice", "people", "college", "work", "investment", "checkin")
FEWEST_LINES = 4
# How many partners the district's page has room for, the most first.
ROOMS = (36, 32, 28, 24, 20, 16, 12, 8, 4)


@dataclass(frozen=True)
class Row:
    """A row of columns, each with the panels that stand in it one above the other."""

    name: str
    columns: tuple[tuple[Panel, ...], ...]


@dataclass(frozen=True)
class Setting:
    """How a page is set.

    `density`: 0 usual, 1 tighter, 2 the tightest; `scale`: the size of type (1 is 10 points); `air`: points of space
    between rows; `lines`: how many KPIs a panel shows at most (0: all); `without`: panels left out for want of room;
    `partners`: how many rows the table of partners has at most (0: all).
    """

    density: int = 0
    scale: float = 1.0
    air: float = 0.0
    lines: int = 0
    without: tuple[str, ...] = ()
    partners: int = 0


def filled(board: Board, setting: Setting) -> tuple[Panel, ...]:
    """The panels that have something to show and have not been left out."""
    kept = [panel for panel in board.panels if not panel.empty and panel.id not in setting.without]
    return tuple(_trimmed(panel, setting) for panel in kept)


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


def rows(board: Board, setting: Setting) -> tuple[Row, ...]:
    """The rows of a page, in reading order."""
    by_id = {panel.id: panel for panel in filled(board, setting)}
    # Where two stand one above the other there is no room for a third.
    taken = {name for _, columns in _ROWS for stack in columns if len(stack) > 1 for name in stack}
    crowded = taken if taken <= by_id.keys() else set()
    hosts = [name for name in _HOSTS if name in by_id and _GUEST in by_id and name not in crowded]
    guests = {min(hosts, key=lambda name: _lines(board, by_id[name])): by_id[_GUEST]} if hosts else {}
    found = []
    for name, columns in _ROWS:
        stacks = [
            tuple(by_id[panel] for panel in column if panel in by_id and by_id[panel] not in guests.values())
            for column in columns
        ]
        stacks = [(*stack, guests[stack[0].id]) if stack[0].id in guests else stack for stack in stacks if stack]
        most = 2 if board.orientation == "portrait" else 4
        found += [Row(name, tuple(stacks[at : at + most])) for at in range(0, len(stacks), most)]
    return tuple(found)


def _lines(board: Board, panel: Panel) -> int:
    """About how many lines a panel takes: two for each figure, and for all that are not shown together."""
    lines = panel.lines if isinstance(panel, KpiPanel | InvestmentPanel) else ()
    shown = sum(board.release(line.now).state is State.SHOWN for line in lines)
    sides = 3 * len(panel.sides) if isinstance(panel, InvestmentPanel) else 0
    return 2 * shown + 2 * (shown < len(lines)) + sides


def tighter(board: Board) -> Iterator[Setting]:
    """The settings to try one after the other: tighter, then without the least needed panels, then with fewer KPIs."""
    for density in (0, 1, 2):
        yield Setting(density)
    for panel in board.panels:
        if isinstance(panel, PartnersPanel):
            # The row of all partners tells what the cards do.
            yield Setting(2, without=("outcomes",))
            for partners in (room for room in ROOMS if room < len(panel.lines)):
                yield Setting(2, without=("outcomes",), partners=partners)
            return
    there = {panel.id for panel in board.panels if not panel.empty}
    without: tuple[str, ...] = ()
    for name in LEAST_FIRST:
        if name in there:
            without = (*without, name)
            yield Setting(2, without=without)
    yield Setting(2, without=without, lines=2 * FEWEST_LINES)
    yield Setting(2, without=without, lines=FEWEST_LINES)


def _trimmed(panel: Panel, setting: Setting) -> Panel:
    lines, partners = setting.lines, setting.partners
    if partners and isinstance(panel, PartnersPanel):
        return replace(panel, lines=panel.lines[:partners], more=len(panel.lines) - partners)
    if lines and isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
        return replace(panel, lines=panel.lines[:lines])
    return panel
