"""The frozen description of one page: releases and records only."""

from dataclasses import dataclass, field
from enum import StrEnum

from partnerkpi.models.manifest import Manifest
from partnerkpi.models.release import Release, State


class Audience(StrEnum):
    """Who reads a page. Disclosure control is the same for all of them; what is told, and how much, is not."""

    EXECUTIVE = "executive"
    COMMUNITY = "community"
    BOARD = "board"


@dataclass(frozen=True)
class Clause:
    """A piece of a sentence, and the codes of the figures it speaks of."""

    text: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentence:
    """One sentence made by rule. Its clauses follow each other as they are, spaces and full stop included."""

    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        """What is read."""
        return "".join(clause.text for clause in self.clauses)

    @property
    def codes(self) -> tuple[str, ...]:
        """The figures it speaks of, in order."""
        return tuple(code for clause in self.clauses for code in clause.codes)


@dataclass(frozen=True)
class KpiLine:
    """One KPI on the page. `now`, `last_year`, `changed`, `trend` and `similar` are codes of releases on the board.

    `axis_high` is the right end of the bar in the KPI's unit (bars start at zero); `target` is an agreed
    number out of the partner file, not a figure about students, and None without a goal.
    `status` is one word ("met", "behind", ...) or empty and `status_text` that word as printed; `change` is the
    sentence about last year (`changed` in words, or when it was last known); `trend` is empty where a panel draws none;
    `similar` is empty where similar students are not compared or the comparison is withheld.
    """

    kpi: str
    name: str
    unit: str
    better: str
    window: str
    now: str
    last_year: str
    changed: str
    trend: tuple[str, ...]
    change: str
    axis_high: float
    target: float | None = None
    target_text: str = ""
    baseline: float | None = None
    baseline_text: str = ""
    status: str = ""
    status_text: str = ""
    similar: str = ""


@dataclass(frozen=True)
class KpiPanel:
    """A panel of KPIs; `empty` says in one line why there is nothing to show."""

    id: str
    title: str
    lines: tuple[KpiLine, ...]
    empty: str = ""


@dataclass(frozen=True)
class TierLine:
    """One tier of work-based learning: the codes of its students and of their hours."""

    name: str
    students: str
    hours: str


@dataclass(frozen=True)
class WorkPanel:
    """Work-based learning: a row for each tier, and KPIs of completion."""

    id: str
    title: str
    tiers: tuple[TierLine, ...]
    lines: tuple[KpiLine, ...]
    empty: str = ""


@dataclass(frozen=True)
class SideLine:
    """What one side has put in, and what it had planned: codes of releases."""

    name: str
    actual: str
    planned: str


@dataclass(frozen=True)
class InvestmentPanel:
    """Both sides on one axis that ends at `axis_high` dollars, and what a participant costs."""

    id: str
    title: str
    sides: tuple[SideLine, ...]
    lines: tuple[KpiLine, ...]
    axis_high: float
    empty: str = ""


@dataclass(frozen=True)
class GoalLine:
    """One goal of the shared vision: `now` is the code of a release; the rest is what was agreed."""

    code: str
    name: str
    now: str
    baseline_text: str
    target_text: str
    due: str
    status: str
    status_text: str
    reason: str


@dataclass(frozen=True)
class GoalPanel:
    """The goals both sides agreed on."""

    id: str
    title: str
    lines: tuple[GoalLine, ...]
    empty: str = ""


@dataclass(frozen=True)
class ActionLine:
    """What somebody took on at a check-in: who by role, until when, and whether it is done.

    `state` is "done", "late" or "open"; `effect` says where the figure it aimed at stands, "" without one, and `codes`
    are the releases it speaks of.
    """

    what: str
    owner: str
    due_text: str
    state: str
    state_text: str
    effect: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckinPanel:
    """The last check-in: when and who (by role), what was decided, what was taken on, and when the next one is."""

    id: str
    title: str
    held: str
    decisions: tuple[str, ...]
    lines: tuple[ActionLine, ...]
    next_text: str
    empty: str = ""


@dataclass(frozen=True)
class StageLine:
    """One step of the pipeline: its name and the code of how many students have come as far."""

    name: str
    now: str


@dataclass(frozen=True)
class PipelinePanel:
    """From the first year in the program to the partner's door: each step is one of those before it.

    All bars stand on one axis, which begins at zero and ends at `axis_high` students.
    """

    id: str
    title: str
    lines: tuple[StageLine, ...]
    axis_high: float
    empty: str = ""


