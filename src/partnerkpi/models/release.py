"""A release: one figure after disclosure control, the only kind of figure a page can hold."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The four states of a figure; no two of them may ever look alike."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    NOT_DUE = "not due"
    MISSING = "missing"


@dataclass(frozen=True)
class Population:
    """Whom a figure is about: a cohort in a period, and the group within it."""

    partner: str
    program: str
    period: str
    window: str
    by: str = ""
    group: str = ""


@dataclass(frozen=True)
class Release:
    """One figure as it may be published.

    `low` and `high` are the ends of what is published, in the unit of the KPI (percent: 0 to 100): equal for
    an exact figure, apart for a band such as "80 % or more"; both None unless `state` is shown.
    `text` is what a page prints; `reason` says in words why nothing is shown.
    """

    code: str
    kpi: str
    population: Population
    state: State
    text: str
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @property
    def exact(self) -> bool:
        """Whether one single value is published."""
        return self.low is not None and self.low == self.high
