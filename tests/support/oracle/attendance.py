"""Days enrolled and absent, from a row for each student and day."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from oracle.district import District, Period
from oracle.engagement import off_site_days
from oracle.rows import Table, a_day, amount, day, filled, hundredths, one_of, or_blank


class AttendanceRow(NamedTuple):
    """A line of an attendance export."""

    student_number: str
    school: str
    date: str
    status: str
    fraction: str


ATTENDANCE = Table(
    "attendance",
    AttendanceRow,
    {
        "student_number": filled,
        "school": filled,
        "date": a_day,
        "status": one_of("present", "absent_excused", "absent_unexcused", "suspended"),
        "fraction": or_blank(amount(0, 1)),
    },
    key=("student_number", "school", "date"),
    slice=("school", "date"),
)


class Days(NamedTuple):
    """Hundredths of days."""

    enrolled: int = 0
    absent: int = 0
    unexcused: int = 0

    def plus(self, other: "Days") -> "Days":
        """Both together."""
        return Days(*(mine + its for mine, its in zip(self, other, strict=True)))


class Attendance:
    """Each student's days by quarter, over all schools; a day with a partner is a day present."""

    def __init__(self, exports: Path, district: District) -> None:
        away = off_site_days(exports)
        counted: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
        for row in ATTENDANCE.facts(exports):
            when = day(row.date)
            if when is None or when not in district.quarter_of:
                continue
            days = counted[row.student_number, district.quarter_of[when]]
            absent = hundredths(row.fraction, 0 if row.status == "present" else 100)
            if (row.student_number, row.date) in away:
                absent = 0
            days[0] += 100
            days[1] += absent
            days[2] += absent if row.status == "absent_unexcused" else 0
        self._by_quarter = {key: Days(*days) for key, days in counted.items()}

    def of(self, period: Period) -> Mapping[str, Days]:
        """Each student's days in a period."""
        found: dict[str, Days] = {}
        for (student, quarter), days in self._by_quarter.items():
            if quarter in period.quarters:
                found[student] = found.get(student, Days()).plus(days)
        return found
