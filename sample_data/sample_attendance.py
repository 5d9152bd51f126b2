"""Attendance of the sample district: one row per enrolled student and school day."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sample_calendar import SchoolYear, stream
from sample_files import Row, Table
from sample_partners import PARTNER_OF, Membership
from sample_people import Enrollment

COLUMNS = ("school", "date", "student_number", "status", "fraction")
SEASON = {8: 0.75, 9: 0.85, 10: 0.95, 11: 1.0, 12: 1.15, 1: 1.25, 2: 1.25, 3: 1.05, 4: 0.95, 5: 1.0, 6: 1.1}
DISTRICT = {"2024-25": 1.06, "2025-26": 1.0, "2026-27": 0.97}
# What is left of a participant's absence in each year.
PARTNERS = {
    ("hospital", "2024-25"): 0.95,
    ("hospital", "2025-26"): 0.93,
    ("hospital", "2026-27"): 0.8,
    ("manufacturer", "2024-25"): 0.95,
    ("manufacturer", "2025-26"): 0.92,
    ("manufacturer", "2026-27"): 0.92,
    ("college", "2024-25"): 0.88,
    ("college", "2025-26"): 0.88,
    ("college", "2026-27"): 0.86,
}


@dataclass(frozen=True)
class Attended:
    """What a student's year came to: days enrolled and days absent."""

    enrolled: int
    absent: float

    @property
    def percent(self) -> float:
        """Days attended out of days enrolled, 0 to 100."""
        return 100 * (1 - self.absent / self.enrolled)


def attendance_table(
    year: SchoolYear, enrollments: Iterable[Enrollment], members: Iterable[Membership], file: str
) -> Table:
    """The attendance export of a school year, sorted by school, day and student."""
    partners: dict[str, set[str]] = {}
    for one in members:
        if one.year == year:
            partners.setdefault(one.student.number, set()).add(PARTNER_OF[one.program])
    rows: list[Row] = []
    for stay in enrollments:
        if stay.year == year:
            rows.extend(_days_of(stay, partners.get(stay.student.number, set())))
    return Table(file, COLUMNS, sorted(rows))


def attended(table: Table) -> dict[str, Attended]:
    """Days enrolled and absent of each student of an attendance export."""
    enrolled: dict[str, int] = {}
    absent: dict[str, float] = {}
    for _, _, number, _, fraction in table.rows:
        enrolled[number] = enrolled.get(number, 0) + 1
        absent[number] = absent.get(number, 0.0) + float(fraction)
    return {number: Attended(days, absent[number]) for number, days in enrolled.items()}


def with_strangers(table: Table, enrollments: Iterable[Enrollment], month: str, wanted: int) -> Table:
    """The export with rows of a month for students who had left by then: the first export was wrong."""
    first = date.fromisoformat(f"{month}-01")
    left = [stay for stay in enrollments if first - timedelta(days=28) <= stay.exit < first]
    present = {row[2] for row in table.rows if row[1].startswith(month)}
    gone = [stay for stay in left if stay.student.number not in present]
    strangers: list[Row] = []
    for stay in gone:
        days = [day for day in stay.year.school_days(stay.school) if day >= first][:4]
        strangers.extend((stay.school, day.isoformat(), stay.student.number, "absent_unexcused", "1") for day in days)
    return Table(table.file, table.columns, sorted([*table.rows, *strangers[:wanted]]))


def corrected_month(table: Table, month: str, file: str) -> Table:
    """The days of a month exported again, with a handful of absences found to be excused or none at all."""
    dice = stream("corrected", month)
    rows: list[Row] = []
    for school, day, number, status, fraction in table.rows:
        if not day.startswith(month):
            continue
        if status == "absent_unexcused" and dice.random() < 0.025:
            excused = dice.random() < 0.6
            status, fraction = ("absent_excused", fraction) if excused else ("present", "0")
        rows.append((school, day, number, status, fraction))
    return Table(file, table.columns, rows)


def _days_of(stay: Enrollment, partners: set[str]) -> list[Row]:
    """A student's days at a school: absences come in spells, and more of them in winter."""
    dice = stream("attendance", stay.year.name, stay.school, stay.student.number)
    usual = _usual_absence(stay, partners)
    unexcused = min(0.8, 0.2 + 2.0 * stay.student.absence)
    rows: list[Row] = []
    away = False
    for day in stay.year.school_days(stay.school):
        if not stay.entry <= day < stay.exit:
            continue
        away = dice.random() < min(0.9, 0.8 * usual * SEASON[day.month] + (0.2 if away else 0.0))
        status, fraction = _absence(dice, unexcused) if away else ("present", "0")
        rows.append((stay.school, day.isoformat(), stay.student.number, status, fraction))
    return rows


def _usual_absence(stay: Enrollment, partners: set[str]) -> float:
    """The share of days the student misses in an ordinary month of this year."""
    drift = stream("drift", stay.year.name, stay.student.number).gauss(1.0, 0.15)
    effect = min((PARTNERS[partner, stay.year.name] for partner in partners), default=1.0)
    return stay.student.absence * max(0.3, drift) * DISTRICT[stay.year.name] * effect


def _absence(dice: random.Random, unexcused: float) -> tuple[str, str]:
    """How an absence is recorded: status, and the fraction of the day missed."""
    roll = dice.random()
    if roll < 0.015:
        return "suspended", "1"
    status = "absent_unexcused" if dice.random() < unexcused else "absent_excused"
    return status, "0.5" if roll > 0.93 else "1"
