"""What students did with the partners: visits, job shadows, internships and apprenticeships."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sample_calendar import EXPORTED_ON, SchoolYear, stream
from sample_files import Row, Table
from sample_partners import (
    ACADEMY,
    COLLEGE_NOW,
    INTERNSHIPS,
    MACHINING,
    PARTNER_OF,
    Membership,
    partner_name,
)

COLUMNS = (
    *("student_number", "partner", "program", "activity", "tier", "date", "end_date", "hours", "status"),
    "credential",
)


@dataclass(frozen=True)
class Activity:
    """One activity of one student: planned days and hours, whether given up, and a credential."""

    name: str
    tier: str
    first_day: date
    last_day: date
    hours: float
    withdrawn: bool = False
    credential: str = ""


def engagement_table(year: SchoolYear, members: Iterable[Membership], file: str) -> Table:
    """The engagement export of a school year, all partners in one file, sorted by day and student."""
    rows: list[Row] = []
    for one in members:
        if one.year != year:
            continue
        dice = stream("engagement", year.name, one.program, one.student.number)
        rows.extend(
            _row(one, activity)
            for activity in ACTIVITIES[one.program](one, dice)
            if one.start <= activity.first_day <= min(one.end, EXPORTED_ON)
        )
    return Table(file, COLUMNS, sorted(rows, key=lambda row: (row[5], row[0], row[3])))


def _row(one: Membership, activity: Activity) -> Row:
    """One line, as known on the day of the export; an activity not over has the hours so far."""
    status, hours, last_day = "completed", activity.hours, activity.last_day.isoformat()
    if activity.withdrawn or one.end < activity.last_day:
        status, hours = "withdrawn", round(activity.hours * 0.3)
        last_day = min(one.end, activity.first_day + (activity.last_day - activity.first_day) / 3).isoformat()
    elif activity.last_day > EXPORTED_ON:
        done = (EXPORTED_ON - activity.first_day) / (activity.last_day - activity.first_day)
        status, hours, last_day = "in_progress", round(activity.hours * done), ""
    partner = partner_name(PARTNER_OF[one.program], activity.first_day)
    credential = activity.credential if status == "completed" else ""
    return (
        *(one.student.number, partner, one.program, activity.name, activity.tier),
        *(activity.first_day.isoformat(), last_day, f"{hours:g}", status, credential),
    )


def _academy(one: Membership, dice: random.Random) -> Iterator[Activity]:
    """Lab visits for the younger, job shadows and a first-aid course for the older, a few apprenticeships."""
    if one.grade <= 9:
        for quarter in ("Q1", "Q3"):
            if dice.random() < 0.94:
                yield _single_day(one.year, quarter, "Lab visit", "awareness", 3, dice)
    if one.grade in (9, 10, 11) and dice.random() < 0.85:
        quarter = dice.choice(("Q1", "Q1", "Q2", "Q3"))
        yield _single_day(one.year, quarter, "Job shadow", "exploration", dice.choice((6, 6.5, 7)), dice)
    if one.grade == 10 and dice.random() < 0.8:
        day = _school_day(one.year, dice.choice(("Q1", "Q2")), dice)
        yield Activity("First aid course", "exploration", day, day, 8, dice.random() < 0.05, "CPR")
    if one.grade == 12 and dice.random() < 0.35:
        yield _apprenticeship(one.year, "Sterile processing apprenticeship", "Sterile Processing", dice)


def _interns(one: Membership, dice: random.Random) -> Iterator[Activity]:
    """A clinical internship of 60 to 150 hours in one of three blocks of the year."""
    block = dice.choice(("autumn", "autumn", "first semester", "second semester", "second semester"))
    withdrawn = dice.random() < 0.09
    if block == "autumn":
        first = one.year.first_day + timedelta(days=15)
        last = first + timedelta(days=38)
        hours = dice.choice((60, 64, 68, 72, 75))
        yield Activity("Clinical internship", "preparation", first, last, hours, withdrawn)
        return
    quarters = ("Q1", "Q2") if block == "first semester" else ("Q3", "Q4")
    first = one.year.quarter(quarters[0]).first_day + timedelta(days=23)
    last = one.year.quarter(quarters[1]).last_day - timedelta(days=9)
    credential = "Nurse Aide" if dice.random() < 0.45 else ""
    hours = dice.randrange(90, 151, 5)
    yield Activity("Clinical internship", "preparation", first, last, hours, withdrawn, credential)


def _machining(one: Membership, dice: random.Random) -> Iterator[Activity]:
    """Plant tours, job shadows, internships for juniors and apprenticeships for some seniors."""
    if one.grade <= 10 and dice.random() < 0.9:
        yield _single_day(one.year, "Q1", "Plant tour", "awareness", 3, dice)
    if one.grade in (10, 11) and dice.random() < 0.6:
        yield _single_day(one.year, dice.choice(("Q1", "Q2")), "Job shadow", "exploration", 6, dice)
    if one.grade == 11 and dice.random() < 0.6:
        first = one.year.quarter("Q3").first_day + timedelta(days=9)
        last = one.year.quarter("Q4").last_day - timedelta(days=14)
        hours = dice.randrange(60, 121, 5)
        yield Activity("Shop internship", "preparation", first, last, hours, dice.random() < 0.1)
    if one.grade == 12 and dice.random() < 0.5:
        yield _apprenticeship(one.year, "Machinist apprenticeship", "Machining Level 1", dice)


def _college_now(one: Membership, dice: random.Random) -> Iterator[Activity]:
    """A campus visit in autumn, and for some a day in class in winter."""
    if dice.random() < 0.88:
        yield _single_day(one.year, "Q1", "Campus visit", "awareness", 4, dice)
    if dice.random() < 0.5:
        yield _single_day(one.year, dice.choice(("Q2", "Q3")), "Day in class", "exploration", 5, dice)


ACTIVITIES: dict[str, Callable[[Membership, random.Random], Iterator[Activity]]] = {
    ACADEMY: _academy,
    INTERNSHIPS: _interns,
    MACHINING: _machining,
    COLLEGE_NOW: _college_now,
}


def _apprenticeship(year: SchoolYear, name: str, credential: str, dice: random.Random) -> Activity:
    """An apprenticeship over most of the school year."""
    first = year.first_day + timedelta(days=21)
    last = year.last_day - timedelta(days=12)
    earned = credential if dice.random() < 0.6 else ""
    return Activity(name, "training", first, last, dice.randrange(240, 401, 20), dice.random() < 0.1, earned)


def _single_day(year: SchoolYear, quarter: str, name: str, tier: str, hours: float, dice: random.Random) -> Activity:
    """An activity of one day; now and then the student does not see it through."""
    day = _school_day(year, quarter, dice)
    return Activity(name, tier, day, day, hours, dice.random() < 0.02)


def _school_day(year: SchoolYear, quarter: str, dice: random.Random) -> date:
    """One of six days of the quarter on which groups go out: so visits share their dates."""
    span = year.quarter(quarter)
    days = [
        span.first_day + timedelta(days=offset)
        for offset in range(18, (span.last_day - span.first_day).days - 1)
        if (span.first_day + timedelta(days=offset)).weekday() in (1, 3)
    ]
    return dice.choice([day for day in days if day not in year.days_off][:6])
