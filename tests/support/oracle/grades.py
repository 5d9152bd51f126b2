"""Final marks on the NC 10-point scale."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

from oracle.district import District, Period
from oracle.rows import Table, a_day, amount, anything, filled, hundredths, one_of, or_blank

# State Board of Education, grading scale and quality points, in hundredths of a point.
POINTS = {"A": 400, "B": 300, "C": 200, "D": 100, "F": 0, "WF": 0, "FF": 0}
PASSING = {"A", "B", "C", "D", "P"}
D_OR_F = {"D", "F", "WF", "FF"}
NOT_FINAL = {"W", "WP", "INC", "AUD", ""}
ADDED = {"honors": 50, "ap": 100, "ib": 100, "college": 100}
CORE = {"english", "english language arts", "mathematics", "math", "science", "social studies", "history"}


class GradeRow(NamedTuple):
    """A line of a grades export."""

    student_number: str
    school_year: str
    school: str
    term: str
    course: str
    subject: str
    level: str
    mark: str
    percent: str
    credits_attempted: str
    credits_earned: str
    final: str
    exclude_from_gpa: str
    date_posted: str


GRADES = Table(
    "grades",
    GradeRow,
    {
        "student_number": filled,
        "school_year": filled,
        "school": anything,
        "term": filled,
        "course": filled,
        "subject": anything,
        "level": or_blank(one_of("standard", "honors", "ap", "ib", "college")),
        "mark": anything,
        "percent": or_blank(amount(0, 120)),
        "credits_attempted": or_blank(amount(0, 50)),
        "credits_earned": or_blank(amount(0, 50)),
        "final": or_blank(one_of("yes", "no")),
        "exclude_from_gpa": or_blank(one_of("yes", "no")),
        "date_posted": or_blank(a_day),
    },
    key=("student_number", "school_year", "term", "course"),
    slice=("school_year", "term", "school"),
)


@dataclass
class Marks:
    """Final marks of one student; credits in hundredths, points in hundredths times hundredths of a credit."""

    final: int = 0
    passing: int = 0
    d_or_f: int = 0
    credits_earned: int = 0
    core_f: int = 0
    gpa_credits: int = 0
    points: int = 0
    weighted: int = 0

    def add(self, other: "Marks") -> None:
        """Take the other's in."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def average(self, points: int) -> int:
        """Points per credit, in millionths of a point, halves upwards."""
        return (2 * 10_000 * points + self.gpa_credits) // (2 * self.gpa_credits)


class Grades:
    """Each student's final marks, in the quarter that closes their term."""

    def __init__(self, exports: Path, district: District) -> None:
        self._by_quarter: defaultdict[tuple[str, int], Marks] = defaultdict(Marks)
        for row in GRADES.facts(exports):
            quarter = district.terms.get((row.school_year, row.term.upper()))
            mark = row.mark.upper()
            if quarter and row.final.lower() != "no" and mark not in NOT_FINAL:
                self._by_quarter[row.student_number, quarter].add(_of_mark(row, mark))

    def of(self, period: Period) -> Mapping[str, Marks]:
        """Each student's marks in a period, of those who have any."""
        found: defaultdict[str, Marks] = defaultdict(Marks)
        for (student, quarter), marks in self._by_quarter.items():
            if quarter in period.quarters:
                found[student].add(marks)
        return found


def _of_mark(row: GradeRow, mark: str) -> Marks:
    """One final mark. A failed core course of more than half a credit is one of a whole year: two semester F."""
    assert mark in PASSING | D_OR_F, f"a mark that no scale has: {mark}"
    attempted = hundredths(row.credits_attempted, 100)
    passed, points = mark in PASSING, POINTS.get(mark)
    in_gpa = attempted if points is not None and row.exclude_from_gpa.lower() != "yes" else 0
    added = ADDED.get(row.level.lower(), 0) if points else 0
    return Marks(
        final=1,
        passing=int(passed),
        d_or_f=int(mark in D_OR_F),
        credits_earned=hundredths(row.credits_earned, attempted) if passed else 0,
        core_f=0 if passed or row.subject.lower() not in CORE else 1 + (attempted > 50),
        gpa_credits=in_gpa,
        points=in_gpa * (points or 0),
        weighted=in_gpa * ((points or 0) + added),
    )
