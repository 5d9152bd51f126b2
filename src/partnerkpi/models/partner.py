"""A partner: its names over time, its programs, the shared vision and the goals."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True)
class FormerName:
    """A name the partner went by until a day (that day excluded)."""

    name: str
    until: dt.date


@dataclass(frozen=True)
class FormerProgram:
    """What a program was called, what it was and how many places it had, until a day (that day excluded)."""

    until: dt.date
    name: str
    element: str = ""
    capacity: int | None = None


@dataclass(frozen=True)
class Program:
    """One program of a partner, with the other names exports may use for it.

    `since` is its first day and `until` the day it ended (that day excluded; None: open). `element` says what it is
    ("internship", "lab visit", ...; "" when nobody said) and `capacity` how many students it has places for; `formerly`
    what all three were before, in order of time.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    since: dt.date | None = None
    until: dt.date | None = None
    element: str = ""
    capacity: int | None = None
    formerly: tuple[FormerProgram, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name exports may use for it, the id included."""
        return (self.id, self.name, *self.aliases, *(former.name for former in self.formerly))

    def runs_on(self, day: dt.date) -> bool:
        """Whether it is under way on a day."""
        return self.runs_between(day, day)

    def runs_between(self, first: dt.date, last: dt.date) -> bool:
        """Whether it is under way on some day from the first to the last."""
        return (self.since is None or self.since <= last) and (self.until is None or first < self.until)

    def on(self, day: dt.date) -> "Program":
        """The program with the name, element and places it had on a day."""
        later = [former for former in self.formerly if day < former.until]
        if not later:
            return self
        return replace(self, name=later[0].name, element=later[0].element, capacity=later[0].capacity)


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
    `since` is the day it was set (None: from the beginning), `retired` the day it was given up, and `why`.
    `baseline_students` is how many students the partner served when the baseline was taken, where it may be told.
    """

    kpi: str
    baseline: float | None
    baseline_period: str
    target: float
    due: str
    revisions: tuple[GoalRevision, ...] = ()
    since: dt.date | None = None
    retired: dt.date | None = None
    why: str = ""
    baseline_students: int | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether both sides held on to it on a day."""
        return (self.since is None or self.since <= day) and (self.retired is None or day < self.retired)

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


class ChangeKind(StrEnum):
    """What may happen to a partner."""

    RENAMED = "renamed"
    ACQUIRED = "acquired"
    MERGED = "merged"
    JOINED = "joined"
    SPLIT = "split"
    SPLIT_OFF = "split off"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    PROGRAM_ADDED = "program added"
    PROGRAM_CHANGED = "program changed"
    PROGRAM_STOPPED = "program stopped"
    SITE_ADDED = "site added"
    CONTACT_CHANGED = "contact changed"


_STATES = {
    ChangeKind.PAUSED: "paused",
    ChangeKind.RESUMED: "active",
    ChangeKind.ENDED: "ended",
    ChangeKind.MERGED: "merged",
}


@dataclass(frozen=True)
class Change:
    """One entry of a partner's log: from which day on, what, and why.

    `what` is a sentence; `partner` the id of the other partner (MERGED: into which; SPLIT: the new one; JOINED and
    SPLIT_OFF tell the same of the other side) and `programs` the ids that went there. `renamed` pairs the ids that
    are others over there with what they are. `names` are those that came with the change: nobody knew before its day
    what they mean (RENAMED, ACQUIRED: of the partner; PROGRAM_CHANGED, JOINED: of programs; SITE_ADDED: the site).
    """

    on: dt.date
    kind: ChangeKind
    what: str
    reason: str
    partner: str = ""
    programs: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """Whom a reader may turn to, an office or a role, from a day on."""

    role: str
    since: dt.date


@dataclass(frozen=True)
class Agreement:
    """The data-sharing agreement with a partner: both days included; source tables it may see; smallest group."""

    start: dt.date
    end: dt.date
    fields: tuple[str, ...] = ()
    minimum_group: int | None = None


@dataclass(frozen=True)
class Recipients:
    """Who gets the board of an audience, by e-mail address."""

    audience: str
    addresses: tuple[str, ...]


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
    changes: tuple[Change, ...] = ()
    contacts: tuple[Contact, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    recipients: tuple[Recipients, ...] = ()
    sites: tuple[str, ...] = ()

    def agreement_on(self, day: dt.date) -> Agreement | None:
        """The agreement in force on a day; where none is, the next one to begin, else the last one that ended."""
        to_come = (each for each in self.agreements if day <= each.end)
        return next(to_come, self.agreements[-1] if self.agreements else None)

    def checkin_on(self, day: dt.date) -> Checkin | None:
        """The last check-in held on or before a day."""
        held = [checkin for checkin in self.checkins if checkin.on <= day]
        return held[-1] if held else None

    @property
    def planned(self) -> dt.date | None:
        """The next meeting that is planned: what the latest check-in says; dates that older ones named are past."""
        return self.checkins[-1].next if self.checkins else None

    def state_on(self, day: dt.date) -> str:
        """Whether it is "active", "paused", "ended" or "merged" on a day."""
        change = self.turn_on(day)
        return _STATES[change.kind] if change else "active"

    def turn_on(self, day: dt.date) -> Change | None:
        """The change that made it what it is on a day: paused, resumed, ended or merged; None: nothing did."""
        turns = [change for change in self.changes if change.on <= day and change.kind in _STATES]
        return turns[-1] if turns else None

    def first(self, kind: ChangeKind) -> Change | None:
        """The first change of a kind."""
        return next((change for change in self.changes if change.kind is kind), None)

    def contact_on(self, day: dt.date) -> str:
        """Whom a reader could turn to on a day."""
        known = [contact for contact in self.contacts if contact.since <= day]
        return known[-1].role if known else self.contact

    def as_of(self, day: dt.date, *, first: dt.date | None = None) -> "Partner":
        """The partner as it was on a day: names, goals, programs, contact, check-ins, sites; nothing that came later.

        With `first` the programs are all that ran on some day from then on.
        """
        later = [change for change in self.changes if change.on > day and change.kind is ChangeKind.SITE_ADDED]
        to_come = {site for change in later for site in change.names}
        return replace(
            self,
            name=self.name_on(day),
            formerly=tuple(former for former in self.formerly if former.until <= day),
            goals=tuple(goal.on(day) for goal in self.goals if goal.holds_on(day)),
            programs=tuple(program.on(day) for program in self.programs if program.runs_between(first or day, day)),
            contact=self.contact_on(day),
            checkins=tuple(checkin for checkin in self.checkins if checkin.on <= day),
            changes=tuple(change for change in self.changes if change.on <= day),
            sites=tuple(site for site in self.sites if site not in to_come),
        )

    def name_on(self, day: dt.date) -> str:
        """The name in use on a day."""
        later = [former for former in self.formerly if day < former.until]
        return min(later, key=lambda former: former.until).name if later else self.name

    def formerly_on(self, day: dt.date, *, after: dt.date | None = None) -> str:
        """The name given up last by a day and after another one (None: a year before), or nothing."""
        since = after or day - dt.timedelta(days=366)
        recent = [former for former in self.formerly if since < former.until <= day]
        return max(recent, key=lambda former: former.until).name if recent else ""


@dataclass(frozen=True)
class Cohort:
    """A partner, or one of its programs, as the warehouse numbers it; `program` is empty for the whole partner."""

    cohort_id: int
    partner: str
    program: str


@dataclass(frozen=True)
class CohortName:
    """A pair of names as exports write them, and one cohort it counts for, from a first day to a last one.

    `name_of` is the id of the partner that goes by the name, whoever the rows count for.
    """

    partner: str
    program: str
    cohort_id: int
    name_of: str
    first_day: dt.date = dt.date.min
    last_day: dt.date = dt.date.max
