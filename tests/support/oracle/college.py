"""College credit hours, from the college's reports."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from oracle.district import District, Period
from oracle.rows import Table, a_day, amount, anything, filled, hundredths, one_of, or_blank

# NC community colleges, in-state: 76 dollars for each of at most 16 hours a term.
TUITION_CENTS = 7_600
MOST_HOURS_HUNDREDTHS = 1_600


class CreditRow(NamedTuple):
    """A line of a college's report."""

    student_number: str
    institution: str
    term: str
    course: str
    hours_attempted: str
    hours_earned: str
    mark: str
    date_posted: str
    repeat: str


CREDITS = Table(
    "college_credits",
    CreditRow,
    {
        "student_number": filled,
        "institution": filled,
        "term": filled,
        "course": filled,
        "hours_attempted": amount(0, 30),
        "hours_earned": amount(0, 30),
        "mark": anything,
        "date_posted": or_blank(a_day),
        "repeat": or_blank(one_of("yes", "no")),
    },
    key=("student_number", "institution", "term", "course"),
    slice=("institution", "term"),
)


class Hours(NamedTuple):
    """Hundredths of hours, and their tuition in hundredths of a cent."""

    attempted: int = 0
    earned: int = 0
    tuition: int = 0


class Credits:
    """Each student's hours, in the quarter that closes their term; a course counts as earned the first time."""

    def __init__(self, exports: Path, district: District) -> None:
        terms = district.college_terms
        rows = [row for row in CREDITS.facts(exports) if row.term.upper() in terms]
        rows.sort(key=lambda row: (terms[row.term.upper()], row.term))
        known: set[tuple[str, str, str]] = set()
        self._by_term: defaultdict[tuple[str, int, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for row in rows:
            institution, term = row.institution.upper(), row.term.upper()
            course = (row.student_number, institution, row.course.upper())
            earned = hundredths(row.hours_earned)
            hours = self._by_term[row.student_number, terms[term], institution, term]
            hours[0] += hundredths(row.hours_attempted)
            hours[1] += 0 if course in known else earned
            if earned:
                known.add(course)

    def of(self, period: Period) -> Mapping[str, Hours]:
        """Each student's hours in a period."""
        found: dict[str, Hours] = {}
        for (student, quarter, _, _), (attempted, earned) in self._by_term.items():
            if quarter in period.quarters:
                before = found.get(student, Hours())
                tuition = TUITION_CENTS * min(earned, MOST_HOURS_HUNDREDTHS)
                found[student] = Hours(before.attempted + attempted, before.earned + earned, before.tuition + tuition)
        return found
