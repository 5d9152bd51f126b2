"""The round trip of refused rows: out as a workbook, put right, back in as a correction of their load."""

from pathlib import Path

import fastexcel
import pytest
import xlsxwriter
from given import NOW, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ExportRefused, InputMissing
from partnerkpi.ingest.refused_rows import write_refused_rows
from partnerkpi.undo import undo
from partnerkpi.warehouse import ledger, open_for_reading

HEADER = "student_number,name,school,date,status"
GOOD = [f"{n},Pupil {n},North,2025-09-01,present" for n in range(1, 9)]
BAD = ["0009,=HYPERLINK(x),North,2025-09-01,Q", "0010,Pupil 10,North,2025-02-30,present", "0011,Pupil 11,North"]


def _two_loads(tmp_path: Path) -> Workspace:
    """Load 1 with three refused rows in lines 10 to 12, load 2 with one in line 2."""
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(HEADER, [*GOOD, *BAD])))
    take_in(made, export(made, "g.csv", csv_text("student_number,school_year,term,course,mark", ["1,2026,S1,ENG,A"])))
    return made


def _sheet(path: Path, name: str) -> list[list[str]]:
    table = fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string").to_polars()
    return [["" if cell is None else str(cell) for cell in row] for row in table.iter_rows()]


def _edited(path: Path, sheet: str, rows: list[list[str]]) -> None:
    """What a person's spreadsheet writes back."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            page.write_string(number, place, cell)
    book.close()


def _quarantined(made: Workspace) -> list[tuple[int, int]]:
    with open_for_reading(made.database) as warehouse:
        return [(row["load"], row["line"]) for row in ledger.quarantine(warehouse)]


def test_the_workbook_has_a_sheet_for_each_load_with_the_rows_as_they_stand_in_the_file(tmp_path: Path) -> None:
    made = _two_loads(tmp_path)
    target = tmp_path / "refused.xlsx"
    assert write_refused_rows(made, target) == 4
    assert fastexcel.read_excel(target).sheet_names == ["load 1", "load 2"]
    head, first, second, ragged = _sheet(target, "load 1")
    assert head[:4] == ["refused in line", "refused column", "refused because", "what would help"]
    assert head[4:] == HEADER.split(",")
    assert first[:3] == ["10", "status", "not one of the words of this column"]
    assert first[4:] == ["0009", "=HYPERLINK(x)", "North", "2025-09-01", "Q"]
    assert second[0] == "11" and second[4] == "0010"
    assert ragged[0] == "12" and ragged[4:] == ["0011,Pupil 11,North", "", "", "", ""]
    assert target.stat().st_mode & 0o777 == 0o600


def test_rows_put_right_come_back_as_a_correction_and_replace_nothing_else(tmp_path: Path) -> None:
    made = _two_loads(tmp_path)
    target = tmp_path / "refused.xlsx"
    write_refused_rows(made, target, load=1)
    rows = _sheet(target, "load 1")
    rows[1][-1] = "present"
    rows[2][-2] = "2025-09-02"
    _edited(target, "load 1", rows)
    load = take_in(made, target)[0]
    assert (load.dialect, load.table, load.counts.loaded, load.counts.quarantined) == ("plain", "attendance", 2, 1)
    assert load.replaced == 0
    with open_for_reading(made.database) as warehouse:
        assert warehouse.value("select count(*) from attendance") == len(GOOD) + 2
        assert [row["corrects"] for row in ledger.loads(warehouse)] == [None, None, 1]
    # Line 12 is still wrong: it stands under its own load and under the correction's.
    assert _quarantined(made) == [(1, 12), (2, 2), (3, 4)]
    undo(made, 3, now=NOW)
    assert _quarantined(made) == [(1, 10), (1, 11), (1, 12), (2, 2)]


def test_a_workbook_that_nobody_edited_brings_no_row_in(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    header = "student_number,school,date,status,fraction"
    # Spread over the columns as they come, the short row would look whole.
    bad = [
        "1,North,2025-09-01,present",
        "2,North,2025-09-01,present,,x",
        "3,No\0rth,2025-09-01,present,",
        '4,"N"x,a,b,c',
    ]
    good = [f"{n},North,2025-09-02,present," for n in range(10, 20)]
    take_in(made, export(made, "a.csv", csv_text(header, [*good, *bad])))
    assert write_refused_rows(made, tmp_path / "refused.xlsx") == len(bad)
    counts = take_in(made, tmp_path / "refused.xlsx")[0].counts
    assert (counts.loaded, counts.quarantined) == (0, len(bad))


def test_the_same_workbook_again_does_nothing(tmp_path: Path) -> None:
    made = _two_loads(tmp_path)
    target = tmp_path / "refused.xlsx"
    write_refused_rows(made, target)
    assert [load.status.value for load in take_in(made, target)] == ["loaded", "loaded"]
    assert [load.status.value for load in take_in(made, target)] == ["unchanged", "unchanged"]


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_file_that_is_not_what_it_was_is_not_read_again(tmp_path: Path, change: str) -> None:
    made = _two_loads(tmp_path)
    path = made.inbox / "a.csv"
    path.write_text("student_number\n") if change == "changed" else path.unlink()
    with pytest.raises(ExportRefused, match="load 1"):
        write_refused_rows(made, tmp_path / "refused.xlsx", load=1)
    assert not (tmp_path / "refused.xlsx").exists()


def test_without_refused_rows_there_is_no_workbook(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(HEADER, GOOD)))
    with pytest.raises(InputMissing, match="no refused row"):
        write_refused_rows(made, tmp_path / "refused.xlsx")


def test_a_workbook_that_lost_its_lines_or_its_load_is_refused(tmp_path: Path) -> None:
    made = _two_loads(tmp_path)
    target = tmp_path / "refused.xlsx"
    write_refused_rows(made, target, load=1)
    rows = _sheet(target, "load 1")
    _edited(target, "load 1", [row[1:] for row in rows])
    assert "has lost its column" in take_in(made, target)[0].reason
    _edited(target, "load 77", rows)
    assert "corrects load 77, which is not there" in take_in(made, target)[0].reason


def test_a_row_of_another_kind_is_not_asked_to_be_put_right(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    rows = ["701,,North,student,11", "801,,North,teacher,"]
    take_in(made, export(made, "users.csv", csv_text("sourcedId,status,orgSourcedIds,role,grades", rows)))
    write_refused_rows(made, tmp_path / "refused.xlsx")
    _, row = _sheet(tmp_path / "refused.xlsx", "load 1")
    assert row[2] == "role is of another kind"
    assert row[3] == "Nothing, unless the row is of the kind the dialect reads."
