"""Reading export files: encodings, containers, headers, and lines that are no rows."""

import gzip
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from given import csv_text, export, take_in, workspace

from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.warehouse import ledger, open_for_reading

HEADER = "student_number,school,date,status"
ROWS = [f"00{n},North,2025-09-0{n},present" for n in range(1, 6)]
PLAIN = csv_text(HEADER, ROWS)


def _load(tmp_path: Path, name: str, content: str | bytes) -> Load:
    made = workspace(tmp_path / "district")
    return take_in(made, export(made, name, content))[0]


def _refused_rows(tmp_path: Path) -> list[tuple[int, str, str]]:
    with open_for_reading(tmp_path / "district" / "data" / "partnerkpi.duckdb") as warehouse:
        return [(row["line"], row["column"], row["rule"]) for row in ledger.quarantine(warehouse)]


def _zipped(tmp_path: Path, *names: str) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, PLAIN)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("utf8_with_bom.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("utf16_unicode_text.txt", PLAIN.replace(",", "\t").encode("utf-16")),
        ("tab.tsv", PLAIN.replace(",", "\t").encode()),
        ("semicolon.csv", PLAIN.replace(",", ";").encode()),
        ("pipe.txt", PLAIN.replace(",", "|").encode()),
        ("cr_only.csv", PLAIN.replace("\n", "\r").encode()),
        ("crlf.csv", PLAIN.replace("\n", "\r\n").encode()),
        ("no_final_line_end.csv", PLAIN.rstrip("\n").encode()),
        ("packed.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)),
        ("columns_in_another_order.csv", csv_text("status,date,school,student_number", [
            ",".join(reversed(row.split(","))) for row in ROWS
        ]).encode()),
        ("header_in_capitals.csv", PLAIN.replace(HEADER, HEADER.upper()).encode()),
        ("preamble.csv", b"Union Schools\nAttendance Register,,,\n\n" + PLAIN.encode()),
        ("excel_wrapper.csv", PLAIN.replace("001,", '"=""001""",').encode()),
    ],
)  # fmt: skip
def test_every_ordinary_shape_of_a_file_gives_the_same_five_rows(tmp_path: Path, name: str, content: bytes) -> None:
    load = _load(tmp_path, name, content)
    assert (load.status, load.counts.loaded, load.counts.rows_in_file) == (LoadStatus.LOADED, 5, 5)


def test_a_zip_with_one_file_is_read(tmp_path: Path) -> None:
    assert _load(tmp_path, "one.zip", _zipped(tmp_path, "attendance.csv")).counts.loaded == 5


def test_a_workbook_is_read_from_its_first_sheet(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, line in enumerate(PLAIN.splitlines()):
        sheet.write_row(number, 0, line.split(","))
    book.close()
    assert _load(tmp_path, "book.xlsx", path.read_bytes()).counts.loaded == 5


def test_windows_1252_is_recognised_and_said(tmp_path: Path) -> None:
    load = _load(tmp_path, "cp1252.csv", PLAIN.replace("North", "O’Brien").encode("cp1252"))
    assert load.counts.loaded == 5
    assert "not UTF-8; read as cp1252" in load.notices


def test_blank_lines_repeated_headers_and_footers_are_counted_and_never_loaded(tmp_path: Path) -> None:
    lines = [*ROWS[:2], "", HEADER, ",,,", *ROWS[2:], "Total,5,,", "Page 1 of 1,,,"]
    counts = _load(tmp_path, "register.csv", csv_text(HEADER, lines)).counts
    assert (counts.loaded, counts.non_data, counts.quarantined) == (5, 5, 0)


def test_a_ragged_row_goes_to_quarantine_and_shifts_nobody(tmp_path: Path) -> None:
    rows = [*ROWS[:2], "009,North,2025-09-09", *ROWS[2:]]
    counts = _load(tmp_path, "ragged.csv", csv_text(HEADER, rows)).counts
    assert (counts.loaded, counts.quarantined) == (5, 1)
    assert _refused_rows(tmp_path) == [(4, "", "cells: 3 where the header has 4")]


def test_line_numbers_are_those_of_the_file_also_after_a_preamble_and_quoted_line_breaks(tmp_path: Path) -> None:
    rows = ['001,"North\nCampus",2025-09-01,present', "002,North,nonsense,present"]
    text = "Report\n\n" + csv_text(HEADER, rows)
    _load(tmp_path, "lines.csv", text)
    assert _refused_rows(tmp_path) == [(6, "date", "not a date in the declared format")]


def test_a_nul_byte_is_quarantined(tmp_path: Path) -> None:
    _load(tmp_path, "nul.csv", PLAIN.replace("002,North", "002,No\0rth"))
    assert _refused_rows(tmp_path) == [(3, "", "a NUL byte")]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("header_only.csv", (HEADER + "\n").encode(), "nothing below the header"),
        ("cut_off.csv", PLAIN.encode()[:-12], "the last row is cut off"),
        ("open_quote.csv", PLAIN.replace("003,", '003,"').encode(), "a quoted cell never ends"),
        ("login.csv", b"<!DOCTYPE html><html><body>Please sign in", "it is a web page"),
        ("data.csv", b'[{"student": 1}]', "it is JSON"),
        ("binary.csv", bytes(range(256)) * 8, "this is a binary file"),
        ("damaged.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)[:-9], "damaged or cut off"),
        ("twice.csv", PLAIN.replace(HEADER, HEADER + ",school").replace("present", "present,x").encode(), "more than"),
        ("unknown.csv", b"foo,bar\n1,2\n", "a header that a dialect knows"),
        ("letter.docx", b"x", "this kind of file is not read"),
        ("no_workbook.xlsx", b"PK nonsense", "the workbook cannot be opened"),
    ],
)
def test_what_is_no_complete_export_is_refused_whole(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    load = _load(tmp_path, name, content)
    assert load.status is LoadStatus.REFUSED
    assert why in load.reason
    assert load.where.startswith(str(tmp_path)) and load.advice


def test_a_lacking_column_is_named_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    load = _load(tmp_path, "renamed.csv", PLAIN.replace("status", "state"))
    assert "lacks status (did you mean state?)" in load.reason


def test_a_refusal_never_repeats_what_the_file_says(tmp_path: Path) -> None:
    load = _load(tmp_path, "no_header.csv", "Ana Nuñez,0012345,2010-01-01\n")
    assert "Nuñez" not in load.reason + load.where + load.advice
