"""Dates: one declared format for a column, and nothing guessed."""

from pathlib import Path

import pytest
from given import SETTINGS, csv_text, export, take_in, workspace
from outcome import HEADER, Outcome, outcomes

from partnerkpi.dialects.files import read_dialect
from partnerkpi.errors import ConfigurationError
from partnerkpi.models.load import LoadStatus, RowCounts
from partnerkpi.warehouse import open_for_reading

NO_DATE = (2, "date", "not a date in the declared format")


def _dialect(column: str, rule: str) -> str:
    return f"""\
name = "{column}"

[[table]]
table = "attendance"

[table.columns]
student_number = "student_number"
school = "school"
date = {{ header = "{column}", {rule} }}
status = "status"
"""


DIALECTS = {
    "american": _dialect("month first", 'format = "%m/%d/%Y"'),
    "british": _dialect("day first", 'format = "%d/%m/%Y"'),
    "either": _dialect("either", 'format = ["%m/%d/%Y", "%m/%d/%y"]'),
    "counted": _dialect("serial", 'unit = "excel serial"'),
    "named": _dialect("named", 'format = "%d-%b-%y"'),
}
CELLS = {
    "month_first.csv": ("month first", "9/1/2026"),
    "month_first_padded.csv": ("month first", "09/01/2026"),
    "day_first.csv": ("day first", "9/1/2026"),
    "no_such_month.csv": ("month first", "13/1/2026"),
    "serial.csv": ("serial", "45530"),
    "serial_no_such_unit.csv": ("month first", "45530"),
    "serial_undeclared.csv": ("date", "45530"),
    "named.csv": ("named", "20-Oct-25"),
    "half_named.csv": ("named", "20-Oct"),
    "half_named_undeclared.csv": ("date", "20-Oct"),
    "undeclared.csv": ("date", "9/1/2026"),
    "no_such_day.csv": ("date", "2026-02-30"),
    "two_digits.csv": ("month first", "9/1/26"),
    "either_long.csv": ("either", "9/1/2026"),
    "either_short.csv": ("either", "9/1/26"),
    "epoch.csv": ("date", "epoch"),
    "from_a_workbook.csv": ("date", "2026-09-01 00:00:00"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    files: dict[str, str | bytes] = {
        name: csv_text(HEADER.replace("date", column), [f"0001,{name},{cell},present"])
        for name, (column, cell) in CELLS.items()
    }
    return outcomes(tmp_path_factory.mktemp("dates"), files, DIALECTS)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("month_first.csv", "2026-09-01"),
        ("month_first_padded.csv", "2026-09-01"),
        ("day_first.csv", "2026-01-09"),
        ("serial.csv", "2024-08-26"),
        ("named.csv", "2025-10-20"),
        ("from_a_workbook.csv", "2026-09-01"),
        ("either_long.csv", "2026-09-01"),
        ("either_short.csv", "2026-09-01"),
    ],
)
def test_a_date_is_read_in_the_format_its_column_declares(found: dict[str, Outcome], name: str, day: str) -> None:
    assert [str(date) for date in found[name].values("date")] == [day]


@pytest.mark.parametrize(
    "name",
    [
        "no_such_month.csv",
        "serial_no_such_unit.csv",
        "serial_undeclared.csv",
        "half_named.csv",
        "half_named_undeclared.csv",
        "undeclared.csv",
        "no_such_day.csv",
        "two_digits.csv",
        "epoch.csv",
    ],
)
def test_an_excel_serial_or_20_oct_or_any_other_date_is_refused_where_it_is_not_declared(
    found: dict[str, Outcome], name: str
) -> None:
    assert found[name].quarantine == (NO_DATE,)
    assert found[name].counts == RowCounts(rows_in_file=1, quarantined=1)


def test_9_1_2026_under_no_declared_format_refuses_the_file(tmp_path: Path) -> None:
    """With the limits of a new district. Nothing is taken for the first of September, nor for the ninth of January."""
    begin, end = SETTINGS.index("# Small files"), SETTINGS.index("[[school_year]]")
    made = workspace(tmp_path / "d", settings=SETTINGS[:begin] + SETTINGS[end:])
    rows = [f"{n:04},North,{1 + n % 12}/{1 + n % 9}/2026,present" for n in range(20)]
    (load,) = take_in(made, export(made, "a.csv", csv_text(HEADER, rows)))
    assert load.status is LoadStatus.REFUSED
    assert "20 of its 20 rows would be refused, mostly for date: not a date in the declared format" in load.reason
    assert "whether day or month comes first is never guessed" in load.advice
    with open_for_reading(made.database) as warehouse:
        assert warehouse.value("select count(*) from attendance") == 0


@pytest.mark.parametrize(
    ("formats", "fine"),
    [
        ('["%m/%d/%Y", "%d/%m/%Y"]', False),
        ('["%d.%m.%Y", "%m/%d/%Y", "%m.%d.%Y"]', False),
        ('["%d/%m/%y", "%y/%m/%d"]', False),
        ('["%m/%d/%Y", "%Y-%m-%d"]', True),
        ('["%m/%d/%Y", "%m/%d/%y"]', True),
        ('["%d.%m.%Y", "%d/%m/%Y"]', True),
    ],
)
def test_a_dialect_that_declares_two_readings_of_one_cell_is_refused(tmp_path: Path, formats: str, fine: bool) -> None:
    path = tmp_path / "both.toml"
    path.write_text(_dialect("day", f"format = {formats}"))
    if fine:
        assert read_dialect(path).tables
        return
    with pytest.raises(ConfigurationError, match="read the same cell as different days"):
        read_dialect(path)