@dataclass(frozen=True)
class GroupLine:
    """One program (or other group) of the partner: its name and the codes of its figures, column by column.

    `about` says what kind of program it is, `places` how many students it has places for ("" when nobody said), and
    `filled` is the code of how many of them are taken.
    """

    name: str
    cells: tuple[str, ...]
    about: str = ""
    places: str = ""
    filled: str = ""


@dataclass(frozen=True)
class GroupPanel:
    """A small table: one row per program, one column per KPI."""

    id: str
    title: str
    columns: tuple[str, ...]
    lines: tuple[GroupLine, ...]
    empty: str = ""

    @property
    def has_places(self) -> bool:
        """Whether any of them has places to fill."""
        return any(line.places for line in self.lines)


@dataclass(frozen=True)
class PartnerLine:
    """One partner on the district's page: the codes of its figures, column by column, and how many goals are met.

    `code` is what the codes of the row begin with, "" for the row of all partners; `goal_codes` are the figures that
    its goals are on, of which `goals` counts those met.
    """

    name: str
    code: str
    cells: tuple[str, ...]
    goals: str
    goal_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartnersPanel:
    """A row per partner, and `total`: all of them, students they share counted once.

    `letters` end the codes of a column's cells; `more` is how many partners have no room on the page.
    """

    id: str
    title: str
    columns: tuple[str, ...]
    letters: tuple[str, ...]
    lines: tuple[PartnerLine, ...]
    total: PartnerLine
    more: int = 0
    empty: str = ""


Panel = KpiPanel | WorkPanel | PipelinePanel | InvestmentPanel | GoalPanel | CheckinPanel | GroupPanel | PartnersPanel


@dataclass(frozen=True)
class DataThrough:
    """How far a source table reaches: the last day it speaks of, as printed."""

    source: str
    text: str


@dataclass(frozen=True)
class Definition:
    """What a KPI on the page means, with the settings in force."""

    name: str
    text: str


@dataclass(frozen=True)
class Board:
    """Everything on one page, in reading order. Renderers take a board and nothing else.

    A panel that has nothing to show keeps its place in `panels` with its reason in `empty`. `story` is what is read
    aloud; `logo` is a picture as a `data:` address, checked and cleaned, or "".
    `manifest` says what it was made of. It names the version, so it is no part of what the version is made from.
    """

    schema: str
    language: str
    audience: Audience
    title: str
    district: str
    partner: str
    partner_id: str
    formerly: str
    color: str
    logo: str
    period: str
    period_text: str
    headline: Sentence
    ask: str
    story: tuple[Sentence, ...]
    vision: str
    data_through: tuple[DataThrough, ...]
    panels: tuple[Panel, ...]
    definitions: tuple[Definition, ...]
    notes: tuple[str, ...]
    contact: str
    version: str
    paper: str = "letter"
    orientation: str = "landscape"
    releases: tuple[Release, ...] = field(default=())
    manifest: Manifest | None = field(default=None, compare=False, repr=False)

    def release(self, code: str) -> Release:
        """The release printed under `code`.

        Raises KeyError when the page has none: that would be a bug of whoever built the board.
        """
        for release in self.releases:
            if release.code == code:
                return release
        raise KeyError(code)

    def shown(self) -> tuple[Release, ...]:
        """The releases with a value, in the order of their codes on the page."""
        return tuple(release for release in self.releases if release.state is State.SHOWN)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of every figure that the page tells, in whatever form."""
        found = [code for sentence in (self.headline, *self.story) for code in sentence.codes]
        for line in self.kpi_lines:
            found += [line.now, line.last_year, line.changed, *line.trend, line.similar]
        for panel in self.panels:
            match panel:
                case WorkPanel():
                    found += [code for tier in panel.tiers for code in (tier.students, tier.hours)]
                case InvestmentPanel():
                    found += [code for side in panel.sides for code in (side.actual, side.planned)]
                case GoalPanel():
                    found += [goal.now for goal in panel.lines]
                case CheckinPanel():
                    found += [code for action in panel.lines for code in action.codes]
                case GroupPanel():
                    found += [code for row in panel.lines for code in (*row.cells, row.filled)]
                case PartnersPanel():
                    found += [code for row in (*panel.lines, panel.total) for code in (*row.cells, *row.goal_codes)]
                case PipelinePanel():
                    found += [stage.now for stage in panel.lines]
        return frozenset(found) - {""}

    @property
    def kpi_lines(self) -> tuple[KpiLine, ...]:
        """Every KPI line of every panel."""
        return tuple(
            line
            for panel in self.panels
            if isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel)
            for line in panel.lines
        )

    @property
    def goals(self) -> tuple[GoalLine, ...]:
        """The goals, wherever they stand."""
        return tuple(line for panel in self.panels if isinstance(panel, GoalPanel) for line in panel.lines)
