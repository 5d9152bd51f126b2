"""A KPI: what its file says about itself, and the units a figure can have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from partnerkpi.models.school_year import Window


class Domain(StrEnum):
    """The four everyday domains, in the order of the page; each is fed by the source table of its name."""

    ATTENDANCE = "attendance"
    GRADES = "grades"
    COLLEGE_CREDITS = "college credits"
    ENGAGEMENT = "engagement"

    @property
    def source_table(self) -> str:
        """The source table without which no KPI of the domain has a value."""
        return self.value.replace(" ", "_")


class Measure(StrEnum):
    """How numerators and denominators of many students become one figure.

    share and mean: sum(numerator) / sum(denominator), a share printed as a percentage;
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
    "grade points": Measure.MEAN,
    "hours per student": Measure.MEAN,
    "students": Measure.TOTAL,
    "placements": Measure.TOTAL,
    "credit hours": Measure.TOTAL,
    "hours": Measure.TOTAL,
}


@dataclass(frozen=True)
class KpiSetting:
    """A number a district may set for a KPI, with the default and what it means."""

    name: str
    default: float
    meaning: str


@dataclass(frozen=True)
class Kpi:
    """One KPI file, read and checked. `sql` is the SELECT with its header; `origin` says who keeps the file."""

    id: str
    name: str
    domain: Domain
    unit: str
    better: str
    window: Window
    grain: str
    definition: str
    source: str
    settings: tuple[KpiSetting, ...]
    sql: str
    path: Path
    origin: str

    @property
    def measure(self) -> Measure:
        """How figures of this unit are made."""
        return UNITS[self.unit]


def with_values(definition: str, values: Mapping[str, float]) -> str:
    """A definition with the values of its settings in place of their names in braces."""
    return re.sub(r"\{(\w+)\}", lambda m: f"{values[m[1]]:g}" if m[1] in values else m[0], definition)
