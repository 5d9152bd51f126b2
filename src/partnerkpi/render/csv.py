"""Knows how a board becomes a table of its figures for a spreadsheet: one row for each release.

The file begins with a byte order mark: without one, Excel takes UTF-8 for the machine's old code page and spoils every
letter that is not ASCII. Its lines end as RFC 4180 says. Headings and the words of `figure`, `state` and `status` are
the same in every language.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.language import Language
from partnerkpi.models.board import (
    Board,
    GoalPanel,
    GroupPanel,
    InvestmentPanel,
    KpiLine,
    Panel,
    PartnersPanel,
    PipelinePanel,
    WorkPanel,
)
from partnerkpi.models.release import Release
from partnerkpi.render._plain import plain

HEADINGS = (
    *("code", "panel", "kpi", "name", "figure", "partner", "program", "period", "window"),
    *("state", "value", "low", "high", "target", "status", "reason"),
)
# What makes a spreadsheet take a cell for a formula, in plain and in wide letters (OWASP, "CSV Injection").
_BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the invisible ones, plain text has none of


@dataclass(frozen=True)
class Told:
    """What the page says of a release: in which panel, under what name, as which figure of it, against what target."""

    panel: str = ""
    name: str = ""
    figure: str = "now"
    target: str = ""
    status: str = ""
    reason: str = ""


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The releases in the order of their codes on the page; a hidden one has neither `low` nor `high`."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    told = _told(board)
    names = {board.release(code).kpi: each.name for code, each in reversed(told.items()) if each.name}
    for release in board.releases:
        unnamed = Told(name=names.get(release.kpi, ""))
        writer.writerow(_row(release, told.get(release.code, unnamed), board))
    return stream.getvalue().encode("utf-8-sig")


def _row(release: Release, told: Told, board: Board) -> list[str]:
    population = release.population
    partner = board.partner if population.partner == board.partner_id else population.partner
    texts = (release.code, told.panel, release.kpi, told.name, told.figure, partner, population.program)
    value = (population.period, population.window, release.state.value, release.text)
    after = (told.target, told.status, release.reason or told.reason)
    ends = (_number(release.low), _number(release.high))
    return [*map(safe, (*texts, *value)), *ends, *map(safe, after)]


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: an apostrophe goes before what would begin one."""
    cell = plain(text)
    return f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _told(board: Board) -> dict[str, Told]:
    """What is said of each release where it first stands, panel by panel; goals say why their status is what it is."""
    reasons = {goal.now: goal.reason for goal in board.goals}
    found: dict[str, Told] = {}
    for panel in board.panels:
        for code, told in _in_panel(board, panel, reasons):
            found.setdefault(code, told)
    return {code: told for code, told in found.items() if code}


def _in_panel(board: Board, panel: Panel, reasons: dict[str, str]) -> Iterator[tuple[str, Told]]:
    say, title = Language(board.language).say, panel.title
    match panel:
        case WorkPanel():
            for tier in panel.tiers:
                yield tier.students, Told(title, f"{tier.name}, {say('Students')}")
                yield tier.hours, Told(title, f"{tier.name}, {say('Hours')}")
        case InvestmentPanel():
            for side in panel.sides:
                yield side.actual, Told(title, side.name)
                yield side.planned, Told(title, side.name, "planned")
        case GoalPanel():
            for goal in panel.lines:
                yield goal.now, Told(title, goal.name, "now", goal.target_text, goal.status, goal.reason)
        case GroupPanel():
            for row in panel.lines:
                yield from ((code, Told(title, name)) for code, name in zip(row.cells, panel.columns, strict=True))
                yield row.filled, Told(title, say("Filled"), target=row.places)
        case PipelinePanel():
            yield from ((step.now, Told(title, step.name)) for step in panel.lines)
        case PartnersPanel():
            for of_row in (*panel.lines, panel.total):
                # The last column counts goals; it is made of several figures.
                yield from ((code, Told(title, name)) for code, name in zip(of_row.cells, panel.columns, strict=False))
                yield from ((code, Told(title, figure="goal")) for code in of_row.goal_codes)
    for line in panel.lines:
        if isinstance(line, KpiLine):
            yield from _of_line(title, line, reasons)


def _of_line(title: str, line: KpiLine, reasons: dict[str, str]) -> Iterator[tuple[str, Told]]:
    yield line.now, Told(title, line.name, "now", line.target_text, line.status, reasons.get(line.now, ""))
    yield line.last_year, Told(title, line.name, "last year")
    yield line.changed, Told(title, line.name, "change")
    yield line.similar, Told(title, line.name, "similar students")
    yield from ((code, Told(title, line.name, "trend")) for code in line.trend)
