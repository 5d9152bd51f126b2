"""The school years of the sample district: quarters, days off, terms and the days school was held."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SEED = "cedar ridge 1"
EXPORTED_ON = date(2026, 10, 23)


@dataclass(frozen=True)
class Quarter:
    """A quarter of a school year, both days included."""

    name: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class SchoolYear:
    """A school year: contiguous quarters, weekdays without school, and the quarter of each term."""

    name: str
    quarters: tuple[Quarter, ...]
    days_off: frozenset[date]
    terms: tuple[tuple[str, str], ...]

    @property
    def first_day(self) -> date:
        """The first day of the first quarter."""
        return self.quarters[0].first_day

    @property
    def last_day(self) -> date:
        """The last day of the last quarter."""
        return self.quarters[-1].last_day

    def quarter(self, name: str) -> Quarter:
        """The quarter called `name`."""
        return next(quarter for quarter in self.quarters if quarter.name == name)

    def school_days(self, school: str) -> list[date]:
        """The days on which `school` was open, up to the day of the export."""
        last = min(self.last_day, EXPORTED_ON)
        return [day for day in weekdays(self.first_day, last) if self.is_school_day(school, day)]

    def is_school_day(self, school: str, day: date) -> bool:
        """Whether `school` is open on the weekday `day`."""
        return day not in self.days_off and (school, day) not in CLOSURES


# One school was closed on one day: the calendar differs by school.
CLOSURES = frozenset({("Birch Middle School", date(2025, 2, 12))})


def stream(*parts: str) -> random.Random:
    """A source of random numbers of its own for each purpose, so that one part can change alone."""
    return random.Random("|".join((SEED, *parts)))


def weekdays(first: date, last: date) -> Iterator[date]:
    """Monday to Friday from `first` to `last`, both included."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() < 5:
            yield day


def _quarters(first: str, *last_days: str) -> tuple[Quarter, ...]:
    """Quarters Q1 to Q4 without gaps, from the first day of the year and the last day of each quarter."""
    quarters: list[Quarter] = []
    start = date.fromisoformat(first)
    for number, text in enumerate(last_days, start=1):
        last = date.fromisoformat(text)
        quarters.append(Quarter(f"Q{number}", start, last))
        start = last + timedelta(days=1)
    return tuple(quarters)


def _days(*texts: str) -> frozenset[date]:
    """The weekdays named: single days, or spans written `first/last`."""
    days: set[date] = set()
    for text in texts:
        first, _, last = text.partition("/")
        days.update(weekdays(date.fromisoformat(first), date.fromisoformat(last or first)))
    return frozenset(days)


def _terms(*college: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The district's own terms, followed by the college's."""
    own = (("Q1", "Q1"), ("Q2", "Q2"), ("S1", "Q2"), ("Q3", "Q3"), ("Q4", "Q4"), ("S2", "Q4"))
    return own + college


YEARS = (
    SchoolYear(
        "2024-25",
        _quarters("2024-08-26", "2024-10-25", "2025-01-17", "2025-03-28", "2025-06-11"),
        _days(
            *("2024-09-02", "2024-10-14", "2024-11-05", "2024-11-11", "2024-11-27/2024-11-29"),
            *("2024-12-23/2025-01-03", "2025-01-20", "2025-01-21", "2025-02-17", "2025-03-10"),
            *("2025-03-31/2025-04-04", "2025-04-18", "2025-05-26"),
        ),
        _terms(("2024FA", "Q2"), ("2025SP", "Q4")),
    ),
    SchoolYear(
        "2025-26",
        _quarters("2025-08-25", "2025-10-24", "2026-01-16", "2026-03-27", "2026-06-10"),
        _days(
            *("2025-09-01", "2025-10-13", "2025-11-04", "2025-11-11", "2025-11-26/2025-11-28"),
            *("2025-12-22/2026-01-02", "2026-01-19", "2026-01-20", "2026-02-16", "2026-03-09"),
            *("2026-03-30/2026-04-03", "2026-05-25"),
        ),
        _terms(("2025FA", "Q2"), ("2026SP", "Q4")),
    ),
    SchoolYear(
        "2026-27",
        _quarters("2026-08-24", "2026-10-23", "2027-01-15", "2027-03-26", "2027-06-09"),
        _days(
            *("2026-09-07", "2026-10-12", "2026-11-03", "2026-11-11", "2026-11-25/2026-11-27"),
            *("2026-12-21/2027-01-01", "2027-01-18", "2027-01-19", "2027-02-15", "2027-03-08"),
            *("2027-03-29/2027-04-02", "2027-05-31"),
        ),
        _terms(("2026SU", "Q1"), ("2026FA", "Q2"), ("2027SP", "Q4")),
    ),
)
