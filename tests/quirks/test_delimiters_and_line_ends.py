"""Delimiters and line ends: found with the header, never from the values."""

import pytest
from outcome import HEADER, Outcome, outcomes, register

from partnerkpi.models.load import LoadStatus, RowCounts

MANY_COMMAS = "0001;North, East, West;2025-09-01;present;a,b,c,d,e,f\n"
FILES: dict[str, str | bytes] = {
    "tab.tsv": register("Tab").replace(",", "\t"),
    "semicolon.csv": register("Semicolon").replace(",", ";"),
    "pipe.txt": register("Pipe").replace(",", "|"),
    "header_decides.csv": HEADER.replace(",", ";") + ";note\n" + MANY_COMMAS,
    "lf.csv": register("Lf"),
    "crlf.csv": register("Crlf").replace("\n", "\r\n"),
    "cr_only.csv": register("Cr").replace("\n", "\r"),
    "mixed.csv": register("Mixed").replace("\n", "\r\n", 2).replace("\n0004", "\r0004"),
    "cr_cr_lf.csv": register("Crcrlf").replace("\n", "\r\r\n"),
    "no_final_line_end.csv": register("Final").rstrip("\n"),
    "quoted_newlines.csv": register("Quoted").replace("Quoted", '"Quoted\r\nNewline"'),
    "quoted_newline_then_mistake.csv": register("Line").replace("Line", '"Li\nne"').replace("5,Line", "5,x")
    + "0006,Line,nonsense,present\n",
    "quoted_delimiters.csv": register("Comma").replace("Comma", '"Comma, the ""Great"""'),
    "only_delimiters.csv": register("Only").replace("0003", ",,,\n , ,\t,\n;;;\n0003"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All files of this row of quirks."""
    return outcomes(tmp_path_factory.mktemp("delimiters"), FILES)


def _five_rows(outcome: Outcome, school: str) -> None:
    assert outcome.load.status is LoadStatus.LOADED
    assert outcome.counts == RowCounts(rows_in_file=5, loaded=5)
    assert set(outcome.values("school")) == {school}


@pytest.mark.parametrize(("name", "school"), [("tab.tsv", "Tab"), ("semicolon.csv", "Semicolon"), ("pipe.txt", "Pipe")])
def test_tab_semicolon_pipe(found: dict[str, Outcome], name: str, school: str) -> None:
    _five_rows(found[name], school)


def test_the_header_says_the_delimiter_and_not_the_values(found: dict[str, Outcome]) -> None:
    assert found["header_decides.csv"].counts == RowCounts(rows_in_file=1, loaded=1)
    assert found["header_decides.csv"].values("school") == ["North, East, West"]


@pytest.mark.parametrize(
    ("name", "school"),
    [("lf.csv", "Lf"), ("crlf.csv", "Crlf"), ("cr_only.csv", "Cr"), ("mixed.csv", "Mixed")],
)
def test_cr_only_and_mixed_line_ends(found: dict[str, Outcome], name: str, school: str) -> None:
    _five_rows(found[name], school)


def test_cr_cr_lf(found: dict[str, Outcome]) -> None:
    """What a transfer in text mode makes of CR LF: every other line is blank, and no row is lost or doubled."""
    assert found["cr_cr_lf.csv"].counts == RowCounts(rows_in_file=11, loaded=5, non_data=6)


def test_a_last_row_without_a_line_end(found: dict[str, Outcome]) -> None:
    _five_rows(found["no_final_line_end.csv"], "Final")


def test_quoted_newlines(found: dict[str, Outcome]) -> None:
    _five_rows(found["quoted_newlines.csv"], "Quoted Newline")


def test_lines_are_counted_on_through_quoted_newlines(found: dict[str, Outcome]) -> None:
    """The header, five rows of two lines each, and the row with the mistake in line 12."""
    assert found["quoted_newline_then_mistake.csv"].quarantine == ((12, "date", "not a date in the declared format"),)


def test_quoted_delimiters_and_quotes(found: dict[str, Outcome]) -> None:
    _five_rows(found["quoted_delimiters.csv"], 'Comma, the "Great"')


def test_rows_of_only_delimiters(found: dict[str, Outcome]) -> None:
    """A line of other delimiters is no blank line: it stands in quarantine."""
    assert found["only_delimiters.csv"].counts == RowCounts(rows_in_file=8, loaded=5, non_data=2, quarantined=1)
    assert found["only_delimiters.csv"].quarantine == ((6, "", "cells: 1 where the header has 4"),)
