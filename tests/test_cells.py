"""Cells of every unit and form that a dialect can declare: what they come to, and what is refused."""

import datetime as dt
from pathlib import Path

import pytest

from partnerkpi.dialects.files import read_dialect
from partnerkpi.dialects.recognise import NotRecognised, Recognised, recognise
from partnerkpi.errors import ConfigurationError
from partnerkpi.models.dialect import ColumnRule, TableRule
from partnerkpi.models.source_table import ATTENDANCE, ENGAGEMENT, GRADES, INVESTMENTS, Column
from partnerkpi.warehouse import scratch
from partnerkpi.warehouse.cells import cell_sql, literal

FRACTION = ATTENDANCE.column("fraction")
PERCENT = GRADES.column("percent")
CREDITS = GRADES.column("credits_earned")
HOURS = ENGAGEMENT.column("hours")
AMOUNT = INVESTMENTS.column("amount")
DATE = ENGAGEMENT.column("end_date")
YEAR = GRADES.column("school_year")

REFUSED = "refused"


def read(column: Column, cells: tuple[str | None, ...], **rule: object) -> object:
    """What the column makes of a row's cells; REFUSED and the rule when one refuses it."""
    declared = ColumnRule(column.name, headers=("h0",), places=tuple(range(1, len(cells))), **rule)  # type: ignore[arg-type]
    sql = cell_sql(column, declared, "c0")
    whens = " ".join(f"when {wrong} then {literal(name)}" for wrong, name in sql.refusals)
    issue = f"case {whens} end" if whens else "null"
    row = ", ".join(
        f"{'null::varchar' if cell is None else literal(cell)} as c{place}" for place, cell in enumerate(cells)
    )
    with scratch() as warehouse:
        value, refusal = warehouse.rows(f"select {sql.value}, {issue} from (select {row})")[0]
    if refusal:
        return f"{REFUSED}: {refusal}"
    return value.isoformat() if isinstance(value, dt.date) else value


OUTSIDE = f"{REFUSED}: outside the range of this column"
NO_NUMBER = f"{REFUSED}: not a number"
NO_HOURS = f"{REFUSED}: not a number of hours"
NO_AMOUNT = f"{REFUSED}: not an amount"
NO_DATE = f"{REFUSED}: not a date in the declared format"


