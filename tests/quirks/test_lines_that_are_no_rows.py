"""What stands in a report beside its rows: never a student, and counted where it follows the header."""

import pytest
from given import csv_text
from outcome import HEADER, Outcome, outcomes, register

from partnerkpi.models.load import RowCounts

ROSTER = "student_number,school_year,school,grade_level"
TEXTS = """\
name = "Nothing but texts"

[[table]]
table = "students"

[table.columns]
student_number = { header = "number", pattern = ".+" }
school_year = { value = "2025-26" }
school = "building"
grade_level = "level"
"""


def _after_third(school: str, *lines: str) -> str:
    rows = register(school).splitlines()
    return "\n".join([*rows[:4], *lines, *rows[4:]]) + "\n"


FILES: dict[str, str | bytes] = {
    "preamble.csv": "Cedar Ridge Public Schools\nAttendance Register,,,\n\nRun 9/1/2025\n" + register("Preamble"),
    "long_preamble.csv": "Report\n" * 29 + register("Long preamble"),
    "too_long_preamble.csv": "Report\n" * 30 + register("Too long"),
    "blank_lines.csv": _after_third("Blank", "", "   ", "") + "\n\n",
    "repeated_header.csv": _after_third("Repeated", HEADER),
    "repeated_header_of_texts.csv": csv_text("number,building,level", ["1,A,9", "number,building,level", "2,A,9"]),
    "total.csv": register("Total") + "Total,5,,\n",
    "grand_total.csv": register("Grand") + "Grand Total:,,,5\nSubtotal,,,5\n",
    "total_in_one_cell.csv": register("One cell") + "Total: 5\n",
    "page_1_of_1.csv": register("Page") + "Page 1 of 1,,,\n",
    "page_in_between.csv": _after_third("Between", "Page 1 of 2", HEADER) + "Page 2 of 2\n",
    "report_end.csv": register("End") + "\nReport generated 9/1/2025 10:31\nEnd of report\n5 records\n",
    "total_that_lacks_nothing.csv": csv_text(ROSTER, ["0001,2025-26,Full,9", "Total,2025-26,Full,1"]),
    "school_called_page.csv": csv_text(HEADER, ["0001,Page 1 of 1,2025-09-01,present"]),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    return outcomes(tmp_path_factory.mktemp("lines"), FILES, {"texts": TEXTS})


def _five_rows(outcome: Outcome, non_data: int) -> None:
    assert outcome.counts == RowCounts(rows_in_file=5 + non_data, loaded=5, non_data=non_data)
    assert outcome.quarantine == ()


@pytest.mark.parametrize("name", ["preamble.csv", "long_preamble.csv"])
def test_preamble_lines_before_the_header(found: dict[str, Outcome], name: str) -> None:
    _five_rows(found[name], 0)


def test_a_header_further_down_than_the_first_thirty_lines(found: dict[str, Outcome]) -> None:
    assert "none of its first lines is a header that a dialect knows" in found["too_long_preamble.csv"].load.reason


def test_blank_lines(found: dict[str, Outcome]) -> None:
    _five_rows(found["blank_lines.csv"], 5)


def test_a_repeated_header_mid_file(found: dict[str, Outcome]) -> None:
    _five_rows(found["repeated_header.csv"], 1)


def test_a_repeated_header_that_would_pass_for_a_row(found: dict[str, Outcome]) -> None:
    """All its columns are texts, so that no rule would refuse it."""
    assert found["repeated_header_of_texts.csv"].counts == RowCounts(rows_in_file=3, loaded=2, non_data=1)


@pytest.mark.parametrize(
    ("name", "lines"), [("total.csv", 1), ("grand_total.csv", 2), ("total_in_one_cell.csv", 1), ("report_end.csv", 4)]
)
def test_the_footer_total(found: dict[str, Outcome], name: str, lines: int) -> None:
    _five_rows(found[name], lines)


@pytest.mark.parametrize(("name", "lines"), [("page_1_of_1.csv", 1), ("page_in_between.csv", 3)])
def test_the_footer_page_1_of_1(found: dict[str, Outcome], name: str, lines: int) -> None:
    _five_rows(found[name], lines)


def test_a_total_that_fills_every_column_is_refused_and_no_student(found: dict[str, Outcome]) -> None:
    outcome = found["total_that_lacks_nothing.csv"]
    assert outcome.counts == RowCounts(rows_in_file=2, loaded=1, quarantined=1)
    assert outcome.quarantine == ((3, "student_number", "a line of totals"),)


def test_a_row_that_has_all_it_needs_is_a_row_whatever_it_says(found: dict[str, Outcome]) -> None:
    assert found["school_called_page.csv"].counts == RowCounts(rows_in_file=1, loaded=1)
