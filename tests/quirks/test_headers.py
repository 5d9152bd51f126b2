"""Headers: columns in any order and case, some twice, some unknown, one lacking."""

import pytest
from given import csv_text
from outcome import HEADER, Outcome, outcomes, register

from partnerkpi.models.load import LoadStatus, RowCounts


def _with_columns(school: str, names: str, cells: str) -> str:
    header, *rows = register(school).splitlines()
    return csv_text(f"{header},{names}", [f"{row},{cells}" for row in rows])


FILES: dict[str, str | bytes] = {
    "used_twice.csv": _with_columns("Used", "School", "Other"),
    "unused_twice.csv": _with_columns("Unused", "note,Note,", "a,b,c"),
    "another_order.csv": csv_text(
        ",".join(reversed(HEADER.split(","))),
        [",".join(reversed(row.split(","))) for row in register("Order").split()[1:]],
    ),
    "capitals_and_blanks.csv": register("Capitals").replace(HEADER, " Student_Number , SCHOOL,Date ,status"),
    "renamed.csv": register("Renamed").replace("status", "state"),
    "no_header.csv": "Ana Nuñez,0012345,2010-01-01\n",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    return outcomes(tmp_path_factory.mktemp("headers"), FILES)


def test_a_used_column_that_is_there_twice(found: dict[str, Outcome]) -> None:
    load = found["used_twice.csv"].load
    assert load.status is LoadStatus.REFUSED
    assert "the header has school more than once" in load.reason
    assert load.advice == "Leave one of them out of the export."


def test_an_unused_column_that_is_there_twice(found: dict[str, Outcome]) -> None:
    assert found["unused_twice.csv"].counts == RowCounts(rows_in_file=5, loaded=5)
    assert found["unused_twice.csv"].load.notices == ("3 columns are not read",)


@pytest.mark.parametrize("name", ["another_order.csv", "capitals_and_blanks.csv"])
def test_columns_in_any_order_and_case(found: dict[str, Outcome], name: str) -> None:
    assert found[name].counts == RowCounts(rows_in_file=5, loaded=5)
    assert set(found[name].values("status")) == {"present"}


def test_a_lacking_column_is_named_with_the_one_that_may_be_meant(found: dict[str, Outcome]) -> None:
    assert "lacks status (did you mean state?)" in found["renamed.csv"].load.reason


def test_a_refusal_never_repeats_what_the_file_says(found: dict[str, Outcome]) -> None:
    load = found["no_header.csv"].load
    assert load.status is LoadStatus.REFUSED
    assert "Nuñez" not in load.reason + load.where + load.advice
