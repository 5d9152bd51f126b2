"""Knows how each panel of a board stands in a column of a slide."""

from collections.abc import Iterator, Sequence

from partnerkpi.models.board import (
    CheckinPanel,
    GoalLine,
    GoalPanel,
    GroupPanel,
    InvestmentPanel,
    KpiLine,
    KpiPanel,
    Panel,
    PartnerLine,
    PartnersPanel,
    PipelinePanel,
    SideLine,
    WorkPanel,
)
from partnerkpi.models.release import Release, State
from partnerkpi.render._charts import figure_size
from partnerkpi.render._metrics import Run, text_width
from partnerkpi.render._slide import (
    GREY,
    GUTTER,
    INK,
    Box,
    Cell,
    Paragraph,
    Row,
    Thing,
    bottom,
    column_widths,
    paragraph,
    rule,
    table,
    text,
)
from partnerkpi.render._slide_charts import side_chart
from partnerkpi.render._slide_style import Style, code, printed, shown
from partnerkpi.render.html import cells_of, facts_of, favorable, tells_change


def panel_things(style: Style, panel: Panel, left: float, top: float, width: float) -> list[Thing]:
    """A panel from its title downwards, in a column of so many points."""
    size = style.size
    things: list[Thing] = [rule(left, top, width, 0.8, INK)]
    title = paragraph(Run(shown(panel.title), bold=True, scale=1.15))
    things.append(text(left, top + 0.35 * size, width, size, [title], f"Title of {panel.id}"))
    return [*things, *_body(style, panel, left, bottom(things, top) + 0.1 * size, width)]


def _body(style: Style, panel: Panel, left: float, top: float, width: float) -> list[Thing]:
    match panel:
        case InvestmentPanel():
            return _investment(style, panel, left, top, width)
        case WorkPanel():
            return _work(style, panel, left, top, width)
        case GoalPanel():
            return [goals(style, panel, left, top, width)]
        case CheckinPanel():
            return [text(left, top, width, style.size, _checkin(style, panel), panel.title)]
        case GroupPanel():
            return [_programs(style, panel, left, top, width)]
        case PipelinePanel():
            return [_pipeline(style, panel, left, top, width)]
        case PartnersPanel():
            return [_partners(style, panel, left, top, width)]
        case KpiPanel(id="voice"):
            return _voice(style, panel, left, top, width)
        case KpiPanel():
            return facts(style, panel.lines, left, top, width, panel.title)


def facts(style: Style, lines: Sequence[KpiLine], left: float, top: float, width: float, name: str) -> list[Thing]:
    """KPIs as a table of two columns: what each is and how it moved, and its figure."""
    if not lines:
        return []
    figures = [each for each in (style.release(line.now) for line in lines) if figure_size(each) != "words"]
    widest = max((text_width(printed(each), _scale(each), bold=True) for each in figures), default=0.0)
    right = min(1.06 * style.size * widest + GUTTER, 0.5 * width)
    rows = list(_fact_rows(style, lines))
    return [table(left, top, (width - right, right), style.size, rows, name)]


def _fact_rows(style: Style, lines: Sequence[KpiLine]) -> Iterator[Row]:
    for number, alike in enumerate(facts_of(style.board, lines)):
        line, now = alike[0], style.release(alike[0].now)
        if figure_size(now) == "words":
            names = [run for each in alike for run in (Run(f"{shown(each.name)}"), code(each.now), Run(", "))][:-1]
            why = paragraph(style.status(now.state.value, ""), Run(f" {printed(now)}", color=GREY))
            yield Row((Cell((Paragraph(tuple(names)), why), span=2),), ruled=number > 0)
            continue
        about = [paragraph(shown(line.name), code(now.code))]
        if style.density < 2 and tells_change(style.board, line):
            about.append(paragraph(Run(shown(line.change), color=GREY)))
        figure = paragraph(Run(printed(now), bold=True, scale=_scale(now)), right=True, tight=True)
        yield Row((Cell(tuple(about)), Cell((figure,))), ruled=number > 0)


def _scale(release: Release) -> float:
    """How large a figure is set beside the words around it."""
    return 1.25 if figure_size(release) == "big" else 1.0


