"""A district's own calendar: school years, their quarters, and the periods KPIs are told for."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_LONG = re.compile(r"(\d{4})\s*[-/–]\s*(\d{2}|\d{4})")
_SHORT = re.compile(r"SY\s*'?(\d{2}|\d{4})", re.IGNORECASE)
_PERIOD = re.compile(r"(?P<year>.*?)[\s-]*Q(?P<number>[1-9])", re.IGNORECASE)


class Window(StrEnum):
    """How much of a school year a KPI looks at: one quarter, everything up to the quarter's end, or all of the year.

    What is told of a school year is known at the end of its last quarter and not before.
    """

    QUARTER = "quarter"
    YEAR_TO_DATE = "year to date"
    SCHOOL_YEAR = "school year"


def school_year_label(text: str) -> str:
    """The one spelling of a school year: "2026-27" for "2026-27", "2026-2027", "2026/27", "SY27", "SY2027".

    "SY27" is the year that ends in 2027, as United States districts write it. Raises ValueError for anything
    else; a bare "2026" could be either of two years, so it is refused.
    """
    cleaned = text.strip()
    if match := _SHORT.fullmatch(cleaned):
        first = int(match[1]) - 1 if len(match[1]) == 4 else 1999 + int(match[1])
        last = (first + 1) % 100
    elif match := _LONG.fullmatch(cleaned):
        first, last = int(match[1]), int(match[2][-2:])
        if len(match[2]) == 4 and int(match[2]) != first + 1:
            raise ValueError(text)
    else:
        raise ValueError(text)
    if (first + 1) % 100 != last:
        raise ValueError(text)
    return f"{first}-{last:02d}"


def quarter_label(text: str) -> str:
    """The one spelling of a quarter, "2026-27 Q4", whether or not a calendar knows it; raises ValueError."""
    match = _PERIOD.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return f"{school_year_label(match['year'])} Q{match['number']}"


@dataclass(frozen=True)
class Quarter:
    """One quarter. `quarter_id` is first calendar year x 100 + number x 10: 2026-27 Q1 is 202610."""

    school_year: str
    number: int
    first_day: dt.date
    last_day: dt.date

    @property
    def quarter_id(self) -> int:
        """The key of the quarter in the warehouse."""
        return int(self.school_year[:4]) * 100 + self.number * 10

    @property
    def label(self) -> str:
        """As printed: "2026-27 Q1"."""
        return f"{self.school_year} Q{self.number}"

    @property
    def slug(self) -> str:
        """As a folder name: "2026-27-Q1"."""
        return f"{self.school_year}-Q{self.number}"


@dataclass(frozen=True)
class Period:
    """A quarter, or the school year up to the quarter's end; `period_id` is the quarter's id plus 0 or 1."""

    quarter: Quarter
    window: Window
    first_day: dt.date

    @property
    def period_id(self) -> int:
        """The key of the period in the warehouse: 202610 the quarter, 202611 year to date."""
        return self.quarter.quarter_id + (self.window is not Window.QUARTER)

    @property
    def last_day(self) -> dt.date:
        """Last day of the period."""
        return self.quarter.last_day


@dataclass(frozen=True)
class SchoolYear:
    """One school year: its quarters in order, and for each term the number of the quarter that closes it."""

    name: str
    quarters: tuple[Quarter, ...]
    terms: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SchoolCalendar:
    """All school years of a district, oldest first."""

    school_years: tuple[SchoolYear, ...]

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """Every quarter, oldest first."""
        return tuple(quarter for year in self.school_years for quarter in year.quarters)

    def year_of(self, day: dt.date) -> SchoolYear | None:
        """The school year a day belongs to, or None outside all of them."""
        for year in self.school_years:
            if year.quarters[0].first_day <= day <= year.quarters[-1].last_day:
                return year
        return None

    def quarter(self, text: str) -> Quarter | None:
        """The quarter somebody means by "2026-27-Q1", "2026-27 Q1" or "SY27 Q1"; None when there is none."""
        match = _PERIOD.fullmatch(text.strip())
        if match is None:
            return None
        try:
            year = school_year_label(match["year"])
        except ValueError:
            return None
        return next((q for q in self.quarters if q.school_year == year and q.number == int(match["number"])), None)

    def period(self, quarter: Quarter, window: Window) -> Period:
        """The period of this window that ends with the quarter."""
        first = quarter.first_day
        if window is not Window.QUARTER:
            first = next(q.first_day for q in self.quarters if q.school_year == quarter.school_year)
        return Period(quarter, window, first)

    def periods(self) -> Iterable[Period]:
        """Every quarter and every year to date, oldest first."""
        windows = (Window.QUARTER, Window.YEAR_TO_DATE)
        return (self.period(quarter, window) for quarter in self.quarters for window in windows)

    def told(self, window: Window, quarters: Iterable[Quarter]) -> tuple[Period, ...]:
        """The periods of a window that end with these quarters; of whole school years only those that are over."""
        return tuple(
            self.period(quarter, window)
            for quarter in quarters
            if window is not Window.SCHOOL_YEAR or self.closes_year(quarter)
        )

    def closes_year(self, quarter: Quarter) -> bool:
        """Whether it is the last quarter of its school year."""
        return all(q.number <= quarter.number for q in self.quarters if q.school_year == quarter.school_year)

    def ending_from(self, day: dt.date) -> Quarter | None:
        """The quarter in which a check-in on this day is held: the first that ends on it or later.

        A meeting in the summer counts for the quarter that comes. None after the last quarter.
        """
        return next((quarter for quarter in self.quarters if day <= quarter.last_day), None)

    def latest(self, quarter: Quarter, count: int) -> tuple[Quarter, ...]:
        """Up to `count` quarters ending with this one, oldest first."""
        until = [q for q in self.quarters if q.last_day <= quarter.last_day]
        return tuple(until[-count:])

    def year_before(self, quarter: Quarter) -> Quarter | None:
        """The same quarter of the school year before."""
        return next((q for q in self.quarters if q.quarter_id == quarter.quarter_id - 100), None)
