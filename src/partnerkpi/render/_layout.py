"""Knows where panels stand on the page: rows of columns, and what is left out first when there is no room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from partnerkpi.models.board import (
    Board,
    Definition,
    GoalLine,
    InvestmentPanel,
    KpiLine,
    KpiPanel,
    Panel,
    PartnersPanel,
    WorkPanel,
)
from partnerkpi.models.release import State

# On an upright page the rows are broken, see `_upright`.
_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("outcomes-row", ("outcomes",)),
    ("middle-row", ("college", "work", "people", "pipeline", "investment", "voice")),
    ("partners-row", ("partners",)),
    ("goals-row", ("goals", "checkin", "programs")),
)
# On a page that is upright the goals take all its width: their table has six columns.
_WIDE = "goals"
# Small panels, which stand below another of their row: whichever of these is shortest.
_HOSTS = {"pipeline": ("people",), "voice": ("college", "people", "investment")}
# What is left out, the least needed first: panels, and of panels that tell very much the KPIs that come last.
# Student outcomes and goals always stay.
DEFINITIONS = "definitions"
LEAST_FIRST = ("programs", "pipeline", "voice", 8, "people", "college", 4, "work", "investment", DEFINITIONS, "checkin")
DENSITIES = (0, 1, 2)
# The sheets of paper in points, the margin at their sides, and what is between columns of usual type.
SHEETS = {"letter": (792.0, 612.0), "a4": (841.9, 595.3)}
MARGIN, GUTTER = 28.0, 18.0
# More names than these, of what is left out, would take the room that is missing: then they are counted.
MOST_LETTERS = 240
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
    between rows; `lines`: how many KPIs a panel shows at most (0: all); `without`: panels, or the definitions, left
    out for want of room; `partners`: how many rows the table of partners has at most (0: all).
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
            found.append(Row(name, _with_guests(board, panels)))
    return tuple(found)


def _with_guests(board: Board, panels: Sequence[Panel]) -> tuple[tuple[Panel, ...], ...]:
    """A column for each panel, but for a guest where there is a host; a host has one guest, if another has room."""
    ids = {panel.id for panel in panels}
    hosts = {panel.id: [name for name in _HOSTS.get(panel.id, ()) if name in ids] for panel in panels}
    stacks: dict[str, tuple[Panel, ...]] = {panel.id: (panel,) for panel in panels if not hosts[panel.id]}
    for panel in panels:
        free = [name for name in hosts[panel.id] if len(stacks[name]) == 1] or hosts[panel.id]
        if free:
            host = min(free, key=lambda name: sum(_lines(board, each) for each in stacks[name]))
            stacks[host] = (*stacks[host], panel)
    return tuple(stacks.values())


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
    for panel in board.panels:
        if isinstance(panel, PartnersPanel):
            # The row of all partners tells what the cards do.
            bare = replace(found[-1], without=("outcomes",))
            rooms = [room for room in ROOMS if room < len(panel.lines)]
            return (*found, bare, *(replace(bare, partners=room) for room in rooms))
    for what in LEAST_FIRST:
        last = found[-1]
        step = replace(last, lines=what) if isinstance(what, int) else replace(last, without=(*last.without, what))
        if _shows_less(board, last, step):
            found.append(step)
    return tuple(found)


def _shows_less(board: Board, before: Setting, after: Setting) -> bool:
    """Whether a step leaves anything out of this board."""
    return filled(board, before) != filled(board, after) or defined(board, before) != defined(board, after)


def _trimmed(panel: Panel, setting: Setting) -> Panel:
    lines, partners = setting.lines, setting.partners
    if partners and isinstance(panel, PartnersPanel):
        return replace(panel, lines=panel.lines[:partners], more=len(panel.lines) - partners)
    if lines and isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
        return replace(panel, lines=panel.lines[:lines])
    return panel