def _work(style: Style, panel: WorkPanel, left: float, top: float, width: float) -> list[Thing]:
    things = facts(style, panel.lines, left, top, width, panel.title)
    if panel.tiers:
        heads = ("", style.say("Students"), style.say("Hours"))
        rows = [Row(tuple(_head(word, right=bool(word)) for word in heads), ruled=bool(things))]
        for tier in panel.tiers:
            rows.append(Row((Cell((paragraph(shown(tier.name)),)), *_figures(style, (tier.students, tier.hours)))))
        columns = column_widths(rows, style.size, width)
        at = bottom(things, top) + 0.2 * style.size
        things.append(table(left, at, columns, style.size, rows, style.say("Students"), header=True))
    return things


def _head(words: str, *, right: bool = False) -> Cell:
    return Cell((paragraph(Run(shown(words), color=GREY), right=right),))


def _figures(style: Style, codes: Sequence[str]) -> list[Cell]:
    """The figures of a row; neighbours that hide for the same reason say so once."""
    return [
        Cell(
            (paragraph(Run(shown(cell.text), color=INK if cell.shown else GREY), code(cell.codes), right=True),),
            cell.span,
        )
        for cell in cells_of(style.board, codes)
    ]


def _investment(style: Style, panel: InvestmentPanel, left: float, top: float, width: float) -> list[Thing]:
    things: list[Thing] = []
    for side in panel.sides:
        things += _side(style, panel, side, left, bottom(things, top) + 0.15 * style.size, width)
    return [*things, *facts(style, panel.lines, left, bottom(things, top) + 0.2 * style.size, width, panel.title)]


def _side(
    style: Style, panel: InvestmentPanel, side: SideLine, left: float, top: float, width: float
) -> Iterator[Thing]:
    """Who, what was put in, a bar of it in a frame as long as what was planned, and the plan in words."""
    size, actual, planned = style.size, style.release(side.actual), style.release(side.planned)
    figure = Run(printed(actual), bold=True, scale=_scale(actual))
    right = min(1.06 * text_width(figure.text, size * figure.scale, bold=True) + 2, 0.5 * width)
    name = text(left, top, width, size, [paragraph(shown(side.name), code(actual.code))], shown(side.name))
    yield name
    beside = text(
        left + width - right, name.box.bottom, right, size, [paragraph(figure, right=True, tight=True)], "Figure"
    )
    thick = 0.85 * size
    place = Box(left, name.box.bottom + (beside.box.height - thick) / 2, width - right - 8, thick)
    yield side_chart(style, side, panel.axis_high, place)
    yield beside
    plan = Run(style.say("planned {amount}", amount=printed(planned)), color=GREY)
    under = [paragraph(plan, code(planned.code))]
    yield text(left, beside.box.bottom, width, size, under, "Planned")


def goals(style: Style, panel: GoalPanel, left: float, top: float, width: float) -> Thing:
    """The goals as a table."""
    say = style.say
    heads = ("", say("Start"), say("Now"), say("Target"), say("Due"), say("Status"))
    first = Row(tuple(_head(word, right=number in (1, 2, 3)) for number, word in enumerate(heads)))
    rows = [first, *(_goal(style, goal, ruled=number == 0) for number, goal in enumerate(panel.lines))]
    return table(left, top, column_widths(rows, style.size, width), style.size, rows, panel.title, header=True)


def _goal(style: Style, goal: GoalLine, *, ruled: bool) -> Row:
    now = style.release(goal.now)
    value = Run(printed(now), bold=now.state is State.SHOWN, color=INK if now.state is State.SHOWN else GREY)
    standing = [style.status(goal.status, goal.status_text)] if goal.status else []
    standing += [Run(f" {shown(goal.reason)}", color=GREY)] if goal.reason else []
    cells = (
        paragraph(shown(goal.name), code(goal.code)),
        paragraph(shown(goal.baseline_text), right=True),
        paragraph(value, right=True),
        paragraph(shown(goal.target_text), right=True),
        paragraph(shown(goal.due)),
        paragraph(*standing),
    )
    return Row(tuple(Cell((each,)) for each in cells), ruled)


