"""What the marts join the facts with, besides the calendar: a district's own scales, rates and rules."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from partnerkpi.models.partner import Cohort, CohortName
from partnerkpi.models.school_year import SchoolCalendar


@dataclass(frozen=True)
class ScaleMark:
    """One mark of a grading scale; `points_hundredths` is None for a mark outside GPA."""

    mark: str
    points_hundredths: int | None
    final: bool
    passing: bool
    d_or_f: bool


@dataclass(frozen=True)
class LevelWeight:
    """How many hundredths of a point a course level adds to a passing mark in a weighted GPA."""

    level: str
    points_hundredths: int


@dataclass(frozen=True)
class Rate:
    """What one unit is worth from a day on, until the next rate of the same name; `most_hundredths` counts at most.

    In cents per unit; `source` says who set it. None: any number of units counts.
    """

    name: str
    first_day: dt.date
    cents: int
    most_hundredths: int | None
    source: str


# What stands before the name of a rate in the definition of a KPI.
RATE = "rate_"


def rates_on(rates: Iterable[Rate], day: dt.date) -> dict[str, float]:
    """The rates in force on a day, in dollars, by the names that definitions use."""
    begun = sorted((rate for rate in rates if rate.first_day <= day), key=lambda rate: rate.first_day)
    return {f"{RATE}{rate.name}": rate.cents / 100 for rate in begun}


@dataclass(frozen=True)
class Reference:
    """Everything that people decide and the marts depend on.

    `scales` and `weights` are those in force in each school year. `core_subjects` are what a course's subject is
    called, in small letters. `eligible` are pairs of a kind of group and one of its values; a student is eligible
    who has one of the values of every kind that is named. `held` says whether whoever was in a cohort in a school
    year stays in it until the year's end.
    """

    calendar: SchoolCalendar
    scales: tuple[tuple[str, tuple[ScaleMark, ...]], ...]
    weights: tuple[tuple[str, tuple[LevelWeight, ...]], ...]
    rates: tuple[Rate, ...]
    core_subjects: tuple[str, ...]
    eligible: tuple[tuple[str, str], ...]
    held: bool
    cohorts: tuple[Cohort, ...]
    names: tuple[CohortName, ...]
