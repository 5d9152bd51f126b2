"""Knows how the student outcomes stand on a slide: a card for each KPI, side by side, their bars on one line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from partnerkpi.models.board import KpiLine, KpiPanel
from partnerkpi.render._charts import figure_size, last_label
from partnerkpi.render._metrics import Run, text_width
from partnerkpi.render._slide import GREY, INK, Box, Paragraph, Text, Thing, bottom, paragraph, rule, text
from partnerkpi.render._slide_charts import bullet_chart, key_samples, spark_chart
from partnerkpi.render._slide_style import Style, code, printed, shown
from partnerkpi.render.html import trend_of

FEWEST_BESIDE, MOST_BESIDE = 3, 4
GAP = 26.0
_FIGURES = {"big": 2.4, "medium": 1.35, "words": 1.0}


@dataclass(frozen=True)
class _Card:
    """The texts of a card, laid out from zero: its name, its figure with what is beside it, and what is below."""

    line: KpiLine
    name: Text
    middle: tuple[Text, ...]
    below: Text


def outcomes(style: Style, panel: KpiPanel, left: float, top: float, width: float) -> list[Thing]:
    """The panel from its title downwards, with the key to its bars beside the title."""
    size = style.size
    things: list[Thing] = [rule(left, top, width, 0.8, INK)]
    title = paragraph(Run(shown(panel.title), bold=True, scale=1.15))
    wide = 1.1 * text_width(shown(panel.title), 1.15 * size, bold=True)
    things.append(text(left, top + 0.35 * size, wide, size, [title], f"Title of {panel.id}"))
    things += _key(style, left + wide + GAP, top + 0.45 * size, left + width)
    at = bottom(things, top) + 0.2 * size
    beside = max(min(len(panel.lines), MOST_BESIDE), FEWEST_BESIDE)
    for start in range(0, len(panel.lines), beside):
        things += _cards(style, panel.lines[start : start + beside], beside, left, at, width)
        at = bottom(things, at) + 0.3 * size
    return things


def _key(style: Style, left: float, top: float, right: float) -> list[Thing]:
    """What the parts of a bar mean, in one line up to the right edge; nothing where it has no room."""
    size = max(0.85 * style.size, 8.0)
    samples = key_samples(style, size)
    widths = [1.05 * text_width(word, size) + 1 for _, word in samples]
    gap, space = 0.35 * size, 1.1 * size
    at = right - sum(widths) - len(samples) * (samples[0][0].box.width + gap) - (len(samples) - 1) * space
    if at < left:
        return []
    things: list[Thing] = []
    for (chart, word), width in zip(samples, widths, strict=True):
        things.append(replace(chart, box=replace(chart.box, left=at, top=top + 0.1 * size)))
        at += chart.box.width + gap
        things.append(text(at, top, width, size, [paragraph(Run(word, color=GREY))], word))
        at += width + space
    return things


def _cards(
    style: Style, lines: tuple[KpiLine, ...], beside: int, left: float, top: float, width: float
) -> Iterator[Thing]:
    """One row of cards, in columns for so many `beside` each other."""
    each = (width - (beside - 1) * GAP) / beside
    cards = [_card(style, line, each) for line in lines]
    names = max(card.name.box.height for card in cards)
    middles = max(text.box.bottom for card in cards for text in card.middle)
    for number, card in enumerate(cards):
        x = left + number * (each + GAP)
        yield _moved(card.name, x, top)
        yield from (_moved(part, x, top + names) for part in card.middle)
        at = top + names + middles + 0.15 * style.size
        yield from _pictures(style, card.line, x, at, each)
        if card.below.paragraphs:
            yield _moved(card.below, x, at + 1.4 * style.size)


def _moved(part: Text, left: float, top: float) -> Text:
    return replace(part, box=replace(part.box, left=part.box.left + left, top=part.box.top + top))


def _card(style: Style, line: KpiLine, width: float) -> _Card:
    size = style.size
    runs = [Run(shown(line.name), bold=True)]
    better = style.say("lower is better" if line.better == "lower" else "higher is better")
    runs += [Run(f"  {better}", color=GREY, scale=0.9)] if line.better else []
    name = text(0.0, 0.0, width, size, [Paragraph(tuple(runs))], shown(line.name))
    return _Card(line, name, _middle(style, line, width), text(0.0, 0.0, width, size, _below(style, line), "Change"))


def _middle(style: Style, line: KpiLine, width: float) -> tuple[Text, ...]:
    """The figure; what it is and where it stands beside it, or below a figure in words."""
    size, now = style.size, style.release(line.now)
    kind = figure_size(now)
    shape = [style.status(now.state.value, ""), Run(" ")] if kind == "words" and line.status != now.state.value else []
    runs = [*shape, Run(printed(now), bold=True, scale=_FIGURES[kind])]
    about = [paragraph(Run(shown(line.unit), color=GREY), code(now.code))]
    standing = [style.status(line.status, line.status_text)] if line.status else []
    if line.target_text:
        comma = ", " if standing else ""
        standing.append(Run(f"{comma}{style.say('target {target}', target=line.target_text)}"))
    about += [Paragraph(tuple(standing))] if standing else []
    wide = 1.08 * text_width(printed(now), _FIGURES[kind] * size, bold=True) + 2
    if kind == "words" or any(each.height(size, width - wide - 8) > each.leading(size) for each in about):
        figure = text(0.0, 0.0, width, size, [Paragraph(tuple(runs))], "Figure")
        return figure, text(0.0, figure.box.height, width, size, about, "About")
    figure = text(0.0, 0.0, wide, size, [Paragraph(tuple(runs))], "Figure")
    beside = text(wide + 8, 0.0, width - wide - 8, size, about, "About")
    high = max(figure.box.height, beside.box.height)
    return _moved(figure, 0.0, (high - figure.box.height) / 2), _moved(beside, 0.0, (high - beside.box.height) / 2)


def _pictures(style: Style, line: KpiLine, left: float, top: float, width: float) -> Iterator[Thing]:
    """The bar, and beside it the last quarters with the last of them in figures."""
    size, trend = style.size, trend_of(style.board, line)
    high = 1.3 * size
    share = 0.5 if trend else 0.65
    yield bullet_chart(style, line, Box(left, top, share * width, high))
    if trend:
        at = left + share * width + 10
        yield spark_chart(style, trend, Box(at, top, 0.28 * width, high), line.name)
        if last_label(trend):
            label = [paragraph(Run(shown(last_label(trend)), bold=True, scale=0.85))]
            start = at + 0.28 * width + 4
            yield text(start, top + 0.1 * size, left + width - start, size, label, "Last quarter")


def _below(style: Style, line: KpiLine) -> Iterator[Paragraph]:
    if line.change:
        yield paragraph(shown(line.change))
    if line.similar:
        similar = style.release(line.similar)
        yield paragraph(style.say("similar students: {figure}", figure=similar.text), code(similar.code))
