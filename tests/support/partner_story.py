"""Three school years of two partners: exports of every year, and what happens to the clinic."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from given import SETTINGS, begun, csv_text, export, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest import ingest

# The days of a quarter, of which every source has something to tell.
YEARS: dict[int, tuple[str, ...]] = {
    2025: ("2025-09-08", "2025-11-10", "2026-02-09", "2026-04-20"),
    2026: ("2026-09-08", "2026-11-10", "2027-02-08", "2027-04-19"),
    2027: ("2027-09-07", "2027-12-06", "2028-02-07", "2028-04-17"),
}
MERGED = dt.date(2027, 11, 1)
THIRD_YEAR = """
[[school_year]]
name = "2027-28"
quarters = [
  { name = "Q1", first_day = 2027-08-23, last_day = 2027-10-22 },
  { name = "Q2", first_day = 2027-10-23, last_day = 2028-01-14 },
  { name = "Q3", first_day = 2028-01-15, last_day = 2028-03-24 },
  { name = "Q4", first_day = 2028-03-25, last_day = 2028-06-08 },
]
[school_year.terms]
S1 = "Q2"
S2 = "Q4"
"""
CLINIC = """\
# The clinic by the mill; it began with twelve students.
name = "Mill Creek Clinic"
contact = "School office"

[[programs]]
id = "care"
name = "Care Careers"

[[programs]]
id = "labs"
name = "Lab Days"

# Agreed by both sides.
[[goals]]
kpi = "attendance_rate"
baseline = 90
baseline_period = "2025-26 Q1"
target = 95
due = "2027-28 Q4"
"""
HOSPITAL = """\
name = "Riverbend Health"

[[programs]]
id = "academy"
name = "Health Academy"

[board]
panels = ["outcomes", "work", "people", "investment", "goals", "checkin", "voice", "programs"]
"""
# Students by number: ten of them are with both partners.
CLINIC_STUDENTS, HOSPITAL_STUDENTS, EVERYBODY = range(1, 41), range(31, 71), range(1, 101)


def beginning(folder: Path) -> Workspace:
    """The workspace on the first day."""
    partners = {"clinic": CLINIC, "hospital": HOSPITAL}
    return workspace(folder, settings=SETTINGS + THIRD_YEAR, partners=partners)


def take_year_in(made: Workspace, year: int, now: dt.datetime, *, clinic: str, quarters: slice = slice(None)) -> None:
    """The exports of some quarters of a school year, in which the clinic goes by a name."""
    days = YEARS[year][quarters]
    texts = {
        "attendance": csv_text("student_number,school,date,status", list(_attendance(days))),
        "engagement": csv_text(
            "student_number,partner,program,activity,tier,date,hours,status", list(_engagement(days, clinic))
        ),
        "investments": csv_text("partner,side,kind,date,amount", list(_investments(days, clinic))),
        "staff_training": csv_text("partner,staff_number,activity,date,hours", list(_training(days, clinic))),
    }
    if year == 2025:
        texts["participants"] = csv_text("student_number,partner,program,start,end", list(_participants()))
    paths = [export(made, f"{name}-{days[0]}.csv", text) for name, text in texts.items()]
    loads = ingest(begun(made), paths, now=now)
    assert [load.counts.loaded for load in loads] == [load.counts.rows_in_file for load in loads]


def _attendance(days: tuple[str, ...]) -> Iterator[str]:
    for day in days:
        for offset in range(3):
            date = dt.date.fromisoformat(day) + dt.timedelta(days=offset)
            for number in EVERYBODY:
                away = (number * 7 + offset + date.month) % 11 == 0
                yield f"{number},North,{date},{'absent_unexcused' if away else 'present'}"


def _participants() -> Iterator[str]:
    """Of the clinic only: whoever takes part in an activity of the hospital is its student."""
    for number in CLINIC_STUDENTS:
        end = "2027-10-29" if number <= 3 else ""
        yield f"{number},Mill Creek Clinic,{'Lab Days' if number % 4 == 0 else 'Care Careers'},2025-09-01,{end}"


def _engagement(days: tuple[str, ...], clinic: str) -> Iterator[str]:
    for day in days:
        for number in CLINIC_STUDENTS:
            program = "Lab Days" if number % 4 == 0 else "Care Careers"
            yield f"{number},{clinic},{program},shift,training,{day},{1 + number % 5},completed"
        for number in HOSPITAL_STUDENTS:
            yield f"{number},Riverbend Health,Health Academy,class,preparation,{day},{2 + number % 3},completed"


def _investments(days: tuple[str, ...], clinic: str) -> Iterator[str]:
    for number, day in enumerate(days, start=1):
        for partner, amount in ((clinic, 1_000 * number), ("Riverbend Health", 70_000 + number)):
            yield f"{partner},partner,cash,{day},{amount}"
            yield f"{partner},district,cash,{day},{amount // 2}"


def _training(days: tuple[str, ...], clinic: str) -> Iterator[str]:
    for day in days:
        for number in range(12):
            yield f"{clinic if number % 2 else 'Riverbend Health'},S{number},workshop,{day},3"
