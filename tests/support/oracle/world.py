"""Everything a recount looks at, read once."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from oracle.attendance import Attendance, Days
from oracle.college import Credits, Hours
from oracle.district import Cohort, Period, read_district
from oracle.engagement import Activity, Engagement
from oracle.grades import Grades, Marks
from oracle.ledgers import read_books
from oracle.people import Roster, endings, membership


class World:
    """The folder of a district: partnerkpi.toml, partners and exports."""

    def __init__(self, folder: Path) -> None:
        exports = folder / "exports"
        self.district = read_district(folder)
        self.roster = Roster(exports)
        self.books = read_books(exports, self.district)
        self.endings = endings(exports, self.district)
        self._members = cache(membership(exports, self.district))
        self._days = cache(Attendance(exports, self.district).of)
        self._marks = cache(Grades(exports, self.district).of)
        self._hours = cache(Credits(exports, self.district).of)
        self._certified = cache(self._certified_by)
        self._activities = cache(Engagement(exports, self.district).of)

    def members(self, period: Period, cohort: Cohort) -> set[str]:
        """The students of a cohort."""
        return self._members(period)[cohort]

    def students(self, period: Period) -> set[str]:
        """The students of the district: on the roster of the school year, or with a day of attendance."""
        return self.roster.students[period.school_year] | self._days(period).keys()

    def days(self, period: Period) -> Mapping[str, Days]:
        """Each student's days of attendance."""
        return self._days(period)

    def marks(self, period: Period) -> Mapping[str, Marks]:
        """Each student's final marks."""
        return self._marks(period)

    def hours(self, period: Period) -> Mapping[str, Hours]:
        """Each student's college credit hours."""
        return self._hours(period)

    def activities(self, period: Period, cohort: Cohort, tier: str = "") -> list[Activity]:
        """The placements with a partner or in a program, of one tier or of all."""
        return self._activities(period, cohort, tier)

    def certified(self, period: Period, cohort: Cohort) -> set[str]:
        """Who has earned a credential with a partner or in a program by the end of a period, in whatever year."""
        return self._certified(period.last_day, cohort)

    def _certified_by(self, last_day: date, cohort: Cohort) -> set[str]:
        so_far = [each for each in self.district.periods if each.last_day <= last_day]
        return {a.student for each in so_far for a in self._activities(each, cohort, "") if a.credential}
