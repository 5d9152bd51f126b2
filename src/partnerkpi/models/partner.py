"""A partner: its names over time, its programs, the shared vision and the goals."""

import datetime as dt
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class FormerName:
    """A name the partner went by until a day (that day excluded)."""

    name: str
    until: dt.date


@dataclass(frozen=True)
class Program:
    """One program of a partner, with the other names exports may use for it."""

    id: str
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class GoalRevision:
    """What both sides agreed instead, from a day on; an empty `due` keeps the one before."""

    on: dt.date
    target: float
    due: str
    reason: str


@dataclass(frozen=True)
class Goal:
    """What both sides agreed a KPI should reach, in the unit of the KPI (percent: 0 to 100).

    `revisions` are in order of time; target and due are those first agreed, until `on` is asked for another day.
    """

    kpi: str
    baseline: float | None
    baseline_period: str
    target: float
    due: str
    revisions: tuple[GoalRevision, ...] = ()

    def on(self, day: dt.date) -> "Goal":
        """The goal in force on a day, with the revisions made by then."""
        made = tuple(revision for revision in self.revisions if revision.on <= day)
        dues = [revision.due for revision in made if revision.due]
        target, due = made[-1].target if made else self.target, dues[-1] if dues else self.due
        return replace(self, target=target, due=due, revisions=made)


@dataclass(frozen=True)
class Action:
    """What somebody took on at a check-in, by role; `aims_at` is the id of the KPI it is meant to move, or ""."""

    what: str
    owner: str
    due: dt.date | None
    done: dt.date | None
    aims_at: str

    def state(self, day: dt.date) -> str:
        """Whether it was "done", "late" or "open" on a day."""
        if self.done is not None and self.done <= day:
            return "done"
        return "late" if self.due is not None and self.due < day else "open"


@dataclass(frozen=True)
class Checkin:
    """One meeting of both sides; who was there is told by role."""

    on: dt.date
    attended: tuple[str, ...]
    decisions: tuple[str, ...]
    actions: tuple[Action, ...]
    next: dt.date | None


@dataclass(frozen=True)
class PageChoice:
    """What a partner's page shows instead of the usual: panels, KPIs by panel; empty: as usual.

    `logo` is a file beside the partner file; `money_public` says that both sides agreed to tell the community.
    """

    panels: tuple[str, ...] = ()
    kpis: tuple[tuple[str, tuple[str, ...]], ...] = ()
    logo: str = ""
    money_public: bool = False
    language: str = ""


@dataclass(frozen=True)
class Partner:
    """One partner file."""

    id: str
    name: str
    aliases: tuple[str, ...]
    formerly: tuple[FormerName, ...]
    programs: tuple[Program, ...]
    vision: str
    goals: tuple[Goal, ...]
    contact: str
    color: str
    checkins: tuple[Checkin, ...] = ()
    page: PageChoice = PageChoice()

    def checkin_on(self, day: dt.date) -> Checkin | None:
        """The last check-in held on or before a day."""
        held = [checkin for checkin in self.checkins if checkin.on <= day]
        return held[-1] if held else None

    def with_goals_of(self, day: dt.date) -> "Partner":
        """The partner with its goals as they were agreed on a day."""
        return replace(self, goals=tuple(goal.on(day) for goal in self.goals))

    def name_on(self, day: dt.date) -> str:
        """The name in use on a day."""
        later = [former for former in self.formerly if day < former.until]
        return min(later, key=lambda former: former.until).name if later else self.name

    def formerly_on(self, day: dt.date) -> str:
        """The name given up within the year before a day, or nothing."""
        recent = [f for f in self.formerly if f.until <= day < f.until + dt.timedelta(days=366)]
        return max(recent, key=lambda former: former.until).name if recent else ""


@dataclass(frozen=True)
class Cohort:
    """A partner, or one of its programs, as the warehouse numbers it; `program` is empty for the whole partner."""

    cohort_id: int
    partner: str
    program: str


@dataclass(frozen=True)
class CohortName:
    """A pair of names as exports write them, and one cohort it counts for."""

    partner: str
    program: str
    cohort_id: int
