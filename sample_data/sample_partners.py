"""The partners of the sample district, their programs, and who takes part in them and when."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sample_calendar import EXPORTED_ON, YEARS, SchoolYear, stream
from sample_files import Table
from sample_people import EARLY_COLLEGE, HIGH_SCHOOLS, Enrollment, Student, last_stays

RENAMED_ON = date(2025, 7, 1)
IN_CAPITALS = ("2026-02", "2026-03")
ACADEMY = "Health Sciences Academy"
INTERNSHIPS = "Clinical Internships"
MACHINING = "Machining Pathway"
COLLEGE_NOW = "College Now"
PARTNER_OF = {ACADEMY: "hospital", INTERNSHIPS: "hospital", MACHINING: "manufacturer", COLLEGE_NOW: "college"}

FIRST_CLASS = 13
ACADEMY_AT_FIRST = {6: 20, 7: 20, 8: 20, 9: 20, 10: 18}
ACADEMY_LATER = {6: 20, 7: 2, 8: 1, 9: 2}
INTERNS = {"2024-25": (22, 14), "2025-26": (26, 15), "2026-27": (25, 14)}


@dataclass(frozen=True)
class Membership:
    """A student in a program during one school year."""

    student: Student
    year: SchoolYear
    program: str
    grade: int
    school: str
    start: date
    end: date


def partner_name(partner: str, day: date) -> str:
    """What the exports call the partner on a day; the hospital was renamed, two months are in capitals."""
    if partner == "manufacturer":
        return "Tallgrass Machine Works"
    if partner == "college":
        return "Ridgeline Community College"
    if day < RENAMED_ON:
        return "Cedar County Memorial Hospital"
    return "RIVERBEND HEALTH SYSTEM" if f"{day:%Y-%m}" in IN_CAPITALS else "Riverbend Health"


def make_memberships(enrollments: list[Enrollment]) -> list[Membership]:
    """Everyone in every program, one value per student, program and school year."""
    stays = {year.name: last_stays(enrollments, year) for year in YEARS}
    members: list[Membership] = []
    for program, chosen in (
        (ACADEMY, _academy(stays)),
        (MACHINING, _continuing(stays, MACHINING, 60, grades=(9, 12), drop=0.1)),
        (COLLEGE_NOW, _continuing(stays, COLLEGE_NOW, 90, grades=(11, 12), drop=0.15)),
    ):
        members.extend(_memberships(program, chosen, stays))
    academy = {(one.year.name, one.student.number) for one in members if one.program == ACADEMY}
    members.extend(_memberships(INTERNSHIPS, _interns(stays, academy), stays))
    return members


def participant_table(members: Iterable[Membership]) -> Table:
    """The export of participants: one row per student and unbroken time in a program."""
    spells: list[list[Membership]] = []
    for one in sorted(members, key=lambda one: (one.program, one.student.number, one.start)):
        before = spells[-1][-1] if spells else None
        if before and _continues(before, one):
            spells[-1].append(one)
        else:
            spells.append([one])
    rows = sorted(_participant_row(spell[0], spell[-1]) for spell in spells)
    columns = ("student_number", "partner", "program", "start", "end", "status")
    return Table("participants.csv.gz", columns, list(rows))


def _academy(stays: dict[str, dict[str, Enrollment]]) -> dict[str, set[str]]:
    """Members of the academy by year. Exactly 13 of the first class stay to their graduation in June 2026."""
    dice = stream("academy")
    first_class = _first_class(stays, dice)
    members: set[str] = set()
    chosen: dict[str, set[str]] = {}
    for year in YEARS:
        here = stays[year.name]
        stayed = {number for number in sorted(members) if number in here and dice.random() > 0.06}
        before = members & first_class & here.keys()
        members = stayed | before if chosen else set(first_class)
        places = ACADEMY_LATER if chosen else ACADEMY_AT_FIRST
        for grade, wanted in places.items():
            members |= _pick(dice, here, grade, wanted, members)
        if not chosen:
            members.add(_junior_who_leaves(stays))
        chosen[year.name] = members
    return chosen


def _first_class(stays: dict[str, dict[str, Enrollment]], dice: random.Random) -> set[str]:
    """The juniors of the first year who graduate from the academy a year later."""
    first, second = (stays[year.name] for year in YEARS[:2])
    loyal = {number: stay for number, stay in second.items() if stay.to_the_end and number in first}
    return _pick(dice, loyal, 12, FIRST_CLASS, set())


def _junior_who_leaves(stays: dict[str, dict[str, Enrollment]]) -> str:
    """A junior of the first year who does not come back: so 14 juniors, but 13 seniors."""
    first, second = (stays[year.name] for year in YEARS[:2])
    return min(number for number, stay in first.items() if stay.grade == 11 and number not in second)


def _pick(dice: random.Random, stays: dict[str, Enrollment], grade: int, wanted: int, taken: set[str]) -> set[str]:
    """So many students of a grade who began the year there; the academy's home is the early college."""
    ranked = sorted(
        (dice.random() * (0.3 if stay.school == EARLY_COLLEGE else 1.0), number)
        for number, stay in stays.items()
        if stay.grade == grade and stay.entry == stay.year.first_day and number not in taken
    )
    return {number for _, number in ranked[:wanted]}


