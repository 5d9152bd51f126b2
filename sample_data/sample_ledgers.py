"""What the two sides put in: the ledger, teacher training, and the yearly survey."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sample_calendar import EXPORTED_ON, YEARS, Quarter, stream
from sample_files import Row, Table
from sample_partners import ACADEMY, COLLEGE_NOW, MACHINING, Membership, partner_name
from sample_people import HIGH_SCHOOLS, SCHOOLS

INVESTMENT_COLUMNS = (
    *("partner", "side", "kind", "date", "plan", "amount", "quantity", "rate", "unit", "note", "evidence"),
)


@dataclass(frozen=True)
class Line:
    """A line of the ledger that comes back every quarter: `quantity` at `rate`, or an amount if that is 0."""

    partner: str
    side: str
    kind: str
    quantity: float
    rate: float
    unit: str
    note: str
    evidence: str


LINES = (
    Line("hospital", "partner", "fte", 2.0, 19500, "FTE quarter", "Coordinators in the schools", "payroll"),
    Line("hospital", "partner", "hours", 180, 31.80, "hour", "Mentors and lab hosts", "sign-in sheets"),
    Line("hospital", "partner", "cash", 0, 6000, "", "Academy operating grant", "receipt"),
    Line("hospital", "partner", "in_kind", 0, 2400, "", "Lab supplies and uniforms", "inventory"),
    Line("hospital", "district", "fte", 1.5, 18200, "FTE quarter", "Academy lead and teachers", "payroll"),
    Line("hospital", "district", "space", 3, 1100, "room quarter", "Rooms for the academy", "room plan"),
    Line("hospital", "district", "stipend", 12, 250, "stipend", "Teachers in training", "payroll"),
    Line("manufacturer", "partner", "hours", 90, 31.80, "hour", "Machinists in class", "sign-in sheets"),
    Line("manufacturer", "partner", "in_kind", 0, 3800, "", "Stock, tooling and gauges", "inventory"),
    Line("manufacturer", "district", "fte", 0.5, 18200, "FTE quarter", "Shop teacher", "payroll"),
    Line("manufacturer", "district", "space", 1, 1900, "room quarter", "Machine shop", "room plan"),
    Line("college", "partner", "fte", 0.5, 17000, "FTE quarter", "College liaison", "payroll"),
    Line("college", "partner", "stipend", 6, 300, "stipend", "Tutors", "payroll"),
    Line("college", "district", "cash", 0, 5200, "", "Books and fees", "receipt"),
    Line("college", "district", "fte", 0.5, 18200, "FTE quarter", "School counselor", "payroll"),
)


def investment_table() -> Table:
    """The ledger: what was planned for every quarter, and what was put in up to the day of the export."""
    rows: list[Row] = []
    for year in YEARS:
        for quarter in year.quarters:
            for line in LINES:
                rows.append(_investment(line, quarter, 1.0, "planned"))
                if quarter.last_day <= EXPORTED_ON:
                    dice = stream("investments", year.name, quarter.name, line.partner, line.side, line.kind)
                    rows.append(_investment(line, quarter, dice.uniform(0.8, 1.12), "actual"))
    rows.sort(key=lambda row: (row[3], *row[:3], row[4]))
    return Table("investments.csv", INVESTMENT_COLUMNS, rows)


def _investment(line: Line, quarter: Quarter, share: float, plan: str) -> Row:
    """One line of the ledger. Staff and rooms are what they are; hours, cash and goods vary."""
    steady = line.kind in ("fte", "space")
    partner = partner_name(line.partner, quarter.last_day)
    head = (partner, line.side, line.kind, quarter.last_day.isoformat(), plan)
    evidence = line.evidence if plan == "actual" else ""
    if not line.quantity:
        return (*head, f"{round(line.rate * share, -1):.2f}", "", "", "", line.note, evidence)
    quantity = line.quantity if steady else round(line.quantity * share)
    return (*head, "", f"{quantity:g}", f"{line.rate:.2f}", line.unit, line.note, evidence)


TRAININGS = (
    ("Teacher externship", "Q1", 16.0),
    ("Infection control workshop", "Q2", 3.0),
    ("Simulation lab day", "Q3", 6.5),
    ("Teaching with cases", "Q4", 4.0),
)


def staff_training_table() -> Table:
    """Teacher training given by the hospital: about twenty teachers a year, a few trainings each."""
    rows: list[Row] = []
    for nth, year in enumerate(YEARS):
        dice = stream("staff training", year.name)
        for number in sorted(dice.sample(range(100, 190), 17 + 4 * nth)):
            home = stream("teacher", str(number))
            school, role = home.choice(SCHOOLS), home.choice(("teacher", "teacher", "teacher", "counselor"))
            for activity, quarter, hours in TRAININGS:
                day = year.quarter(quarter).first_day + timedelta(days=9)
                if dice.random() < 0.55 and day <= EXPORTED_ON:
                    partner = partner_name("hospital", day)
                    cells = (activity, day.isoformat(), f"{hours:g}", role, school)
                    rows.append((partner, f"T{number:04d}", *cells))
    columns = ("partner", "staff_number", "activity", "date", "hours", "role", "school")
    return Table("staff_training.csv", columns, sorted(rows, key=lambda row: (row[3], row[1])))


QUESTIONS = (
    "I learned something I can use at work",
    "I can see myself working in this field",
    "The program is well organized",
)
SURVEYED_ON = (date(2025, 5, 20), date(2026, 5, 19), date(2026, 10, 13))
PARTNERS = (("hospital", ACADEMY), ("manufacturer", MACHINING), ("college", COLLEGE_NOW))


def survey_table(members: Iterable[Membership]) -> Table:
    """Surveys of students, staff and parents on a scale of five; only students' answers carry a number."""
    rows: list[Row] = []
    everyone = list(members)
    for day, year in zip(SURVEYED_ON, YEARS, strict=True):
        for partner, program in PARTNERS:
            asked = [one for one in everyone if (one.program, one.year) == (program, year) and one.end >= day]
            rows.extend(_answers(partner, program, day, [one.student.number for one in asked]))
    columns = ("partner", "program", "date", "respondent", "student_number", "question", "score", "scale_max")
    return Table("surveys.csv", columns, sorted(rows, key=lambda row: (row[2], *row[:2], *row[3:])))


def _answers(partner: str, program: str, day: date, numbers: list[str]) -> Iterator[Row]:
    """The answers to one survey: about six students in ten, and some of the staff and parents."""
    dice = stream("survey", program, day.isoformat())
    name = partner_name(partner, day)
    answering = [("student", number) for number in numbers if dice.random() < 0.6]
    answering += [("staff", "")] * dice.randint(4, 3 + 4 * len(HIGH_SCHOOLS))
    answering += [("parent", "")] * dice.randint(8, 20)
    for respondent, number in answering:
        question = dice.choice(QUESTIONS)
        score = dice.choices((1, 2, 3, 4, 5), weights=(3, 6, 18, 40, 33))[0]
        yield (name, program, day.isoformat(), respondent, number, question, str(score), "5")