@pytest.mark.parametrize(
    ("column", "unit", "cell", "expected"),
    [
        # A share of a day, in hundredths of a day.
        (FRACTION, "", "0.5", 50),
        (FRACTION, "", "50%", NO_NUMBER),
        (FRACTION, "share", "0.5", 50),
        (FRACTION, "share", "1.004", OUTSIDE),
        (FRACTION, "percent", "97.5%", 98),
        (FRACTION, "percent", "97.5", 98),
        (FRACTION, "percent", "97.5 %", 98),
        (FRACTION, "percent", "100", 100),
        (FRACTION, "percent", "100.4", OUTSIDE),
        (FRACTION, "percent", "101.5", OUTSIDE),
        (FRACTION, "percent", "-1", OUTSIDE),
        (FRACTION, "percent", "97,5%", NO_NUMBER),
        (FRACTION, "percent", "97.5%%", NO_NUMBER),
        (FRACTION, "percent", "20-Oct", NO_NUMBER),
        (FRACTION, "percent with decimal comma", "97,5%", 98),
        (FRACTION, "percent with decimal comma", "97.5%", NO_NUMBER),
        # A percentage, in hundredths of a percent.
        (PERCENT, "", "93", 9300),
        (PERCENT, "", "93%", NO_NUMBER),
        (PERCENT, "percent", "93%", 9300),
        (PERCENT, "percent", "101.5", 10150),
        (PERCENT, "percent", "120.004", OUTSIDE),
        (PERCENT, "share", "0.88", 8800),
        (PERCENT, "share", "88", OUTSIDE),
        (PERCENT, "percent with decimal comma", "97,5", 9750),
        (CREDITS, "decimal comma", "3,50", 350),
        (CREDITS, "decimal comma", "3", 300),
        (CREDITS, "decimal comma", "3.50", NO_NUMBER),
        (CREDITS, "decimal comma", "1.234,5", NO_NUMBER),
        (CREDITS, "decimal comma", "50,1", OUTSIDE),
        (CREDITS, "", "3,50", NO_NUMBER),
        # Hours, in minutes.
        (HOURS, "", "1.5", 90),
        (HOURS, "", "6:30", NO_HOURS),
        (HOURS, "", "1.5 hrs", NO_HOURS),
        (HOURS, "minutes", "90", 90),
        (HOURS, "minutes", "120001", OUTSIDE),
        (HOURS, "hours or clock", "6:30", 390),
        (HOURS, "hours or clock", "6.5", 390),
        (HOURS, "hours or clock", "6:75", NO_HOURS),
        (HOURS, "hours or clock", "2001:00", OUTSIDE),
        (HOURS, "hours with unit", "1.5 hrs", 90),
        (HOURS, "hours with unit", "1.5HR", 90),
        (HOURS, "hours with unit", "2 Hours", 120),
        (HOURS, "hours with unit", "1h", 60),
        (HOURS, "hours with unit", "90 min", 90),
        (HOURS, "hours with unit", "90 minutes", 90),
        (HOURS, "hours with unit", "135", 8100),
        (HOURS, "hours with unit", "6:30", 390),
        (HOURS, "hours with unit", "2 days", NO_HOURS),
        (HOURS, "hours with unit", "1 hr 30 min", NO_HOURS),
        (HOURS, "hours with unit", "hrs", NO_HOURS),
        (HOURS, "hours with unit", "2001 hrs", OUTSIDE),
        (HOURS, "hours with unit", "120001 min", OUTSIDE),
        (HOURS, "decimal comma", "1,5", 90),
        # Money, in cents.
        (AMOUNT, "", "1200.00", 120000),
        (AMOUNT, "", "$1,200.00", NO_AMOUNT),
        (AMOUNT, "dollars", "$1,200.00", 120000),
        (AMOUNT, "dollars", "$ 1,234,567.89", 123456789),
        (AMOUNT, "dollars", "1200", 120000),
        (AMOUNT, "dollars", "12.5", 1250),
        (AMOUNT, "dollars", "1,20", NO_AMOUNT),
        (AMOUNT, "dollars", "1200,00", NO_AMOUNT),
        (AMOUNT, "dollars", "($50.00)", NO_AMOUNT),
        (AMOUNT, "dollars", "-50", NO_AMOUNT),
        (AMOUNT, "", "-50", OUTSIDE),
        # A workbook's days.
        (DATE, "", "2024-08-26", "2024-08-26"),
        (DATE, "", "45530", NO_DATE),
        (DATE, "excel serial", "45530", "2024-08-26"),
        (DATE, "excel serial", "45530.0", "2024-08-26"),
        (DATE, "excel serial", "45530.5", NO_DATE),
        (DATE, "excel serial", "2024-08-26", NO_DATE),
        (DATE, "excel serial", "20240", NO_DATE),
        (DATE, "excel serial", "99999", NO_DATE),
        (DATE, "excel serial", "20-Oct", NO_DATE),
        (YEAR, "", "2026", f"{REFUSED}: not a school year such as 2026-27"),
        (YEAR, "ending year", "2026", "2025-26"),
        (YEAR, "ending year", "2000", "1999-00"),
        (YEAR, "ending year", "2025-26", f"{REFUSED}: not a school year such as 2026-27"),
        (YEAR, "ending year", "26", f"{REFUSED}: not a school year such as 2026-27"),
    ],
)
def test_a_unit(column: Column, unit: str, cell: str, expected: object) -> None:
    """The declared unit and no other decides what a cell is."""
    assert read(column, (cell,), unit=unit) == expected


