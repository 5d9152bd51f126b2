"""The students export: each student's school, grade level and groups by year, and how last year went."""

from collections.abc import Iterable, Mapping

from sample_attendance import Attended
from sample_calendar import YEARS, stream
from sample_files import Row, Table
from sample_people import Enrollment, last_stays

COLUMNS = (
    *("student_number", "school_year", "school", "grade_level", "group_lunch", "group_english_learner"),
    *("last_year_gpa", "last_year_attendance"),
)


def student_table(
    enrollments: list[Enrollment],
    days: Mapping[str, Mapping[str, Attended]],
    points: Mapping[str, Mapping[str, float]],
) -> Table:
    """One row per student and school year; `days` and `points` are by school year and student number."""
    rows: list[Row] = []
    for nth, year in enumerate(YEARS):
        began = _began(enrollments, year.name)
        for number, stay in last_stays(enrollments, year).items():
            if nth and number in days[YEARS[nth - 1].name]:
                before = YEARS[nth - 1].name
                gpa, attendance = points[before].get(number), days[before][number].percent
                last_year = ("" if gpa is None else f"{gpa:.2f}", f"{attendance:.1f}")
            else:
                known = number in began and (nth == 0 or stay.grade == 6)
                last_year = _earlier_year(stay) if known else ("", "")
            groups = (stay.student.lunch, stay.student.english_learner)
            rows.append((number, year.name, stay.school, str(stay.grade), *groups, *last_year))
    return Table("students.csv.gz", COLUMNS, sorted(rows, key=lambda row: (row[1], row[0])))


def _began(enrollments: Iterable[Enrollment], year: str) -> set[str]:
    """The students enrolled on the first day of the school year."""
    return {stay.student.number for stay in enrollments if stay.year.name == year and stay.entry == stay.year.first_day}


def _earlier_year(stay: Enrollment) -> tuple[str, str]:
    """Grade points and attendance of a year before the sample begins, or at an elementary school."""
    dice = stream("earlier year", stay.year.name, stay.student.number)
    gpa = min(4.0, max(0.4, (stay.student.ability - 56) / 10 + dice.gauss(0, 0.25)))
    absence = min(0.7, max(0.0, stay.student.absence * dice.gauss(1.05, 0.15)))
    return f"{gpa:.2f}", f"{100 * (1 - absence):.1f}"