def _checkin(style: Style, panel: CheckinPanel) -> Iterator[Paragraph]:
    yield paragraph(Run(shown(panel.held), color=GREY))
    for decision in panel.decisions:
        yield paragraph(style.say("Decided: {decision}", decision=decision))
    for action in panel.lines:
        about = ", ".join(word for word in (action.owner, action.due_text) if word)
        runs = [style.status(action.state, action.state_text), Run(f" {shown(action.what)}")]
        runs += [Run(f" ({shown(about)})", color=GREY)] if about else []
        runs += [Run(f" → {shown(action.effect)}")] if action.effect else []
        yield Paragraph(tuple(runs))
    if panel.next_text:
        yield paragraph(Run(shown(panel.next_text), bold=True))


def _programs(style: Style, panel: GroupPanel, left: float, top: float, width: float) -> Thing:
    places = (style.say("Places"), style.say("Filled")) if panel.has_places else ()
    rows = [Row((_head(""), *(_head(column, right=True) for column in (*panel.columns, *places))))]
    for number, line in enumerate(panel.lines):
        about = [Run(f" ({shown(line.about)})", color=GREY)] if line.about else []
        cells = [Cell((paragraph(shown(line.name), *about),)), *_figures(style, line.cells)]
        if panel.has_places:
            cells += [Cell((paragraph(line.places or "–", right=True),)), *_figures(style, (line.filled,))]
        rows.append(Row(tuple(cells), ruled=number == 0))
    return table(left, top, column_widths(rows, style.size, width), style.size, rows, panel.title, header=True)


def _pipeline(style: Style, panel: PipelinePanel, left: float, top: float, width: float) -> Thing:
    rows = [
        Row((Cell((paragraph(shown(step.name)),)), *_figures(style, (step.now,))), ruled=number > 0)
        for number, step in enumerate(panel.lines)
    ]
    return table(left, top, column_widths(rows, style.size, width), style.size, rows, panel.title)


def _partners(style: Style, panel: PartnersPanel, left: float, top: float, width: float) -> Thing:
    """A row per partner; a code is that of the row with the letter of the column."""
    letters = (*panel.letters, "")
    heads = [
        Cell((paragraph(Run(shown(words), color=GREY), *([code(letter)] if letter else []), right=True),))
        for words, letter in zip(panel.columns, letters, strict=True)
    ]
    rows = [Row((_head(""), *heads))]
    rows += [_partner(style, line, ruled=number == 0) for number, line in enumerate(panel.lines)]
    if panel.more:
        text_of_more = style.say("and {number} more partners, for whom this page has no room", number=panel.more)
        rows.append(Row((Cell((paragraph(Run(text_of_more, color=GREY)),), span=len(panel.columns) + 1),)))
    rows.append(_partner(style, panel.total, ruled=True))
    return table(left, top, column_widths(rows, style.size, width), style.size, rows, panel.title, header=True)


def _partner(style: Style, line: PartnerLine, *, ruled: bool) -> Row:
    """A row; the one of all partners, in bold, has codes of its own beside its figures."""
    of_all = not line.code
    name = paragraph(Run(shown(line.name), bold=of_all), *([] if of_all else [code(line.code)]))
    figures = [
        Cell(
            (
                paragraph(
                    Run(shown(cell.text), bold=of_all and cell.shown, color=INK if cell.shown else GREY),
                    *([code(cell.codes)] if of_all else []),
                    right=True,
                ),
            ),
            cell.span,
        )
        for cell in cells_of(style.board, line.cells)
    ]
    return Row((Cell((name,)), *figures, Cell((paragraph(Run(line.goals, bold=of_all), right=True),))), ruled)


def _voice(style: Style, panel: KpiPanel, left: float, top: float, width: float) -> list[Thing]:
    """How favorable the answers are, and in a line each below how many there are."""
    chosen = favorable(panel.lines)
    things = facts(style, [line for line in panel.lines if line.kpi in chosen], left, top, width, panel.title)
    others = [line for line in panel.lines if line.kpi not in chosen]
    said = [paragraph(f"{shown(line.name)}: {printed(style.release(line.now))}", code(line.now)) for line in others]
    return [*things, *([text(left, bottom(things, top), width, style.size, said, "Answers")] if said else [])]
