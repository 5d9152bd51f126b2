"""The frozen description of one page: releases and records only."""

from dataclasses import dataclass, field

from partnerkpi.models.manifest import Manifest
from partnerkpi.models.release import Release, State


@dataclass(frozen=True)
class KpiLine:
    """One KPI on the page. `now`, `last_year` and `trend` are codes of releases on the same board.

    `axis_high` is the right end of the bar in the KPI's unit (bars start at zero); `target` is an agreed
    number out of the partner file, not a figure about students, and None without a goal.
    `status` is one word ("met", "behind", ...) or empty; `change` the sentence about last year.
    """

    kpi: str
    name: str
    unit: str
    better: str
    window: str
    now: str
    last_year: str
    trend: tuple[str, ...]
    change: str
    axis_high: float
    target: float | None = None
    target_text: str = ""
    baseline: float | None = None
    baseline_text: str = ""
    status: str = ""


@dataclass(frozen=True)
class KpiPanel:
    """A panel of KPIs of one domain; `empty` says in one line why there is nothing to show."""

    id: str
    title: str
    lines: tuple[KpiLine, ...]
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
    reason: str


@dataclass(frozen=True)
class GroupLine:
    """One program (or other group) of the partner: its name and the codes of its figures, column by column."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class GroupPanel:
    """A small table: one row per program, one column per KPI."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[GroupLine, ...]
    empty: str = ""


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

    `manifest` says what it was made of. It names the version, so it is no part of what the version is made from.
    """

    schema: str
    title: str
    district: str
    partner: str
    partner_id: str
    formerly: str
    color: str
    period: str
    period_text: str
    headline: str
    ask: str
    vision: str
    data_through: tuple[DataThrough, ...]
    panels: tuple[KpiPanel, ...]
    programs: GroupPanel
    goals: tuple[GoalLine, ...]
    goals_empty: str
    definitions: tuple[Definition, ...]
    notes: tuple[str, ...]
    contact: str
    version: str
    paper: str = "letter"
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
