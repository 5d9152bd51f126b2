"""The eleven source tables: their columns, what makes a row the same row, and what an export replaces."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a cell means; each kind has one type in the warehouse.

    Decimal amounts are stored as integers in minor units, so that sums are exact on every engine:
    hundredths (days, credits, points), minutes (hours), cents (money).
    """

    STUDENT = "student"  # a student number: stored as a pseudonym
    STAFF = "staff"  # a staff number: stored as a pseudonym
    TEXT = "text"
    DATE = "date"
    FLAG = "flag"  # yes or no
    CHOICE = "choice"  # one of a list of words
    SCHOOL_YEAR = "school_year"  # stored as "2026-27"
    HUNDREDTHS = "hundredths"
    MINUTES = "minutes"
    CENTS = "cents"


@dataclass(frozen=True)
class Column:
    """One column: its name in the plain layout, its name in the warehouse, and what it may hold.

    `low` and `high` are inclusive bounds in the unit of the export (hours, not minutes); None is unbounded.
    `default` stands in for a blank optional cell. `percent` says that the column counts in percent and not in parts
    of one, so that an export in either unit is read right.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str | None = None
    low: float | None = None
    high: float | None = None
    percent: bool = False

    @property
    def fact(self) -> str:
        """The column's name in the warehouse: units are spelled out, numbers of people become ids."""
        match self.kind:
            case Kind.STUDENT:
                return "student_id"
            case Kind.STAFF:
                return "staff_id"
            case Kind.HUNDREDTHS:
                return f"{self.name}_hundredths"
            case Kind.MINUTES:
                return self.name.replace("hours", "minutes")
            case Kind.CENTS:
                return f"{self.name}_cents"
            case Kind.DATE if self.name in ("start", "end"):
                return f"{self.name}_date"  # both are words of SQL
            case _:
                return self.name


@dataclass(frozen=True)
class SourceTable:
    """One canonical table.

    `key` names the columns that make two rows the same row (natural key). Without a key every row is a record
    of its own: two equal survey answers are two answers.
    `slice` names the columns whose combinations an export speaks for as a whole: rows of an earlier load in the
    same slice that the new export no longer has are taken out.
    `day` is the column that says how far the data reaches.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    slice: tuple[str, ...]
    day: str = ""
    groups: bool = False

    def column(self, name: str) -> Column:
        """The column with this plain name; raises KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def natural_key(self) -> tuple[str, ...]:
        """The key's columns by their names in the warehouse; empty when every row is a record of its own."""
        return tuple(self.column(name).fact for name in self.key)

    @property
    def day_column(self) -> str:
        """The name of `day` in the warehouse, "" without one."""
        return self.column(self.day).fact if self.day else ""

    @property
    def required(self) -> tuple[str, ...]:
        """Plain names of the columns an export must have."""
        return tuple(column.name for column in self.columns if column.required)


_STUDENT = Column("student_number", Kind.STUDENT, required=True)
_ACTIVITY_STATUS = ("completed", "in_progress", "withdrawn")
_TIERS = ("awareness", "exploration", "preparation", "training")
_LEVELS = ("standard", "honors", "ap", "ib", "college")

ATTENDANCE = SourceTable(
    "attendance",
    (
        _STUDENT,
        Column("school", required=True),
        Column("date", Kind.DATE, required=True),
        Column(
            "status",
            Kind.CHOICE,
            required=True,
            choices=("present", "absent_excused", "absent_unexcused", "suspended"),
        ),
        Column("fraction", Kind.HUNDREDTHS, low=0, high=1),
        # Period attendance has a row per class; a row for the whole day leaves the section empty.
        Column("section", default=""),
        Column(
            "shape",
            Kind.CHOICE,
            choices=("daily", "absences", "periods", "summary", "summary_to_date"),
            default="daily",
        ),
        # A summary counts days at once; its date is the last day it speaks of, and its status says nothing.
        Column("days_enrolled", Kind.HUNDREDTHS, low=0, high=366),
        Column("days_absent", Kind.HUNDREDTHS, low=0, high=366),
        Column("days_absent_excused", Kind.HUNDREDTHS, low=0, high=366),
        Column("days_absent_unexcused", Kind.HUNDREDTHS, low=0, high=366),
    ),
    key=("student_number", "school", "date", "section"),
    slice=("school", "date"),
    day="date",
)

GRADES = SourceTable(
    "grades",
    (
        _STUDENT,
        Column("school_year", Kind.SCHOOL_YEAR, required=True),
        Column("term", required=True),
        Column("course", required=True),
        Column("mark", required=True),
        Column("school", default=""),
        Column("subject", default=""),
        Column("percent", Kind.HUNDREDTHS, low=0, high=120, percent=True),
        Column("credits_attempted", Kind.HUNDREDTHS, low=0, high=50),
        Column("credits_earned", Kind.HUNDREDTHS, low=0, high=50),
        Column("level", Kind.CHOICE, choices=_LEVELS, default="standard"),
        Column("final", Kind.FLAG, default="yes"),
        Column("exclude_from_gpa", Kind.FLAG, default="no"),
        Column("date_posted", Kind.DATE),
    ),
    key=("student_number", "school_year", "term", "course"),
    slice=("school_year", "term", "school"),
    day="date_posted",
)

