"""A KPI: what its file says about itself, and the units a figure can have."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from partnerkpi.models.school_year import Window


class Domain(StrEnum):
    """The four everyday domains and what both sides put in, in the order of the page."""

    ATTENDANCE = "attendance"
    GRADES = "grades"
    COLLEGE_CREDITS = "college credits"
    ENGAGEMENT = "engagement"
    INVESTMENT = "investment"

    @property
    def source_table(self) -> str:
        """The source table without which no KPI of the domain has a value."""
        return "investments" if self is Domain.INVESTMENT else self.value.replace(" ", "_")


class Measure(StrEnum):
    """How numerators and denominators of many students become one figure.

    share and mean: sum(numerator) / sum(denominator), a share printed as a percentage (of a plan, above 100 too);
    total: sum(numerator) / denominator, where the denominator only turns minor units into the unit.
    """

    SHARE = "share"
    MEAN = "mean"
    TOTAL = "total"


UNITS: dict[str, Measure] = {
    "percent of students": Measure.SHARE,
    "percent of days": Measure.SHARE,
    "percent of course marks": Measure.SHARE,
    "percent of credit hours": Measure.SHARE,
    "percent of placements": Measure.SHARE,
    "percent of eligible students": Measure.SHARE,
    "percent of answers": Measure.SHARE,
    "percent of plan": Measure.SHARE,
    "percent of investment": Measure.SHARE,
    "grade points": Measure.MEAN,
    "hours per student": Measure.MEAN,
    "dollars per student": Measure.MEAN,
    "dollars per credit hour": Measure.MEAN,
    "students": Measure.TOTAL,
    "placements": Measure.TOTAL,
    "credit hours": Measure.TOTAL,
    "credentials": Measure.TOTAL,
    "hours": Measure.TOTAL,
    "answers": Measure.TOTAL,
    "teachers": Measure.TOTAL,
    "externships": Measure.TOTAL,
    "FTE": Measure.TOTAL,
    "dollars": Measure.TOTAL,
}


class Grain(StrEnum):
    """What one row of a KPI is about."""

    STUDENT = "student"
    PARTNER = "partner"


class Counted(StrEnum):
    """Whose rows of a KPI count for a cohort: its members' (the cohort as it is), or all that the KPI gives for it."""

    MEMBERS = "members"
    OWN = "own"


@dataclass(frozen=True)
class KpiSetting:
    """A number a district may set for a KPI, with the default and what it means."""

    name: str
    default: float
    meaning: str


@dataclass(frozen=True)
class Kpi:
    """One KPI file, read and checked. `sql` is the SELECT with its header; `origin` says who keeps the file.

    `columns` are those the SELECT gives, once it was held against the marts; empty before. `aloud` is the sentence its
    figure is read aloud in, with {figure} in it; "" without one.
    """

    id: str
    name: str
    domain: Domain
    unit: str
    better: str
    window: Window
    grain: Grain
    definition: str
    source: str
    settings: tuple[KpiSetting, ...]
    sql: str
    path: Path
    origin: str
    counted: Counted = Counted.MEMBERS
    columns: frozenset[str] = frozenset()
    aloud: str = ""

    @property
    def source_table(self) -> str:
        """The source table without which it has no value: its domain's, unless it tells of surveys or training."""
        own = [table for table in ("surveys", "staff_training") if f"{table}_by_period" in self.sql]
        return own[0] if own else self.domain.source_table

    @property
    def measure(self) -> Measure:
        """How figures of this unit are made."""
        return UNITS[self.unit]

    def can_be(self, value: float) -> bool:
        """Whether a figure in this unit can have a value: a number with an end; a percentage from 0 to 100.

        Of a plan more than 100 percent can be put in.
        """
        if self.measure is not Measure.SHARE:
            return math.isfinite(value)
        return 0 <= value < math.inf if self.unit == "percent of plan" else 0 <= value <= 100


def with_values(definition: str, values: Mapping[str, float]) -> str:
    """A definition with the values of its settings in place of their names in braces."""
    return re.sub(r"\{(\w+)\}", lambda m: f"{values[m[1]]:g}" if m[1] in values else m[0], definition)