def _continuing(
    stays: dict[str, dict[str, Enrollment]], program: str, size: int, *, grades: tuple[int, int], drop: float
) -> dict[str, set[str]]:
    """Members of a high-school program by year: most go on, and the program is filled up to `size`."""
    dice = stream("continuing", program)
    schools = HIGH_SCHOOLS if program == MACHINING else (*HIGH_SCHOOLS, EARLY_COLLEGE)
    chosen: dict[str, set[str]] = {}
    members: set[str] = set()
    for year in YEARS:
        able = sorted(
            number
            for number, stay in stays[year.name].items()
            if grades[0] <= stay.grade <= grades[1] and stay.school in schools and stay.entry == year.first_day
        )
        members = {number for number in sorted(members) if number in able and dice.random() > drop}
        wanted = size + dice.randint(-3, 4) - len(members)
        members |= set(dice.sample([number for number in able if number not in members], wanted))
        chosen[year.name] = members
    return chosen


def _interns(stays: dict[str, dict[str, Enrollment]], academy: set[tuple[str, str]]) -> dict[str, set[str]]:
    """The interns of each year: from the academy's upper grades and from the high schools."""
    chosen: dict[str, set[str]] = {}
    for year in YEARS:
        dice = stream("interns", year.name)
        upper = sorted(
            number for number, stay in stays[year.name].items() if stay.grade >= 10 and stay.entry == year.first_day
        )
        inside = [number for number in upper if (year.name, number) in academy]
        outside = [number for number in upper if (year.name, number) not in academy]
        from_inside, from_outside = INTERNS[year.name]
        chosen[year.name] = {*dice.sample(inside, from_inside), *dice.sample(outside, from_outside)}
    return chosen


def _memberships(
    program: str, chosen: dict[str, set[str]], stays: dict[str, dict[str, Enrollment]]
) -> Iterator[Membership]:
    """Memberships for the students chosen; who leaves the district leaves the program."""
    for year in YEARS:
        for number in sorted(chosen[year.name]):
            stay = stays[year.name][number]
            start = year.first_day + timedelta(days=15 if program == INTERNSHIPS else 0)
            end = min(stay.exit, year.last_day + timedelta(days=1)) - timedelta(days=1)
            if end > start:
                yield Membership(stay.student, year, program, stay.grade, stay.school, start, end)


def _continues(before: Membership, one: Membership) -> bool:
    """Whether `one` goes on where `before` ended, over the summer; internships are for one year."""
    same = (before.student, before.program) == (one.student, one.program)
    follows = (one.start - before.end).days < 90
    return same and follows and one.program != INTERNSHIPS


def _participant_row(first: Membership, last: Membership) -> tuple[str, ...]:
    """A row of the export, under the name the partner had at the start."""
    ended = last.end < EXPORTED_ON
    status = "active"
    if ended:
        finished = last.grade == 12 or last.program == INTERNSHIPS
        status = "completed" if finished and last.end == last.year.last_day else "withdrawn"
    return (
        first.student.number,
        partner_name(PARTNER_OF[first.program], first.start),
        first.program,
        first.start.isoformat(),
        last.end.isoformat() if ended else "",
        status,
    )