COLLEGE_CREDITS = SourceTable(
    "college_credits",
    (
        _STUDENT,
        Column("institution", required=True),
        Column("term", required=True),
        Column("course", required=True),
        Column("hours_attempted", Kind.HUNDREDTHS, required=True, low=0, high=30),
        Column("hours_earned", Kind.HUNDREDTHS, required=True, low=0, high=30),
        Column("mark", default=""),
        Column("date_posted", Kind.DATE),
        Column("repeat", Kind.FLAG, default="no"),
    ),
    key=("student_number", "institution", "term", "course"),
    slice=("institution", "term"),
    day="date_posted",
)

ENGAGEMENT = SourceTable(
    "engagement",
    (
        _STUDENT,
        Column("partner", required=True),
        Column("program", required=True),
        Column("activity", required=True),
        Column("date", Kind.DATE, required=True),
        Column("hours", Kind.MINUTES, low=0, high=2000),
        Column("status", Kind.CHOICE, choices=_ACTIVITY_STATUS, default="completed"),
        Column("tier", Kind.CHOICE, choices=_TIERS),
        Column("end_date", Kind.DATE),
        Column("credential", default=""),
    ),
    key=("student_number", "partner", "program", "activity", "date"),
    slice=(),
    day="date",
)

STUDENTS = SourceTable(
    "students",
    (
        _STUDENT,
        Column("school_year", Kind.SCHOOL_YEAR, required=True),
        Column("school", required=True),
        Column("grade_level", required=True),
        Column("last_year_gpa", Kind.HUNDREDTHS, low=0, high=6),
        Column("last_year_attendance", Kind.HUNDREDTHS, low=0, high=100, percent=True),
    ),
    key=("student_number", "school_year", "school"),
    slice=("school_year", "school"),
    groups=True,
)

PARTICIPANTS = SourceTable(
    "participants",
    (
        _STUDENT,
        Column("partner", required=True),
        Column("program", required=True),
        Column("start", Kind.DATE, required=True),
        Column("end", Kind.DATE),
        Column("status", default=""),
    ),
    key=("student_number", "partner", "program", "start"),
    slice=(),
    day="start",
)

ENROLLMENTS = SourceTable(
    "enrollments",
    (
        _STUDENT,
        Column("school", required=True),
        Column("entry_date", Kind.DATE, required=True),
        Column("exit_date", Kind.DATE),
    ),
    key=("student_number", "school", "entry_date"),
    slice=(),
    day="entry_date",
)

CALENDAR = SourceTable(
    "calendar",
    (
        Column("school", required=True),
        Column("date", Kind.DATE, required=True),
        Column("school_day", Kind.FLAG, required=True),
    ),
    key=("school", "date"),
    slice=(),
    day="date",
)

INVESTMENTS = SourceTable(
    "investments",
    (
        Column("partner", required=True),
        Column("side", Kind.CHOICE, required=True, choices=("partner", "district")),
        Column(
            "kind",
            Kind.CHOICE,
            required=True,
            choices=("fte", "hours", "cash", "in_kind", "space", "stipend"),
        ),
        Column("date", Kind.DATE, required=True),
        Column("amount", Kind.CENTS, low=0),
        Column("quantity", Kind.HUNDREDTHS, low=0),
        Column("rate", Kind.CENTS, low=0),
        Column("unit", default=""),
        Column("plan", Kind.CHOICE, choices=("planned", "actual"), default="actual"),
        Column("note", default=""),
        Column("evidence", default=""),
    ),
    key=(),
    slice=("partner", "date", "plan"),
    day="date",
)

STAFF_TRAINING = SourceTable(
    "staff_training",
    (
        Column("partner", required=True),
        Column("staff_number", Kind.STAFF, required=True),
        Column("activity", required=True),
        Column("date", Kind.DATE, required=True),
        Column("hours", Kind.MINUTES, low=0, high=500),
        Column("role", default=""),
        Column("school", default=""),
    ),
    key=("partner", "staff_number", "activity", "date"),
    slice=(),
    day="date",
)

SURVEYS = SourceTable(
    "surveys",
    (
        Column("partner", required=True),
        Column("date", Kind.DATE, required=True),
        Column("respondent", Kind.CHOICE, required=True, choices=("student", "staff", "parent")),
        Column("score", Kind.HUNDREDTHS, required=True, low=0),
        Column("scale_max", Kind.HUNDREDTHS, required=True, low=1),
        Column("program", default=""),
        Column("question", default=""),
        Column("student_number", Kind.STUDENT),
    ),
    key=(),
    slice=("partner", "program", "date"),
    day="date",
)

SOURCE_TABLES: dict[str, SourceTable] = {
    table.name: table
    for table in (
        ATTENDANCE,
        GRADES,
        COLLEGE_CREDITS,
        ENGAGEMENT,
        STUDENTS,
        PARTICIPANTS,
        ENROLLMENTS,
        CALENDAR,
        INVESTMENTS,
        STAFF_TRAINING,
        SURVEYS,
    )
}
EVERYDAY_TABLES = ("attendance", "grades", "college_credits", "engagement")
