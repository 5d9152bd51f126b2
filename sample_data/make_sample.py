"""Make the sample district again, byte for byte: run `python sample_data/make_sample.py`.

The district, its schools, partners and students are invented. Nothing is read but the code beside this file.
"""

import sys
from pathlib import Path

from sample_attendance import attendance_table, attended, corrected_month, with_strangers
from sample_calendar import YEARS
from sample_college import college_table, make_college_courses
from sample_engagement import engagement_table
from sample_files import Table, write_table
from sample_grades import grade_points, grade_table
from sample_ledgers import investment_table, staff_training_table, survey_table
from sample_partners import Membership, make_memberships, participant_table
from sample_people import Enrollment, calendar_table, enrollment_table, make_enrollments
from sample_records import PARTNER_FILES, district_file, readme
from sample_students import student_table
from sample_warts import Wart, spoil

ENDINGS = {"2024-25": "2024-25", "2025-26": "2025-26", "2026-27": "2026-27_Q1"}
COLLEGE_FILES = {year.name: f"college_credits_{year.name}.csv.gz" for year in YEARS[:2]}
COLLEGE_FILES["2026-27"] = "college_credits_2026-27.csv"
CORRECTED = ("2025-26", "2025-10")


def make_tables() -> list[Table]:
    """Every export of the district, without flaws yet."""
    enrollments = make_enrollments()
    members = make_memberships(enrollments)
    attendance = {
        year.name: attendance_table(year, enrollments, members, f"attendance_{ENDINGS[year.name]}.csv.gz")
        for year in YEARS
    }
    grades = _grade_tables(enrollments, members)
    days = {name: attended(table) for name, table in attendance.items()}
    points = {name: grade_points(table) for name, table in grades.items()}
    return [
        *_attendance_files(attendance, enrollments),
        *grades.values(),
        *_college_tables(enrollments, members),
        *(engagement_table(year, members, f"engagement_{ENDINGS[year.name]}.csv.gz") for year in YEARS),
        student_table(enrollments, days, points),
        participant_table(members),
        enrollment_table(enrollments),
        calendar_table(),
        investment_table(),
        staff_training_table(),
        survey_table(members),
    ]


def write_sample(folder: Path) -> list[Wart]:
    """Write the workspace into `folder`: exports, records and the README. Returns the flaws put in."""
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    (folder / "partners").mkdir(exist_ok=True)
    warts: list[Wart] = []
    for table in make_tables():
        spoiled, found = spoil(table)
        write_table(folder / "exports", spoiled)
        warts.extend(found)
    for file, text in PARTNER_FILES.items():
        (folder / "partners" / file).write_text(text, encoding="utf-8", newline="\n")
    (folder / "partnerkpi.toml").write_text(district_file(), encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(readme(warts), encoding="utf-8", newline="\n")
    return warts


def _attendance_files(attendance: dict[str, Table], enrollments: list[Enrollment]) -> list[Table]:
    """The attendance exports, one of them wrong at first, and the corrected month that came after it."""
    name, month = CORRECTED
    corrected = corrected_month(attendance[name], month, f"attendance_{name}_corrected_{month}.csv.gz")
    wrong = with_strangers(attendance[name], enrollments, month, wanted=12)
    return [*(attendance | {name: wrong}).values(), corrected]


def _grade_tables(enrollments: list[Enrollment], members: list[Membership]) -> dict[str, Table]:
    """The grades exports by school year; a course of college level goes with college credits."""
    college = make_college_courses(enrollments, members)
    tables: dict[str, Table] = {}
    for year in YEARS:
        terms = {term for term, _ in year.terms}
        students = {one.student.number for one in college if one.term in terms}
        file = f"grades_{ENDINGS[year.name]}.csv.gz"
        tables[year.name] = grade_table(year, enrollments, members, students, file)
    return tables


def _college_tables(enrollments: list[Enrollment], members: list[Membership]) -> list[Table]:
    """The college's reports, one per school year."""
    courses = make_college_courses(enrollments, members)
    return [college_table(courses, year, COLLEGE_FILES[year.name]) for year in YEARS]


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