def test_a_serial_beside_a_format() -> None:
    """A column of which a workbook has turned some dates into numbers."""
    both = {"unit": "excel serial", "formats": ("%m/%d/%Y",)}
    assert read(DATE, ("08/26/2024",), **both) == "2024-08-26"
    assert read(DATE, ("45530",), **both) == "2024-08-26"
    assert read(DATE, ("2024-08-26",), **both) == NO_DATE


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("BIO", "111"), "BIO 111"),
        ((None, "111"), f"{REFUSED}: blank, but required"),
        (("BIO", None), f"{REFUSED}: blank, but required"),
        ((None, None), f"{REFUSED}: blank, but required"),
    ],
)
def test_columns_joined_to_a_text(cells: tuple[str | None, ...], expected: str) -> None:
    """A text lacking one of its columns is blank: half a course number is another course."""
    assert read(GRADES.column("course"), cells, between=" ") == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("Absent", "Excused"), "absent_excused"),
        (("ABSENT", "excused"), "absent_excused"),
        (("Present", None), "present"),
        (("Absent", None), f"{REFUSED}: a word this dialect does not know"),
        ((None, "Excused"), f"{REFUSED}: a word this dialect does not know"),
        (("Excused", "Absent"), f"{REFUSED}: a word this dialect does not know"),
        ((None, None), f"{REFUSED}: blank, but required"),
    ],
)
def test_columns_joined_to_a_word(cells: tuple[str | None, ...], expected: str) -> None:
    """Two columns decide one status; a pair that is not listed goes to quarantine."""
    words = (("Absent/Excused", "absent_excused"), ("Present/", "present"))
    assert read(ATTENDANCE.column("status"), cells, between="/", words=words) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("25-26 Monroe High", "Monroe High"),
        ("Monroe High", f"{REFUSED}: not in the form this dialect expects"),
        ("25-26 ", f"{REFUSED}: not in the form this dialect expects"),
        ("x25-26 Monroe High", f"{REFUSED}: not in the form this dialect expects"),
        (None, f"{REFUSED}: blank, but required"),
    ],
)
def test_a_part_of_a_cell(cell: str | None, expected: str) -> None:
    """All of the cell has to fit, and the group is what counts."""
    assert read(ATTENDANCE.column("school"), (cell,), part="[0-9]{2}-[0-9]{2} (.+)") == expected


def test_a_column_the_dialect_requires() -> None:
    """A summary without its days is no summary."""
    assert read(ATTENDANCE.column("days_enrolled"), (None,), required=True) == f"{REFUSED}: blank, but required"
    assert read(ATTENDANCE.column("days_enrolled"), (None,)) is None


JOINED = """\
name = "Joined"

[[table]]
table = "engagement"

[table.columns]
student_number = "id"
partner = "host"
program = "program"
activity = { join = ["kind", ["title", "name"]], between = ": " }
date = "day"
credential = { join = ["level", "license"] }
"""


def declared(folder: Path, text: str) -> tuple[TableRule, ...]:
    """The table rules of a dialect file."""
    path = folder / "joined.toml"
    path.write_text(text)
    return read_dialect(path).tables


def test_joined_columns_are_recognised(tmp_path: Path) -> None:
    """Each part is needed by one of its names, and its place is known."""
    rules = declared(tmp_path, JOINED)
    found = recognise(["Day", "Name", "Kind", "ID", "Host", "Program", "License"], rules)
    assert isinstance(found, Recognised)
    activity = next(column for column in found.rule.columns if column.column == "activity")
    assert [found.headers[place] for place in activity.places] == ["name"]
    assert "license" not in found.headers, "half of an optional column is not read"
    lacking = recognise(["Day", "Kind", "ID", "Host", "Program"], rules)
    assert isinstance(lacking, NotRecognised)
    assert "title" in lacking.reason


@pytest.mark.parametrize(
    ("column", "complaint"),
    [
        ('hours = { header = "h", unit = "percent" }', 'hours is not counted in "percent"'),
        ('hours = { header = "h", unit = "hour" }', '"hour" is not a known unit'),
        ('hours = { header = "h", part = "[0-9]+" }', "exactly one group"),
        ('hours = { header = "h", part = "([0-9]+" }', "not a regular expression"),
        ('hours = { join = ["h"] }', "two columns or more"),
        ('hours = { header = "h", join = ["h", "m"] }', "in place of header"),
    ],
)
def test_a_mistake_in_a_column(tmp_path: Path, column: str, complaint: str) -> None:
    """A dialect that cannot be meant is refused before any data."""
    with pytest.raises(ConfigurationError) as caught:
        declared(tmp_path, JOINED + column + "\n")
    assert complaint in f"{caught.value.what} {caught.value.where} {caught.value.now}"
