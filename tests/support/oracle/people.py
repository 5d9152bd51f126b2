"""Who is a student, in which groups, and who is in which cohort."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from oracle.district import Cohort, District, Period
from oracle.rows import Table, a_day, amount, anything, day, filled, or_blank

GROUPS = ("school", "grade_level", "group_lunch", "group_english_learner")
Groups = set[tuple[str, str]]


class RosterRow(NamedTuple):
    """A line of students.csv."""

    student_number: str
    school_year: str
    school: str
    grade_level: str
    group_lunch: str
    group_english_learner: str
    last_year_gpa: str
    last_year_attendance: str


class ParticipantRow(NamedTuple):
    """A line of participants.csv."""

    student_number: str
    partner: str
    program: str
    start: str
    end: str
    status: str


ROSTER = Table(
    "students",
    RosterRow,
    {
        "student_number": filled,
        "school_year": filled,
        "school": filled,
        "grade_level": filled,
        "group_lunch": anything,
        "group_english_learner": anything,
        "last_year_gpa": or_blank(amount(0, 6)),
        "last_year_attendance": or_blank(amount(0, 100)),
    },
    key=("student_number", "school_year", "school"),
    slice=("school_year", "school"),
)
PARTICIPANTS = Table(
    "participants",
    ParticipantRow,
    {
        "student_number": filled,
        "partner": filled,
        "program": filled,
        "start": a_day,
        "end": or_blank(a_day),
        "status": anything,
    },
    key=("student_number", "partner", "program", "start"),
)


class Roster:
    """The students of each school year, with their groups: of a student in two schools both."""

    def __init__(self, exports: Path) -> None:
        self.groups: defaultdict[tuple[str, str], Groups] = defaultdict(set)
        self.students: defaultdict[str, set[str]] = defaultdict(set)
        for row in ROSTER.facts(exports):
            self.students[row.school_year].add(row.student_number)
            groups = {(name, getattr(row, name)) for name in GROUPS if getattr(row, name)}
            self.groups[row.student_number, row.school_year] |= groups


def membership(exports: Path, district: District) -> Callable[[Period], dict[Cohort, set[str]]]:
    """The students of every cohort in a period: who took part on some day of the school year up to its end."""
    rows = [
        (cohort, row.student_number, day(row.start), day(row.end))
        for row in PARTICIPANTS.facts(exports)
        for cohort in district.cohorts_of(row.partner, row.program)
    ]

    def members(period: Period) -> dict[Cohort, set[str]]:
        found: dict[Cohort, set[str]] = {cohort: set() for cohort in district.cohorts()}
        for cohort, student, start, end in rows:
            assert start
            if start <= period.last_day and (end is None or end >= period.year_begins):
                found[cohort].add(student)
        return found

    return members


Finished = dict[Cohort, dict[str, tuple[date | None, date | None]]]


def endings(exports: Path, district: District) -> Finished:
    """By cohort and student the first days on which somebody had completed it, and was taken on by the partner."""
    found: Finished = {cohort: {} for cohort in district.cohorts()}
    for row in PARTICIPANTS.facts(exports):
        status, on = row.status.lower(), day(row.end) or day(row.start)
        taken_on = status in ("hired", "employed", "matriculated")
        if on is None or not (taken_on or status in ("completed", "graduated")):
            continue
        for cohort in district.cohorts_of(row.partner, row.program):
            completed, hired = found[cohort].get(row.student_number, (None, None))
            completed = min(completed or on, on)
            hired = min(hired or on, on) if taken_on else hired
            found[cohort][row.student_number] = (completed, hired)
    return found
