"""A partner: its names over time, its programs, the shared vision and the goals."""

import datetime as dt
from dataclasses import dataclass


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
class Goal:
    """What both sides agreed a KPI should reach, in the unit of the KPI (percent: 0 to 100)."""

    kpi: str
    baseline: float | None
    baseline_period: str
    target: float
    due: str


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
