"""Student numbers that a spreadsheet has been at: zeros lost, wrapped, rounded."""

from pathlib import Path

import pytest
from given import export, take_in, workspace
from outcome import Outcome, outcomes

from partnerkpi.models.load import RowCounts
from partnerkpi.warehouse import open_for_reading

DECLARED = """\
name = "Seven digits"

[[table]]
table = "attendance"

[table.columns]
student_number = { header = "pupil", width = 7, pattern = "[0-9]{7}" }
school = "school"
date = "date"
status = "status"
"""
ROUNDED = "a number a spreadsheet has rounded"
NO_NUMBER = "not the pattern of such a number"


def _row(number: str, column: str = "pupil", day: int = 1) -> str:
    return f"{column},school,date,status\n{number},North,2025-09-{day:02},present\n"


RAW = {
    "declared_whole.csv": "0012345",
    "declared_zeros_lost.csv": "12345",
    "declared_wrapped.csv": '="0012345"',
    "declared_wrapped_and_lost.csv": '"=""12345"""',
    "declared_too_long.csv": "00012345",
    "declared_rounded.csv": "1.00234E+11",
    "declared_rounded_short.csv": "1E5",
    "declared_other_letters.csv": "12a45",
    "whole.csv": "0012345",
    "zeros_lost.csv": "12345",
    "wrapped.csv": '="0012345"',
    "quoted_wrapped.csv": '"=""0012345"""',
    "rounded.csv": "1.00234E+11",
    "rounded_small.csv": "1.00234e11",
    "rounded_wrapped.csv": '="1.00234E11"',
    "a_name.csv": "Ana Nunez",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks: each a day of its own, so that none is another's correction."""
    files: dict[str, str | bytes] = {
        name: _row(number, "pupil" if name.startswith("declared") else "student_number", day)
        for day, (name, number) in enumerate(RAW.items(), start=1)
    }
    return outcomes(tmp_path_factory.mktemp("numbers"), files, {"seven": DECLARED})


def _student(outcome: Outcome) -> object:
    assert outcome.counts == RowCounts(rows_in_file=1, loaded=1)
    return outcome.values("student_id")[0]


@pytest.mark.parametrize(
    "name", ["declared_zeros_lost.csv", "declared_wrapped.csv", "declared_wrapped_and_lost.csv", "whole.csv"]
)
def test_leading_zeros_lost_are_put_back_to_the_width_of_the_dialect(found: dict[str, Outcome], name: str) -> None:
    assert _student(found[name]) == _student(found["declared_whole.csv"])


def test_without_a_width_no_zeros_are_made_up(found: dict[str, Outcome]) -> None:
    assert _student(found["zeros_lost.csv"]) != _student(found["whole.csv"])


@pytest.mark.parametrize("name", ["wrapped.csv", "quoted_wrapped.csv"])
def test_the_excel_wrapper_is_unwrapped(found: dict[str, Outcome], name: str) -> None:
    assert _student(found[name]) == _student(found["whole.csv"])


@pytest.mark.parametrize(
    "name",
    [
        "declared_rounded.csv",
        "declared_rounded_short.csv",
        "rounded.csv",
        "rounded_small.csv",
        "rounded_wrapped.csv",
    ],
)
def test_scientific_notation_is_refused(found: dict[str, Outcome], name: str) -> None:
    assert found[name].quarantine == ((2, "student_number", ROUNDED),)
    assert found[name].counts == RowCounts(rows_in_file=1, quarantined=1)


@pytest.mark.parametrize("name", ["declared_too_long.csv", "declared_other_letters.csv", "a_name.csv"])
def test_what_is_not_the_pattern_of_a_number_is_refused(found: dict[str, Outcome], name: str) -> None:
    assert found[name].quarantine == ((2, "student_number", NO_NUMBER),)


def test_the_same_number_in_two_districts_is_two_students(tmp_path: Path) -> None:
    """Each has a key of its own; with the same key, on any machine, it would be one."""
    students = []
    for name, key in (("one", "0f" * 32), ("two", "0e" * 32), ("one again", "0f" * 32)):
        made = workspace(tmp_path / name)
        (made.root / "data" / "key").write_text(key)
        take_in(made, export(made, "a.csv", _row("0012345", "student_number")))
        with open_for_reading(made.database) as warehouse:
            students.append(warehouse.value("select student_id from attendance"))
    assert students[0] == students[2] != students[1]
