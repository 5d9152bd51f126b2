"""Boards of every shape, made from a real one: any number of goals and KPIs, names and notes of any length."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from partnerkpi.language import LANGUAGES
from partnerkpi.models.board import (
    ActionLine,
    Audience,
    Board,
    CheckinPanel,
    Definition,
    GoalPanel,
    GroupLine,
    GroupPanel,
    InvestmentPanel,
    KpiLine,
    KpiPanel,
    Panel,
    Sentence,
    WorkPanel,
)
from partnerkpi.models.release import Release, State

# What a figure may look like: state, text, and the ends of what is published.
FIGURES: tuple[tuple[State, str, float | None, float | None], ...] = (
    (State.SHOWN, "96%", 96.0, 96.0),
    (State.SHOWN, "0%", 0.0, 0.0),
    (State.SHOWN, "1,303", 1303.0, 1303.0),
    (State.SHOWN, "$1,234,567", 1234567.0, 1234567.0),
    (State.SHOWN, "80 to 85%", 80.0, 85.0),
    (State.SHOWN, "95% or more", 95.0, 100.0),
    (State.HIDDEN, "fewer than 10 students behind it", None, None),
    (State.NOT_DUE, "not due yet", None, None),
    (State.MISSING, "nothing on record", None, None),
)
WORDS = "Students of the district’s Health Sciences Academy who Đặng Thị Nguyễn first accompany at work, año tras año"
_KPI_PANELS = ("outcomes", "college", "work", "people", "investment", "voice")


@dataclass(frozen=True)
class Shape:
    """How much stands on a board: the longest name and note, and how many of everything."""

    name: int = 200
    note: int = 400
    goals: int = 12
    kpis: int = 40
    others: int = 6


ORDINARY = Shape(name=60, note=90, goals=6, kpis=20, others=3)
ANYTHING = Shape()


@st.composite
def texts(draw: st.DrawFn, longest: int) -> str:
    """A text of some length: words of a language with accents, capitals, or one word without a space."""
    length = draw(st.integers(1, longest))
    kind = draw(st.sampled_from(["words", "words", "words", "capitals", "one word"] if longest > 60 else ["words"]))
    text = {"words": WORDS, "capitals": WORDS.upper(), "one word": "Donaudampfschifffahrtsgesellschaft"}[kind]
    shift = draw(st.integers(0, 20))
    return ((text[shift:] + text * 8)[:length]).strip() or "x"


@st.composite
def boards(draw: st.DrawFn, base: Board, shape: Shape) -> Board:
    """A board like `base` with no more than `shape` on it; the names of its KPIs and goals begin with their number."""
    names, notes = texts(shape.name), texts(shape.note)
    releases = {release.code: release for release in base.releases}

    def figure() -> Callable[[Release], Release]:
        state, text, low, high = draw(st.sampled_from(FIGURES))
        return lambda old: replace(old, state=state, text=text, low=low, high=high, reason=text if low is None else "")

    def kpi(like: KpiLine, number: int) -> KpiLine:
        code = f"K{number}"
        releases[code] = figure()(replace(releases[like.now], code=code))
        return replace(like, kpi=code, name=f"#{number:02} {draw(names)}", now=code)

    counts = _shares(draw(st.integers(1, shape.kpis)), draw(st.permutations(_KPI_PANELS)), draw(st.integers(1, 6)))
    panels: list[Any] = []
    number = 0
    for panel in base.panels:
        if isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
            lines = [kpi(like, number + at) for at, like in enumerate(_cycle(panel.lines, counts.get(panel.id, 0)))]
            number += len(lines)
            panels.append(_with_lines(panel, lines))
        else:
            panels.append(_record(draw, panel, shape))
    for code in draw(st.lists(st.sampled_from(sorted(releases)), max_size=20)):
        releases[code] = figure()(releases[code])
    told = [line.name for panel in panels for line in panel.lines if panel.id in ("outcomes", "goals")]
    return replace(
        base,
        panels=tuple(panels),
        releases=tuple(releases.values()),
        district=draw(names),
        partner=draw(names),
        formerly=draw(st.just("") | names),
        vision=draw(st.just("") | notes),
        contact=draw(st.just("") | names),
        headline=Sentence((replace(base.headline.clauses[0], text=draw(texts(min(shape.note, 200)))),)),
        ask=draw(st.just("") | texts(min(shape.note, 200))),
        definitions=tuple(Definition(name, draw(texts(160))) for name in told),
        notes=tuple(draw(st.lists(texts(160), min_size=1, max_size=6))),
        audience=draw(st.sampled_from(Audience)),
        language=draw(st.sampled_from(LANGUAGES)),
        paper=draw(st.sampled_from(["letter", "a4"])),
        orientation=draw(st.sampled_from(["landscape", "landscape", "portrait"])),
    )


def _record(draw: st.DrawFn, panel: Panel, shape: Shape) -> Any:
    """A panel of goals, of a check-in or of programs."""
    names, notes = texts(shape.name), texts(shape.note)
    some = st.integers(0, shape.others)
    if isinstance(panel, GoalPanel):
        wanted = draw(st.integers(1, shape.goals))
        goals = [
            replace(goal, code=f"V{at}", name=f"#V{at:02} {draw(names)}", reason=draw(texts(min(shape.note, 60))))
            for at, goal in enumerate(_cycle(panel.lines, wanted))
        ]
        return _with_lines(panel, goals)
    if isinstance(panel, CheckinPanel):
        actions: list[ActionLine] = [
            replace(action, what=f"T{at} {draw(notes)}", owner=draw(names))
            for at, action in enumerate(_cycle(panel.lines, draw(some)))
        ]
        return replace(
            _with_lines(panel, actions), held=draw(notes), decisions=tuple(draw(st.lists(notes, max_size=3)))
        )
    assert isinstance(panel, GroupPanel)
    rows: list[GroupLine] = [replace(row, name=draw(names)) for row in _cycle(panel.lines, draw(some))]
    return replace(_with_lines(panel, rows), columns=tuple(draw(names) for _ in panel.columns))


def _with_lines(panel: Any, lines: list[Any]) -> Any:
    """The panel with these lines; without any it says why it is empty and has nothing else either."""
    if lines:
        return replace(panel, lines=tuple(lines))
    rest = {name: () for name in ("tiers", "sides", "decisions") if hasattr(panel, name)}
    return replace(panel, lines=(), empty="No data has been taken in yet.", **rest)


def _cycle(lines: tuple[Any, ...], wanted: int) -> list[Any]:
    return [lines[at % len(lines)] for at in range(wanted)]


def _shares(number: int, order: Any, parts: int) -> dict[str, int]:
    """So many KPIs over the first panels of an order, the first one with the most."""
    shares = {panel: number // (at + 1) // parts for at, panel in enumerate(order[1:parts], start=1)}
    return {order[0]: number - sum(shares.values()), **shares}
