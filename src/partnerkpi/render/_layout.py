"""Knows where panels stand on the page: rows of columns, and what is left out first when there is no room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from partnerkpi.models.board import Board, Definition, GoalLine, InvestmentPanel, KpiLine, KpiPanel, Panel, WorkPanel
from partnerkpi.models.release import State

# On an upright page the rows are broken, see `_upright`.
_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("outcomes-row", ("outcomes",)),
    ("middle-row", ("college", "work", "people", "investment", "voice")),
    ("goals-row", ("goals", "checkin", "programs")),
)
# On a page that is upright the goals take all its width: their table has six columns.
_WIDE = "goals"
# A small panel, which stands below whichever of its row is shortest.
_GUEST, _HOSTS = "voice", ("college", "people", "investment")
# What is left out, the least needed first: panels, and of panels that tell very much the KPIs that come last.
# Student outcomes and goals always stay.
DEFINITIONS = "definitions"
LEAST_FIRST = ("programs", "voice", 8, "people", "college", 4, "work", "investment", DEFINITIONS, "checkin")
DENSITIES = (0, 1, 2)
# The sheets of paper in points, the margin at their sides, and what is between columns of usual type.
SHEETS = {"letter": (792.0, 612.0), "a4": (841.9, 595.3)}
MARGIN, GUTTER = 28.0, 18.0
# More names than these, of what is left out, would take the room that is missing: then they are counted.
MOST_LETTERS = 240


@dataclass(frozen=True)
class Row:
    """A row of columns, each with the panels that stand in it one above the other."""

    name: str
    columns: tuple[tuple[Panel, ...], ...]


@dataclass(frozen=True)
class Setting:
    """How a page is set.

    `density`: 0 usual, 1 tighter, 2 the tightest; `scale`: the size of type (1 is 10 points); `air`: points of space
    between rows; `lines`: how many KPIs a panel shows at most (0: all); `without`: panels, or the definitions, left
    out for want of room.
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


def left_out(board: Board, setting: Setting, say: Callable[..., str]) -> tuple[str, ...]:
    """What has no room on the page: panels by their titles, KPIs by their names or, if that takes too long, counted."""
    titles = [panel.title for panel in board.panels if panel.id in setting.without and not panel.empty]
    titles += [say("the definitions")] if DEFINITIONS in setting.without and board.definitions else []
    cut = {panel: _beyond(panel, setting) for panel in board.panels if _beyond(panel, setting)}
    names = [line.name for lines in cut.values() for line in lines]
    if sum(map(len, names)) > MOST_LETTERS:
        names = [say("{number} more of {panel}", number=len(lines), panel=panel.title) for panel, lines in cut.items()]
    return (*titles, *names)


def _beyond(panel: Panel, setting: Setting) -> tuple[KpiLine, ...]:
    """The KPIs of a panel that stands on the page which have no room on it."""
    if (
        not setting.lines
        or panel.id in setting.without
        or not isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel)
    ):
        return ()
    return panel.lines[setting.lines :]


def defined(board: Board, setting: Setting) -> tuple[Definition, ...]:
    """The definitions of what is on the page."""
    if DEFINITIONS in setting.without:
        return ()
    told = {line.name for panel in board.panels for line in panel.lines if isinstance(line, KpiLine | GoalLine)}
    kept = {
        line.name for panel in filled(board, setting) for line in panel.lines if isinstance(line, KpiLine | GoalLine)
    }
    return tuple(each for each in board.definitions if each.name not in told - kept)


def rows(board: Board, setting: Setting) -> tuple[Row, ...]:
    """The rows of a page, in reading order."""
    by_id = {panel.id: panel for panel in filled(board, setting)}
    found = []
    for name, places in _ROWS:
        panels = [by_id[panel] for panel in places if panel in by_id]
        if board.orientation == "portrait":
            found += [Row(name, columns) for columns in _upright(board, panels)]
        elif panels:
            found.append(Row(name, _with_guest(board, panels)))
    return tuple(found)


def _with_guest(board: Board, panels: Sequence[Panel]) -> tuple[tuple[Panel, ...], ...]:
    """A column for each panel, but for the guest where there is a host."""
    hosts = [panel for panel in panels if panel.id in _HOSTS]
    guests = tuple(panel for panel in panels if panel.id == _GUEST and hosts)
    host = min(hosts, key=lambda panel: _lines(board, panel)) if guests else None
    return tuple((panel, *guests) if panel is host else (panel,) for panel in panels if panel not in guests)


def _upright(board: Board, panels: Sequence[Panel]) -> list[tuple[tuple[Panel, ...], ...]]:
    """The rows of an upright page: the goals by themselves, the others in columns that are about equally long."""
    wide = [((panel,),) for panel in panels if panel.id == _WIDE]
    others = [panel for panel in panels if panel.id != _WIDE]
    if not others:
        return list(wide)
    heights = [2 + _lines(board, panel) for panel in others]
    columns = range(min(len(others), 3))
    ways = (way for way in product(columns, repeat=len(others)) if set(way) == set(columns))

    def lengths(way: tuple[int, ...]) -> list[int]:
        return sorted((sum(h for h, at in zip(heights, way, strict=True) if at == c) for c in columns), reverse=True)

    best = min(ways, key=lengths)
    return [*wide, tuple(tuple(p for p, at in zip(others, best, strict=True) if at == c) for c in columns)]


def across(lines: int, most: int) -> int:
    """How many cards stand side by side, at most so many, for rows about equally full."""
    return -(-lines // -(-lines // most)) if lines else 1


def _lines(board: Board, panel: Panel) -> int:
    """About how many lines a panel takes: two for each figure, and for all that are not shown together."""
    lines = panel.lines if isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel) else ()
    shown = sum(board.release(line.now).state is State.SHOWN for line in lines)
    sides = 3 * len(panel.sides) if isinstance(panel, InvestmentPanel) else 0
    tiers = 1 + len(panel.tiers) if isinstance(panel, WorkPanel) and panel.tiers else 0
    return 2 * shown + 2 * (shown < len(lines)) + sides + tiers


def sheet(board: Board) -> tuple[float, float]:
    """The width and height of the paper in points."""
    long, short = SHEETS[board.paper if board.paper in SHEETS else "letter"]
    return (short, long) if board.orientation == "portrait" else (long, short)


def zoom(board: Board, columns: int, scale: float, *, needs: float, beside: float) -> float:
    """How much larger than usual pictures are drawn: as much as the type, or as there is room for in their column.

    `needs` is how wide the pictures are at their usual size, `beside` what stands beside them, in points.
    """
    column = (sheet(board)[0] - 2 * MARGIN - (columns - 1) * GUTTER * scale) / columns
    return round(max(min(scale, (column - beside * scale) / needs), 0.3), 3)


def tighter(board: Board) -> tuple[Setting, ...]:
    """The settings from roomy to sparse: three densities, then with one thing after the other left out."""
    found = [Setting(density) for density in DENSITIES]
    for what in LEAST_FIRST:
        last = found[-1]
        step = replace(last, lines=what) if isinstance(what, int) else replace(last, without=(*last.without, what))
        if _shows_less(board, last, step):
            found.append(step)
    return tuple(found)


def _shows_less(board: Board, before: Setting, after: Setting) -> bool:
    """Whether a step leaves anything out of this board."""
    return filled(board, before) != filled(board, after) or defined(board, before) != defined(board, after)


def _trimmed(panel: Panel, lines: int) -> Panel:
    if lines and isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
        return replace(panel, lines=panel.lines[:lines])
    return panel
