"""Boards of every shape, made from a real one: any number of goals and KPIs, names and notes of any length."""

from dataclasses import dataclass, replace
from itertools import count, cycle
from typing import Any

from hypothesis import strategies as st

from partnerkpi.language import LANGUAGES
from partnerkpi.models.board import (
    Audience,
    Board,
    CheckinPanel,
    Definition,
    GoalPanel,
    GroupPanel,
    InvestmentPanel,
    KpiPanel,
    Panel,
    PipelinePanel,
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


class Supply:
    """Names, notes and figures without end, drawn a few times and then handed out in turn."""

    def __init__(self, draw: st.DrawFn, shape: Shape) -> None:
        self.draw, self.shape = draw, shape
        self._names = cycle([draw(texts(shape.name)) for _ in range(7)])
        self._notes = cycle([draw(texts(shape.note)) for _ in range(5)])
        self._figures = cycle(draw(st.permutations(FIGURES)))

    def name(self) -> str:
        """The next name."""
        return next(self._names)

    def note(self, longest: int = 10_000) -> str:
        """The next note, cut."""
        return next(self._notes)[:longest].strip() or "x"

    def figure(self, old: Release, code: str) -> Release:
        """The release under another code and with another figure."""
        state, text, low, high = next(self._figures)
        reason = text if low is None else ""
        return replace(old, code=code, state=state, text=text, low=low, high=high, reason=reason)

    def some(self, most: int, least: int = 0) -> int:
        """A number."""
        return self.draw(st.integers(least, most))


@st.composite
def boards(draw: st.DrawFn, base: Board, shape: Shape) -> Board:
    """A board like `base` with no more than `shape` on it; the names of its KPIs and goals begin with their number."""
    supply = Supply(draw, shape)
    releases = {release.code: release for release in base.releases}
    counts = _shares(supply.some(shape.kpis, 1), draw(st.permutations(_KPI_PANELS)), supply.some(6, 1))
    panels: list[Any] = []
    numbers = count()
    for panel in base.panels:
        if isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
            lines = []
            for like, number in zip(_cycle(panel.lines, counts.get(panel.id, 0)), numbers, strict=False):
                code = f"K{number}"
                releases[code] = supply.figure(releases[like.now], code)
                lines.append(replace(like, kpi=code, name=f"#{number:02} {supply.name()}", now=code))
            panels.append(_with_lines(panel, lines))
        else:
            panels.append(_record(supply, panel))
    for code in draw(st.lists(st.sampled_from(sorted(releases)), max_size=12)):
        releases[code] = supply.figure(releases[code], code)
    told = [line.name for panel in panels for line in panel.lines if panel.id in ("outcomes", "goals")]
    return replace(
        base,
        panels=tuple(panels),
        releases=tuple(releases.values()),
        district=supply.name(),
        partner=supply.name(),
        formerly=draw(st.sampled_from(["", supply.name()])),
        vision=draw(st.sampled_from(["", supply.note()])),
        contact=draw(st.sampled_from(["", supply.name()])),
        headline=Sentence((replace(base.headline.clauses[0], text=supply.note(200)),)),
        ask=draw(st.sampled_from(["", supply.note(200)])),
        definitions=tuple(Definition(name, supply.note(160)) for name in told),
        notes=tuple(supply.note(160) for _ in range(supply.some(6, 1))),
        audience=draw(st.sampled_from(Audience)),
        language=draw(st.sampled_from(LANGUAGES)),
        paper=draw(st.sampled_from(["letter", "a4"])),
        orientation=draw(st.sampled_from(["landscape", "landscape", "portrait"])),
    )


def _record(supply: Supply, panel: Panel) -> Any:
    """A panel of goals, of a check-in, of the pipeline or of programs."""
    if isinstance(panel, PipelinePanel):
        return _with_lines(panel, [replace(stage, name=supply.name()) for stage in panel.lines])
    if isinstance(panel, GoalPanel):
        goals = _cycle(panel.lines, supply.some(supply.shape.goals, 1))
        return _with_lines(
            panel,
            [
                replace(goal, code=f"V{at}", name=f"#V{at:02} {supply.name()}", reason=supply.note(60))
                for at, goal in enumerate(goals)
            ],
        )
    if isinstance(panel, CheckinPanel):
        actions = _cycle(panel.lines, supply.some(supply.shape.others))
        told = [replace(each, what=f"T{at} {supply.note()}", owner=supply.name()) for at, each in enumerate(actions)]
        decisions = tuple(supply.note() for _ in range(supply.some(3)))
        return _with_lines(replace(panel, held=supply.note(), decisions=decisions), told)
    assert isinstance(panel, GroupPanel)
    rows = [replace(row, name=supply.name()) for row in _cycle(panel.lines, supply.some(supply.shape.others))]
    return replace(_with_lines(panel, rows), columns=tuple(supply.name() for _ in panel.columns))


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
