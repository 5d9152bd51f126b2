"""Cells that a spreadsheet would take for a formula: kept as texts, and never given back as anything else."""

import zipfile
from pathlib import Path

import fastexcel
import pytest
from given import csv_text, export, take_in, workspace

from partnerkpi.ingest.refused_rows import write_refused_rows
from partnerkpi.warehouse import open_for_reading

HEADER = "student_number,partner,program,activity,date"
FORMULAS = ["=HYPERLINK(x)", "+1+1", "-2+3", "@SUM(A1)", "'=1", "=cmd|' /C calc'!A0"]


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """The workbook of refused rows of a file with such cells in rows that are fine and in rows that are not."""
    made = workspace(tmp_path / "d")
    rows = [f'7,Riverbend Health,Health Academy,"{cell}",2025-10-01' for cell in FORMULAS]
    wrong = [row.replace("2025-10-01", "2025-10-32") for row in rows]
    load = take_in(made, export(made, "a.csv", csv_text(HEADER, [*rows, *wrong])))[0]
    assert (load.counts.loaded, load.counts.quarantined) == (len(FORMULAS), len(FORMULAS))
    with open_for_reading(made.database) as warehouse:
        kept = warehouse.rows("select activity from engagement")
    assert sorted(cell for (cell,) in kept) == sorted(FORMULAS)
    target = tmp_path / "refused.xlsx"
    assert write_refused_rows(made, target) == len(FORMULAS)
    return target


def test_a_cell_that_starts_with_a_sign_is_kept_as_a_text_in_the_workbook_of_refused_rows(refused: Path) -> None:
    table = fastexcel.read_excel(refused).load_sheet(0, header_row=0, dtypes="string").to_polars()
    assert table["activity"].to_list() == FORMULAS


def test_no_cell_of_the_workbook_is_a_formula(refused: Path) -> None:
    with zipfile.ZipFile(refused) as book:
        pages = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert len(pages) == 1
    assert "<f>" not in pages[0] and "<f " not in pages[0]
    # Every cell with a text is one of the workbook's shared texts.
    assert pages[0].count("<c ") == pages[0].count('t="s"') > len(FORMULAS)
