"""Knows how a board is laid out on one slide: larger letters when there is room, fewer panels when there is none."""

import base64
import math
import struct
from collections.abc import Iterator
from dataclasses import replace

from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Audience, Board, KpiPanel
from partnerkpi.render import text as spoken
from partnerkpi.render._color import DEFAULT_COLOR, readable_color
from partnerkpi.render._layout import Row as PanelRow
from partnerkpi.render._layout import Setting, left_out, rows, tighter
from partnerkpi.render._metrics import Run
from partnerkpi.render._slide import (
    GREY,
    HEIGHT,
    INK,
    WIDTH,
    Box,
    Chart,
    Mark,
    Picture,
    Slide,
    Text,
    Thing,
    bottom,
    paragraph,
    rule,
    text,
)
from partnerkpi.render._slide_outcomes import GAP, outcomes
from partnerkpi.render._slide_panels import panel_things
from partnerkpi.render._slide_style import Style, shown

SIDE, TOP, FOOT = 30.0, 18.0, 14.0
INNER = WIDTH - 2 * SIDE
# The body in points, from the largest to the smallest; the footer is never smaller than 8.
SIZES = (13.0, 12.5, 12.0, 11.5, 11.0, 10.5, 10.0, 9.5)
SMALL = 8.0
# Definitions stand on a slide only where the body stays large beside them.
_LARGE = tuple(size for size in SIZES if size >= 11)
_MOST_AIR = 16.0
_PERIOD = 170.0
_HEADLINE = (1.7, 1.5, 1.4)
# How wide panels of the last row are beside each other.
_PARTS = {"goals": 1.45, "programs": 1.15}
_DARKER = "The partner's color is printed darker, so that it can be read."


def slide_of(board: Board) -> Slide:
    """The board on one slide.

    Raises DoesNotFit when even the smallest letters and the fewest panels are too much.
    """
    board = replace(board, orientation="landscape")
    for setting in tighter(board):
        things = _fitting(board, setting)
        if things:
            fuller = _fuller(board, setting) if setting.without else ()
            return Slide(fuller or things, spoken.script(board))
    raise DoesNotFit(
        "The board does not fit on one slide.",
        where=f"The slide of {board.partner[:60]}.",
        now="Shorten the texts in the partner file, or show fewer KPIs, programs or goals.",
    )


def _fuller(board: Board, setting: Setting) -> tuple[Thing, ...]:
    """The slide with what was left out and has room after all, as beside a higher panel; nothing if none has."""
    found: tuple[Thing, ...] = ()
    for name in reversed(setting.without):
        with_it = replace(setting, without=tuple(other for other in setting.without if other != name))
        things = _fitting(board, with_it)
        if things:
            setting, found = with_it, things
    return _fitting(board, replace(setting, density=1)) or found


def _fitting(board: Board, setting: Setting) -> tuple[Thing, ...]:
    """Everything on the slide in the largest letters that fit, what is free spread between the rows; or nothing."""
    for size in SIZES if setting.density else _LARGE:
        style = Style(board, size, readable_color(board.color)[1:], setting.density)
        flow, foot = _flow(style, setting, 0.0), footer(style, setting)
        free = foot[0].box.top - bottom(flow, 0.0) - 3.0
        if free >= 0:
            air = min(0.85 * free / (len(rows(board, setting)) + 1), _MOST_AIR)
            return (*_flow(style, setting, air), *foot)
    return ()


def _flow(style: Style, setting: Setting, air: float) -> list[Thing]:
    """Everything above the footer, from top to bottom, with `air` points more between the rows."""
    things = _header(style)
    things += _lead(style, bottom(things, TOP) + 0.6 * style.size)
    if style.board.audience is Audience.COMMUNITY:
        said = paragraph(Run(shown(" ".join(each.text for each in style.board.story))))
        things.append(text(SIDE, bottom(things, TOP) + 0.5 * style.size, INNER, style.size, [said], "In short"))
    board = style.board
    for row in rows(board, setting):
        things += _row(style, row, bottom(things, TOP) + 0.65 * style.size + air)
    gap = 0.65 * style.size + air
    for panel in (panel for panel in board.panels if panel.empty):
        line = paragraph(Run(shown(panel.title), bold=True), Run(f"  {shown(panel.empty)}"))
        things.append(text(SIDE, bottom(things, TOP) + gap, INNER, style.size, [line], shown(panel.title)))
        gap = 0.25 * style.size
    return things


