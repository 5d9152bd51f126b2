"""The students of the sample district and the schools they are enrolled in, year by year."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from sample_calendar import EXPORTED_ON, YEARS, SchoolYear, stream
from sample_files import Row, Table

MIDDLE_SCHOOLS = ("Alder Middle School", "Birch Middle School", "Stonefield Middle School")
HIGH_SCHOOLS = ("North Ridge High School", "South Ridge High School")
EARLY_COLLEGE = "Cedar Ridge Early College"
SCHOOLS = tuple(sorted((*MIDDLE_SCHOOLS, *HIGH_SCHOOLS, EARLY_COLLEGE)))


@dataclass(frozen=True)
class Student:
    """A student: the number in the exports, two groups, and two leanings that no export shows.

    `absence` is the share of days the student tends to miss, `ability` the percent the student tends to get.
    """

    number: str
    lunch: str
    english_learner: str
    absence: float
    ability: float


@dataclass(frozen=True)
class Enrollment:
    """A student at one school within one school year; `exit` is the first day not enrolled."""

    student: Student
    year: SchoolYear
    grade: int
    school: str
    entry: date
    exit: date

    @property
    def to_the_end(self) -> bool:
        """Whether the student was there on the last day of the school year."""
        return self.exit > self.year.last_day


@dataclass(frozen=True)
class Place:
    """Where a student begins a school year."""

    student: Student
    grade: int
    school: str


def make_enrollments() -> list[Enrollment]:
    """Every enrollment of the three school years, in order of year and student."""
    newcomers = _newcomers()
    places = list(_first_places(newcomers))
    enrollments: list[Enrollment] = []
    for year in YEARS:
        within = [stay for place in places for stay in _year_of(place, year)]
        within.extend(_late_joiners(newcomers, year))
        enrollments.extend(sorted(within, key=lambda stay: (stay.student.number, stay.entry)))
        places = list(_next_places(within, year, newcomers))
    return [stay for stay in enrollments if stay.entry <= EXPORTED_ON]


def last_stays(enrollments: Iterable[Enrollment], year: SchoolYear) -> dict[str, Enrollment]:
    """The latest enrollment of each student of the school year, by student number."""
    return {stay.student.number: stay for stay in enrollments if stay.year == year}


def enrollment_table(enrollments: Iterable[Enrollment]) -> Table:
    """The export of enrollments; an exit after the day of the export is not known yet."""
    rows = sorted(
        (
            stay.student.number,
            stay.school,
            stay.entry.isoformat(),
            stay.exit.isoformat() if stay.exit <= EXPORTED_ON else "",
        )
        for stay in enrollments
    )
    return Table("enrollments.csv.gz", ("student_number", "school", "entry_date", "exit_date"), list(rows))


def calendar_table() -> Table:
    """The export of the calendar: every weekday of every school year for every school."""
    rows: list[Row] = []
    for school in SCHOOLS:
        for year in YEARS:
            day = year.first_day
            while day <= year.last_day:
                if day.weekday() < 5:
                    open_day = "yes" if year.is_school_day(school, day) else "no"
                    rows.append((school, day.isoformat(), open_day))
                day += timedelta(days=1)
    return Table("calendar.csv.gz", ("school", "date", "school_day"), rows)


def _newcomers() -> Iterator[Student]:
    """Students one after another, with growing seven-digit numbers."""
    dice = stream("students")
    number = 10_000
    for _ in count():
        number += dice.randint(1, 6)
        lunch = "free_or_reduced" if dice.random() < 0.46 else "paid"
        absence = min(0.6, dice.betavariate(1.7, 22.5) * (1.15 if lunch != "paid" else 0.9))
        ability = 87.8 - 65 * absence + dice.gauss(0, 10.0)
        learner = "yes" if dice.random() < 0.09 else "no"
        yield Student(f"{number:07d}", lunch, learner, absence, min(99.0, max(45.0, ability)))


def _first_places(newcomers: Iterator[Student]) -> Iterator[Place]:
    """The students of the first school year, seniors first: they have the lowest numbers."""
    dice = stream("first places")
    for grade in range(12, 5, -1):
        for _ in range(dice.randint(206, 216)):
            yield Place(next(newcomers), grade, _some_school(grade, dice))


def _next_places(stays: Iterable[Enrollment], year: SchoolYear, newcomers: Iterator[Student]) -> Iterator[Place]:
    """Where students begin the next year: a grade up, some gone, some new, a few at another school."""
    dice = stream("next places", year.name)
    for stay in stays:
        if not stay.to_the_end or stay.grade == 12 or dice.random() < 0.03:
            continue
        changes = stay.grade == 8 or dice.random() < 0.02
        grade = stay.grade + 1
        yield Place(stay.student, grade, _some_school(grade, dice) if changes else stay.school)
    for grade in range(6, 12):
        for _ in range(dice.randint(206, 218) if grade == 6 else dice.randint(4, 8)):
            yield Place(next(newcomers), grade, _some_school(grade, dice))


def _year_of(place: Place, year: SchoolYear) -> Iterator[Enrollment]:
    """A student's school year: most stay, a few leave in the middle or change schools."""
    dice = stream("year", year.name, place.student.number)
    first, after = year.first_day, year.last_day + timedelta(days=1)
    fate, day = dice.random(), _some_day(year, dice)
    if fate < 0.02:
        yield Enrollment(place.student, year, place.grade, place.school, first, day)
        return
    other = _some_school(place.grade, dice)
    if fate < 0.04 and other != place.school:
        yield Enrollment(place.student, year, place.grade, place.school, first, day)
        yield Enrollment(place.student, year, place.grade, other, day, after)
        return
    yield Enrollment(place.student, year, place.grade, place.school, first, after)


def _late_joiners(newcomers: Iterator[Student], year: SchoolYear) -> Iterator[Enrollment]:
    """Students who join in the middle of the school year."""
    dice = stream("late joiners", year.name)
    for _ in range(30):
        grade = dice.randint(6, 11)
        entry, after = _some_day(year, dice), year.last_day + timedelta(days=1)
        yield Enrollment(next(newcomers), year, grade, _some_school(grade, dice), entry, after)


def _some_school(grade: int, dice: random.Random) -> str:
    """A school for the grade; about one in five high-school students goes to the early college."""
    if grade <= 8:
        return dice.choice(MIDDLE_SCHOOLS)
    return EARLY_COLLEGE if dice.random() < 0.2 else dice.choice(HIGH_SCHOOLS)


def _some_day(year: SchoolYear, dice: random.Random) -> date:
    """A day within the school year, neither in its first nor in its last weeks, never on a weekend."""
    span = (year.last_day - year.first_day).days
    day = year.first_day + timedelta(days=dice.randint(10, span - 20))
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())
