"""Kinds of files: the same rows out of each of them."""

import datetime as dt
import gzip
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from given import csv_text, export, take_in, workspace
from outcome import Outcome, outcomes, register

from partnerkpi.models.load import LoadStatus, RowCounts
from partnerkpi.warehouse import ledger, open_for_reading

KINDS: dict[str, Callable[[str], bytes]] = {
    "a.csv": lambda text: text.encode(),
    "a.tsv": lambda text: text.replace(",", "\t").encode(),
    "a.TXT": lambda text: text.replace(",", "|").encode(),
    "a.csv.gz": lambda text: gzip.compress(text.encode(), mtime=0),
    "a.tsv.gz": lambda text: gzip.compress(text.replace(",", "\t").encode(), mtime=0),
    "two parts.txt.gz": lambda text: gzip.compress(text[:50].encode()) + gzip.compress(text[50:].encode()),
    "a.zip": lambda text: _zipped(text),
    "a.xlsx": lambda text: _workbook([line.split(",") for line in text.splitlines()]),
}


def _zipped(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("attendance.csv", text)
    return content.getvalue()


def _workbook(rows: Sequence[Sequence[object]], first_row: int = 0) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "m/d/yyyy"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows, start=first_row):
        sheet.write_row(number, 0, row)
    book.add_worksheet("another").write_row(0, 0, ["foo", "bar"])
    book.close()
    return content.getvalue()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """The same rows, of another school in each kind of file."""
    return outcomes(tmp_path_factory.mktemp("kinds"), {name: make(register(name)) for name, make in KINDS.items()})


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_the_same_rows(found: dict[str, Outcome], name: str) -> None:
    assert found[name].counts == RowCounts(rows_in_file=5, loaded=5)
    assert found[name].values("school") == [name] * 5
    assert found[name].values("student_id") == found["a.csv"].values("student_id")
    assert found[name].load.notices == ()


def test_a_workbook_of_numbers_and_dates_that_begins_further_down(tmp_path: Path) -> None:
    """Lines are those of the sheet, from its top."""
    header: list[str] = ["student_number", "school", "date", "status"]
    day = dt.date(2025, 9, 1)
    rows: list[Sequence[object]] = [
        ["Register"],
        [],
        header,
        [12345, "N", day, "present"],
        [],
        [12346, "N", day, "Q"],
        ["Total", 2],
    ]
    made = workspace(tmp_path / "d")
    path = export(made, "a.xlsx", _workbook(rows, first_row=2))
    (load,) = take_in(made, path)
    assert load.counts == RowCounts(rows_in_file=4, loaded=1, quarantined=1, non_data=2)
    (same,) = take_in(made, export(made, "b.csv", csv_text(",".join(header), ["12345,N,2025-09-01,present"])))
    assert (same.counts.unchanged, same.replaced) == (1, 0)
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows("select line, column_name from quarantine") == [(8, "status")]


def test_lines_are_those_of_the_file_after_a_preamble_and_a_quoted_line_break(tmp_path: Path) -> None:
    text = "Report\n\n" + register("Li").replace("1,Li", '1,"L\ni"') + "0009,Li,nonsense,present\n"
    outcome = outcomes(tmp_path, {"a.csv": text})["a.csv"]
    assert outcome.quarantine == ((10, "date", "not a date in the declared format"),)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    os.mkfifo(made.inbox / "pipe.csv")
    (load,) = take_in(made, made.inbox / "pipe.csv")
    assert load.status is LoadStatus.REFUSED
    assert "this is not a file" in load.reason


TRAILED = """\
name = "Trailed"
[[table]]
table = "calendar"
no_data = [{ header = "Kind", words = ["T", "H"] }]
only = [{ header = "Room", filled = true }]
[table.columns]
school = "School"
date = "Date"
school_day = "Open"
"""


@pytest.mark.parametrize(
    "trailer", ["T,2", "T", "T,North,2026-09-03,yes,1", " t ,,,,", "H,North,2026-09-03,yes,1,surplus"]
)
def test_a_line_of_a_kind_that_is_no_row_is_no_data_however_wide_it_is(tmp_path: Path, trailer: str) -> None:
    """Even where it looks like a row; a kind nobody named is a row, and quarantined for its width."""
    made = workspace(tmp_path / "district")
    (made.root / "dialects").mkdir()
    (made.root / "dialects" / "trailed.toml").write_text(TRAILED)
    rows = ["D,North,2026-09-01,yes,1", "D,North,2026-09-02,yes,", "X,9", trailer]
    load = take_in(made, export(made, "days.csv", csv_text("Kind,School,Date,Open,Room", rows)))[0]
    counts = load.counts
    assert (load.dialect, counts.rows_in_file, counts.loaded, counts.non_data) == ("trailed", 4, 1, 1)
    with open_for_reading(made.database) as warehouse:
        refused = [(row["line"], row["column"], row["rule"]) for row in ledger.quarantine(warehouse)]
    assert refused == [
        (3, "school", "room is of another kind"),
        (4, "", "cells: 2 where the header has 5"),
    ]
