"""Archives: every export in them a load of its own, whatever lies beside it and whatever they are called."""

import gzip
import io
import warnings
import zipfile
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter
from given import csv_text, export, take_in, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest.refused_rows import write_refused_rows
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.warehouse import ledger, open_for_reading

ATTENDANCE = "student_number,school,date,status"
GRADES = "student_number,school_year,term,course,mark"


def _register(school: str, rows: int = 3) -> str:
    return csv_text(ATTENDANCE, [f"{n},{school},2025-09-01,present" for n in range(rows)])


MARKS = csv_text(GRADES, ["1,2025-26,S1,ENG1,B"])


def _zip(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 1, 0, 0, 0)), text, method)
    return content.getvalue()


def _taken(made: Workspace, files: dict[str, str | bytes], name: str = "night.zip") -> list[Load]:
    return take_in(made, export(made, name, _zip(files)))


def _told(loads: list[Load]) -> list[tuple[str, str, int]]:
    return [(load.file, load.status.value, load.counts.loaded) for load in loads]


def test_every_csv_in_an_archive_is_a_load_of_its_own(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    files: dict[str, str | bytes] = {
        "attendance.csv": _register("North"),
        "term 1/grades.tsv": MARKS.replace(",", "\t"),
        "unicode.TXT": _register("South", 2).replace(",", "\t").encode("utf-16"),
    }
    assert _told(_taken(made, files)) == [
        ("exports/night.zip/attendance.csv", "loaded", 3),
        ("exports/night.zip/term 1/grades.tsv", "loaded", 1),
        ("exports/night.zip/unicode.TXT", "loaded", 2),
    ]
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows("select school, count(*) from attendance group by 1 order by 1") == [
            ("North", 3),
            ("South", 2),
        ]


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    for number, line in enumerate(_register("North").splitlines()):
        book.worksheets_objs or book.add_worksheet()
        book.worksheets_objs[0].write_row(number, 0, line.split(","))
    book.close()
    made = workspace(tmp_path / "d")
    assert _told(_taken(made, {"register.xlsx": content.getvalue()})) == [
        ("exports/night.zip/register.xlsx", "loaded", 3)
    ]


def test_what_is_no_export_is_passed_over_and_told_once(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    files: dict[str, str | bytes] = {
        "readme.txt": "Nightly export",
        "folder/": "",
        "folder/a.csv": _register("North"),
        "folder/._a.csv": b"\0\5\26\7",
        "__MACOSX/c.csv": _register("West"),
        "b.csv": _register("South"),
        "layout.pdf": b"%PDF-1.7",
    }
    first, second = _taken(made, files)
    assert (first.counts.loaded, second.counts.loaded) == (3, 3)
    assert second.notices == ()
    assert first.notices == (
        "the archive holds what is no export; not read: "
        "readme.txt, folder/, folder/._a.csv, __MACOSX/c.csv, layout.pdf",
    )


def test_the_notice_is_told_by_the_command_whatever_became_of_the_first_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d")
    path = export(made, "night.zip", _zip({"a.csv": "foo\n1\n", "b.csv": MARKS, **{f"{n}.pdf": "" for n in range(7)}}))
    assert run(["ingest", str(path), "--workspace", str(made.root)]) == 3
    told = capsys.readouterr().err
    assert "  note: the archive holds what is no export; not read: 0.pdf, 1.pdf, 2.pdf, 3.pdf, 4.pdf and 2 more" in told
    assert f"Where: {path}/a.csv" in told
    assert "exports/night.zip/b.csv: plain grades, 1 rows = 1 loaded" in told


def _encrypted() -> bytes:
    content = bytearray(_zip({"a.csv": _register("North")}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


def _two_of_one_name() -> bytes:
    content = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(content, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.csv", _register("North"))
        archive.writestr("a.csv", _register("South"))
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_zip({"a.csv": _register("North"), "inner.zip": _zip({"b.csv": MARKS})}), "another archive: inner.zip"),
        (_zip({"a.csv": _register("North"), "b.csv.gz": gzip.compress(b"x")}), "another archive: b.csv.gz"),
        (_encrypted(), "the archive is encrypted"),
        (_zip({"a.csv": _register("North")}, zipfile.ZIP_LZMA), "a.csv is packed in a way that is not read"),
        (_two_of_one_name(), "two files called a.csv"),
        (_zip({"notes.pdf": b"x"}), "the archive holds no export"),
        (_zip({}), "the archive holds no export"),
        (_zip({"a.csv": _register("North")})[:-30], "the archive is damaged or cut off"),
        (b"", "the file is empty"),
    ],
)
def test_an_archive_that_cannot_be_read_as_a_whole_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, why: str
) -> None:
    made = workspace(tmp_path / "d")
    (load,) = take_in(made, export(made, "night.zip", content))
    assert load.status is LoadStatus.REFUSED
    assert why in load.reason and load.where.endswith("night.zip") and load.advice
    with open_for_reading(made.database) as warehouse:
        assert ledger.loads(warehouse) == []


def test_a_file_that_is_refused_leaves_the_others_of_its_archive(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    content = bytearray(_zip({"a.csv": _register("North"), "b.csv": "", "c.csv": MARKS}, zipfile.ZIP_STORED))
    content[content.index(b"2025-09-01")] ^= 1
    loads = take_in(made, export(made, "night.zip", bytes(content)))
    assert [load.status.value for load in loads] == ["refused", "refused", "loaded"]
    assert "damaged" in loads[0].reason and "the file is empty" in loads[1].reason
    assert [load.where.rpartition("/")[2] for load in loads[:2]] == ["a.csv", "b.csv"]


@pytest.mark.parametrize("name", ["../../outside.csv", "/outside.csv", "C:\\outside.csv", "..\\outside.csv"])
def test_a_name_that_points_elsewhere_is_only_a_name(tmp_path: Path, name: str) -> None:
    made = workspace(tmp_path / "one" / "two" / "d")
    before = set(tmp_path.rglob("*"))
    (load,) = _taken(made, {name: csv_text(ATTENDANCE, ["1,North,2025-09-01,present", "2,North,2025-09-01,Q"])})
    assert (load.status, load.counts.loaded) == (LoadStatus.LOADED, 1)
    assert load.file == f"exports/night.zip/{name}"
    assert write_refused_rows(made, tmp_path / "refused.xlsx") == 1
    assert {path.name for path in set(tmp_path.rglob("*")) - before} == {
        "night.zip",
        "partnerkpi.duckdb",
        "refused.xlsx",
    }
    assert not Path("/outside.csv").exists()


def test_a_name_is_shown_without_its_control_characters(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    (load,) = _taken(made, {"\x1b[2Ja\nb.csv": "foo\n1\n"})
    assert load.where.endswith("night.zip/\N{REPLACEMENT CHARACTER}[2Ja\N{REPLACEMENT CHARACTER}b.csv")
    assert load.file.isprintable()


def test_the_same_bytes_are_known_file_by_file(tmp_path: Path) -> None:
    """In a later archive, too, and on their own, packed or not: what counts is what is inside."""
    made = workspace(tmp_path / "d")
    monday: dict[str, str | bytes] = {"attendance.csv": _register("North"), "grades.csv": MARKS}
    assert [load.status.value for load in _taken(made, monday)] == ["loaded", "loaded"]
    tuesday = {**monday, "attendance.csv": _register("North", 4)}
    changed, same = _taken(made, tuesday, "tuesday.zip")
    assert (changed.status, changed.counts.loaded, changed.counts.unchanged) == (LoadStatus.LOADED, 1, 3)
    assert (same.status, same.load) == (LoadStatus.UNCHANGED, 2)
    alone = [export(made, "grades.csv", MARKS), export(made, "grades.csv.gz", gzip.compress(MARKS.encode()))]
    assert [load.load for load in take_in(made, *alone)] == [2, 2]


def _sheet(path: Path, name: str) -> list[list[str]]:
    table = fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string").to_polars()
    return [["" if cell is None else str(cell) for cell in row] for row in table.iter_rows()]


def _edited(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
    book.close()


def test_refused_rows_of_files_in_an_archive_go_out_and_come_back(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    bad = "9,North,2025-02-30,present\n"
    files: dict[str, str | bytes] = {
        "first.csv": _register("North") + bad,
        "second.csv": _register("South") + bad.replace("North", "South"),
        "other.csv": "foo\n1\n",
    }
    assert [load.counts.quarantined for load in _taken(made, files)] == [1, 1, 0]
    target = tmp_path / "refused.xlsx"
    assert write_refused_rows(made, target) == 2
    sheets = {name: _sheet(target, name) for name in ("load 1", "load 2")}
    assert [sheet[1][0] for sheet in sheets.values()] == ["5", "5"]
    assert [sheet[1][4:] for sheet in sheets.values()] == [
        ["9", "North", "2025-02-30", "present"],
        ["9", "South", "2025-02-30", "present"],
    ]
    sheets["load 2"][1][6] = "2025-09-01"
    _edited(target, sheets)
    assert [load.counts.loaded for load in take_in(made, target)] == [0, 1]
    with open_for_reading(made.database) as warehouse:
        found = [(row["load"], row["file"], row["line"]) for row in ledger.quarantine(warehouse)]
    # What is still wrong stands under its own load and under the correction's.
    assert found == [(1, "exports/night.zip/first.csv", 5), (3, "refused.xlsx", 2)]
    assert write_refused_rows(made, tmp_path / "of_the_correction.xlsx", load=3) == 1
    assert write_refused_rows(made, target) == 1
