"""College courses taken by students of the sample district, as the college reports them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sample_calendar import YEARS, SchoolYear, stream
from sample_files import Row, Table
from sample_partners import ACADEMY, COLLEGE_NOW, INTERNSHIPS, MACHINING, Membership
from sample_people import Enrollment, Student, last_stays

INSTITUTION = "Ridgeline Community College"
COLUMNS = (
    *("student_number", "institution", "term", "course", "hours_attempted", "hours_earned", "mark"),
    *("date_posted", "repeat"),
)
COURSES = (
    *(("ENG 101", 3), ("MTH 110", 4), ("BIO 120", 4), ("PSY 101", 3), ("HSC 105", 3), ("CIS 110", 3)),
    *(("HIS 102", 3), ("SPA 101", 3), ("MCH 101", 4), ("CHE 115", 4)),
)
MARKS = (("A", 0.30), ("B", 0.28), ("C", 0.19), ("D", 0.06), ("F", 0.08), ("W", 0.09))
FINISHED = {
    "2024-25": (("2024FA", date(2024, 12, 18)), ("2025SP", date(2025, 5, 14))),
    "2025-26": (("2025FA", date(2025, 12, 17)), ("2026SP", date(2026, 5, 13))),
    "2026-27": (("2026SU", date(2026, 8, 26)),),
}
# How likely a student of grades 11 and 12 takes college courses, by the program most tied to them.
LIKELY = ((COLLEGE_NOW, 1.0), (ACADEMY, 0.6), (INTERNSHIPS, 0.5), (MACHINING, 0.3))
OTHERS = 0.14


@dataclass(frozen=True)
class CollegeCourse:
    """A college course of one student in one term."""

    student: Student
    term: str
    posted: date
    course: str
    hours: int
    mark: str
    repeat: bool = False

    @property
    def passed(self) -> bool:
        """Whether the hours were earned."""
        return self.mark in ("A", "B", "C", "D")


def make_college_courses(enrollments: list[Enrollment], members: Iterable[Membership]) -> list[CollegeCourse]:
    """Every finished college course of the three school years."""
    programs: dict[tuple[str, str], set[str]] = {}
    for one in members:
        programs.setdefault((one.year.name, one.student.number), set()).add(one.program)
    courses: list[CollegeCourse] = []
    for year in YEARS:
        for number, stay in sorted(last_stays(enrollments, year).items()):
            if stay.grade >= 11 and _takes_college(stay, programs.get((year.name, number), set())):
                courses.extend(_year_courses(stay.student, year))
    return courses


def college_table(courses: Iterable[CollegeCourse], year: SchoolYear, file: str) -> Table:
    """The college's report on a school year, sorted by term and student."""
    terms = {term for term, _ in FINISHED[year.name]}
    rows = [_row(one) for one in courses if one.term in terms]
    return Table(file, COLUMNS, sorted(rows, key=lambda row: (row[2], row[0], row[3])))


def _takes_college(stay: Enrollment, programs: set[str]) -> bool:
    """Whether the student takes college courses this year."""
    likely = next((share for program, share in LIKELY if program in programs), OTHERS)
    return stay.to_the_end and stream("college", stay.year.name, stay.student.number).random() < likely


def _year_courses(student: Student, year: SchoolYear) -> Iterator[CollegeCourse]:
    """One or two courses a term (few take one in summer); half of those failed are taken again."""
    dice = stream("college courses", year.name, student.number)
    failed: CollegeCourse | None = None
    for term, posted in FINISHED[year.name]:
        if term.endswith("SU") and dice.random() > 0.2:
            continue
        if failed and dice.random() < 0.5:
            yield replace(failed, term=term, posted=posted, mark=_mark(dice), repeat=True)
        wanted = 1 if term.endswith("SU") or dice.random() < 0.55 else 2
        names = [pair for pair in COURSES if not failed or pair[0] != failed.course]
        for course, hours in dice.sample(names, wanted):
            taken = CollegeCourse(student, term, posted, course, hours, _mark(dice))
            failed = failed if taken.passed else taken
            yield taken


def _mark(dice: random.Random) -> str:
    """A mark, in the shares of `MARKS`."""
    names = [mark for mark, _ in MARKS]
    return dice.choices(names, weights=[share for _, share in MARKS])[0]


def _row(one: CollegeCourse) -> Row:
    """One line of the college's report."""
    earned = one.hours if one.passed else 0
    repeat = "yes" if one.repeat else "no"
    return (
        *(one.student.number, INSTITUTION, one.term, one.course, str(one.hours), str(earned), one.mark),
        *(one.posted.isoformat(), repeat),
    )