def _header(style: Style) -> list[Thing]:
    """Who and when, between the edges; the title first, as a reader of slides expects."""
    board, size = style.board, 22.0 if style.density < 2 else 18.0
    logo = _logo(style, TOP)
    indent = logo.box.width + 8 if logo else 0.0
    title = paragraph(f"{shown(board.district)} × ", Run(shown(board.partner), bold=True))
    width = INNER - _PERIOD - indent
    things: list[Thing] = [text(SIDE + indent, TOP, width, size, [title], "Title", title=True)]
    below = [paragraph(Run(style.say("formerly {name}", name=board.formerly), color=GREY))] if board.formerly else []
    if board.vision:
        ours = Run(f"{style.say('Our vision')}  ", bold=True, color=style.accent)
        below.append(paragraph(ours, shown(board.vision)))
    things += [logo] if logo else []
    if below:
        at = bottom(things, TOP) + 1
        things.append(text(SIDE, at, INNER - _PERIOD, 11.0, below, style.say("Our vision")))
    left = WIDTH - SIDE - _PERIOD + 10
    period = paragraph(Run(shown(board.period), bold=True, color=style.accent, scale=2.0), right=True)
    dates = paragraph(Run(shown(board.period_text), color=GREY), right=True)
    things.append(text(left, TOP, _PERIOD - 10, 11.0, [period, dates], shown(board.period)))
    return [*things, rule(SIDE, bottom(things, TOP) + 5, INNER, 2.5, style.accent)]


def _logo(style: Style, top: float) -> Picture | None:
    """The partner's logo where it is a PNG; what is drawn as SVG, not every program can show."""
    head, _, content = style.board.logo.partition(";base64,")
    if head != "data:image/png":
        return None
    picture = base64.b64decode(content)
    width, height = struct.unpack(">II", picture[16:24])
    wide = min(26.0 * width / max(height, 1), 120.0)
    box = Box(SIDE, top, wide, wide * height / max(width, 1))
    return Picture(box, picture, "Logo", style.say("Logo of {partner}", partner=style.board.partner))


def _lead(style: Style, top: float) -> list[Thing]:
    """The headline, and beside it the ask behind an upright bar."""
    board, size = style.board, style.size
    wide = 0.7 * INNER if board.ask else INNER
    said = paragraph(Run(shown(board.headline.text), bold=True, scale=_HEADLINE[style.density]))
    things: list[Thing] = [text(SIDE, top, wide - GAP, size, [said], "Headline")]
    if board.ask:
        left = SIDE + wide
        ask = [paragraph(Run(style.say("Our ask"), bold=True, color=style.accent)), paragraph(shown(board.ask))]
        words = text(left + 10, top, INNER - wide - 10, size, ask, style.say("Our ask"))
        bar = Box(left, top, 2.5, words.box.height)
        things += [Chart(bar, (Mark("bar", Box(0.0, 0.0, bar.width, bar.height), style.accent),), "Rule", ""), words]
    return things


def _row(style: Style, row: PanelRow, top: float) -> list[Thing]:
    """Panels side by side; tables take more room than the others."""
    things: list[Thing] = []
    parts = [_PARTS.get(stack[0].id, 1.0) for stack in row.columns]
    shares = [part / sum(parts) for part in parts]
    if row.name == "middle-row" and len(shares) == 1:
        shares = [0.5]  # a bar across the whole slide would say more than its figure does
    room, left = INNER - GAP * (len(shares) - 1), SIDE
    for share, stack in zip(shares, row.columns, strict=True):
        at = top
        for panel in stack:
            place = (left, at, share * room)
            if isinstance(panel, KpiPanel) and panel.id == "outcomes":
                made = outcomes(style, panel, *place)
            else:
                made = panel_things(style, panel, *place)
            things += made
            at = bottom(made, at) + 0.5 * style.size
        left += share * room + GAP
    return things


def footer(style: Style, setting: Setting) -> list[Thing]:
    """The small print at the foot of the slide, under a line."""
    words = list(_small_print(style, setting))
    found = text(SIDE, 0.0, INNER, SMALL, [paragraph(*runs) for runs in words], style.say("Notes."))
    top = HEIGHT - FOOT - found.box.height
    placed: Text = replace(found, box=replace(found.box, top=top))
    return [rule(SIDE, math.floor(top - 4), INNER, 0.8, INK), placed]


def _small_print(style: Style, setting: Setting) -> Iterator[tuple[Run, ...]]:
    board, say = style.board, style.say
    if board.definitions and setting.density == 0:
        defined = [
            run
            for each in board.definitions
            for run in (Run(f" {shown(each.name)}: ", bold=True), Run(shown(each.text)))
        ]
        yield Run(say("Definitions in force."), bold=True), *defined
    notes = [Run(say("Notes."), bold=True), Run(f" {shown(' '.join(board.notes))}")]
    if readable_color(board.color) not in (board.color.lower(), DEFAULT_COLOR):
        notes.append(Run(f" {say(_DARKER)}"))
    if left_out(board, setting):
        names = shown(", ".join(left_out(board, setting)))
        notes.append(Run(f" {say('No room on this page for: {names}.', names=names)}", bold=True))
    yield tuple(notes)
    sources = "; ".join(f"{each.source} {shown(each.text)}" for each in board.data_through)
    last = [Run(say("Data through:"), bold=True), Run(f" {sources}. ")] if sources else []
    last += [Run(say("Contact:"), bold=True), Run(f" {shown(board.contact)} ")] if board.contact else []
    yield (*last, Run(say("Version:"), bold=True), Run(f" {board.version}"))
