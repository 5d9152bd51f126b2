"""Courses and grades of the sample district: quarter and semester marks stand side by side."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sample_calendar import EXPORTED_ON, SchoolYear, stream
from sample_files import Row, Table
from sample_partners import ACADEMY, MACHINING, Membership
from sample_people import Enrollment, Student

COLUMNS = (
    *("student_number", "school_year", "school", "term", "course", "subject", "level", "mark", "percent"),
    *("credits_attempted", "credits_earned", "final", "date_posted"),
)
POINTS = {"A": 4, "B": 3, "C": 2, "D": 1, "F": 0, "WF": 0}
# Marks that are not earned by percent, and how often they come up.
RARE_MARKS = (("W", 0.006), ("P", 0.006), ("INC", 0.003), ("WF", 0.002), ("AUD", 0.001), ("", 0.004))

Course = tuple[str, str, str]  # name, subject, level
_A_WEEK = timedelta(days=7)

MATHEMATICS = (
    *("Mathematics 6", "Mathematics 7", "Mathematics 8", "Algebra I", "Geometry", "Algebra II"),
    "Statistics",
)
SCIENCE = ("Science 6", "Science 7", "Science 8", "Earth Science", "Biology", "Chemistry", "Physics")
HISTORY = (
    *("World Studies 6", "World Studies 7", "State History 8", "World History", "Civics"),
    *("United States History", "Economics"),
)
ELECTIVES = ("Spanish I", "Spanish II", "Studio Art", "Band", "Chorus", "Computer Applications", "Theater")
COLLEGE_LEVEL = (("College Writing", "English"), ("College Algebra", "Mathematics"))


@dataclass(frozen=True)
class Posted:
    """A mark as it stands in the export: letter, percent, and the share of the credits earned."""

    mark: str
    percent: str
    earned: bool


def grade_table(
    year: SchoolYear,
    enrollments: Iterable[Enrollment],
    members: Iterable[Membership],
    college_students: set[str],
    file: str,
) -> Table:
    """The grades export of a school year, sorted by school and student."""
    stays: dict[str, list[Enrollment]] = {}
    for stay in enrollments:
        if stay.year == year:
            stays.setdefault(stay.student.number, []).append(stay)
    programs: dict[str, set[str]] = {}
    for one in members:
        if one.year == year:
            programs.setdefault(one.student.number, set()).add(one.program)
    rows: list[Row] = []
    for number, schools in stays.items():
        within = programs.get(number, set())
        rows.extend(_year_rows(schools, within, number in college_students))
    return Table(file, COLUMNS, sorted(rows, key=lambda row: (row[2], row[0], row[4], row[3])))


def grade_points(table: Table) -> dict[str, float]:
    """Unweighted grade points per credit of each student, from the final marks of an export."""
    points: dict[str, float] = {}
    weights: dict[str, float] = {}
    for row in table.rows:
        number, mark, attempted, final = row[0], row[7], row[9], row[11]
        if final == "yes" and mark in POINTS:
            points[number] = points.get(number, 0.0) + POINTS[mark] * float(attempted)
            weights[number] = weights.get(number, 0.0) + float(attempted)
    return {number: points[number] / weights[number] for number in points}


def _year_rows(stays: list[Enrollment], programs: set[str], at_college: bool) -> Iterator[Row]:
    """All marks of a student's year."""
    first = stays[0]
    dice = stream("grades", first.year.name, first.student.number)
    for course in _courses(first, programs, at_college, dice):
        for term, posted in _marks(first.student, bool(programs), dice).items():
            day = _day_posted(first.year, term)
            school = next((stay.school for stay in stays if stay.entry <= day - _A_WEEK < stay.exit), "")
            if school and day <= EXPORTED_ON:
                yield _row(first, school, term, course, posted, day)


def _row(stay: Enrollment, school: str, term: str, course: Course, posted: Posted, day: date) -> Row:
    """One mark of the export: semester marks are final and carry half a credit, quarter marks a quarter."""
    final = term.startswith("S")
    attempted = "0.5" if final else "0.25"
    earned = attempted if posted.earned else "0"
    return (
        *(stay.student.number, stay.year.name, school, term, *course, posted.mark, posted.percent),
        *(attempted, earned, "yes" if final else "no", day.isoformat() if posted.mark else ""),
    )


def _day_posted(year: SchoolYear, term: str) -> date:
    """The day the marks of a term are posted: within the quarter that the term belongs to."""
    quarter = dict(year.terms)[term]
    return year.quarter(quarter).last_day


def _courses(stay: Enrollment, programs: set[str], at_college: bool, dice: random.Random) -> list[Course]:
    """The six or seven courses of a student in a year."""
    nth = stay.grade - 6
    able = stay.student.ability + dice.gauss(0, 4)
    subjects = (
        (f"English {stay.grade}", "English"),
        (MATHEMATICS[nth], "Mathematics"),
        (SCIENCE[nth], "Science"),
        (HISTORY[nth], "Social Studies"),
    )
    courses = [(name, subject, _level(stay.grade, able, dice)) for name, subject in subjects]
    courses.append(("Health and Fitness", "Physical Education", "standard"))
    if ACADEMY in programs:
        courses.append((f"Health Science {stay.grade}", "Career Education", "standard"))
    if MACHINING in programs:
        courses.append((f"Machining {stay.grade}", "Career Education", "standard"))
    if at_college:
        name, subject = dice.choice(COLLEGE_LEVEL)
        courses.append((name, subject, "college"))
    wanted = dice.choice((6, 7, 7)) - len(courses)
    courses.extend((name, "Electives", "standard") for name in dice.sample(ELECTIVES, max(0, wanted)))
    return courses


def _level(grade: int, able: float, dice: random.Random) -> str:
    """Abler students take more honors courses, and from grade 11 advanced placement."""
    if grade >= 11 and able > 90 and dice.random() < 0.5:
        return "ap"
    return "honors" if able > 86 and dice.random() < 0.6 else "standard"


def _marks(student: Student, participant: bool, dice: random.Random) -> dict[str, Posted]:
    """Quarter and semester marks of one course; participants are a little less likely to fail it."""
    level = student.ability + dice.gauss(0, 8.0)
    if participant and level < 64:
        level += 2.5
    quarters = [level + dice.gauss(0, 3) for _ in range(4)]
    semesters = [(quarters[0] + quarters[1]) / 2, (quarters[2] + quarters[3]) / 2]
    terms = ("Q1", "Q2", "S1", "Q3", "Q4", "S2")
    percents = (quarters[0], quarters[1], semesters[0], quarters[2], quarters[3], semesters[1])
    return {term: _posted(percent, dice) for term, percent in zip(terms, percents, strict=True)}


def _posted(percent: float, dice: random.Random) -> Posted:
    """The mark for a percent on the ten-point scale, or now and then a mark of another kind."""
    roll = dice.random()
    for mark, share in RARE_MARKS:
        if roll < share:
            return Posted(mark, "", mark == "P")
        roll -= share
    whole = round(min(100.0, max(35.0, percent)))
    mark = next((mark for mark, least in (("A", 90), ("B", 80), ("C", 70), ("D", 60)) if whole >= least), "F")
    return Posted(mark, str(whole), mark != "F")
