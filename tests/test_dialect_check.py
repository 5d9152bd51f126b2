"""`partnerkpi dialect check`: what a file would be taken for, what feeds which column, and what comes close."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from given import SHARED, csv_text, take_in, workspace

from partnerkpi.cli.app import run
from partnerkpi.models.load import LoadStatus

PUBLIC = SHARED / "data" / "exports"
needs_public = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public sample exports are not beside the project")
POWERSCHOOL = "Student_Number\tSchoolID\tAtt_Date\tAtt_Mode_Code\tAtt_Code\tTeacher"
ROW = "0012345\t0340\t09/03/2026\tATT_ModeDaily\tE\tNuñez"


def _file(folder: Path, text: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["dialect", "check", "--json", *arguments])
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "partnerkpi.dialect-check/1"
    (found,) = told["files"]
    return code, found


def test_a_known_file_is_explained_column_by_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, "District report\n\n" + csv_text(POWERSCHOOL, [ROW]))
    code, found = _checked(capsys, str(path))
    assert (code, found["read"]) == (0, True)
    assert (found["dialect"], found["table"]) == ("powerschool", "attendance")
    assert (found["header_line"], found["delimiter"], found["encoding"]) == (3, "tab", "utf-8")
    columns = {column["column"]: column for column in found["columns"]}
    assert columns["date"]["headings"] == ["Att_Date"]
    assert columns["date"]["reading"] == "dates as %m/%d/%Y or %Y-%m-%d"
    assert (columns["shape"]["headings"], columns["shape"]["value"]) == ([], "absences")
    assert "blank means present" in columns["status"]["reading"]
    assert found["ignored"] == ["Teacher"]
    assert found["only"] == ["Att_Mode_Code is ATT_ModeDaily"]


def test_the_same_is_told_to_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dialect", "check", str(_file(tmp_path, csv_text(POWERSCHOOL, [ROW])))]) == 0
    told = capsys.readouterr()
    for said in (
        "powerschool attendance",
        "Att_Date",
        "%m/%d/%Y",
        "not read: Teacher",
        "Att_Mode_Code is ATT_ModeDaily",
    ):
        assert said in told.out
    assert "0012345" not in told.out + told.err and "Nuñez" not in told.out + told.err


def test_of_a_near_miss_it_is_said_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, csv_text(POWERSCHOOL.replace("Att_Date", "Day"), [ROW]))
    code, found = _checked(capsys, str(path))
    assert (code, found["read"]) == (3, False)
    assert found["near"][0] == {
        "dialect": "powerschool",
        "table": "attendance",
        "lacks": ["Att_Date"],
        "lines": ['headings."Day" = "Att_Date"'],
    }
    assert "would not be taken in" in found["reason"] and str(path) in found["where"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "none of its first lines is a header"),
        ("student_number,school,date,status\n", "nothing below the header"),
        ("<html><body>Log in</body></html>", "a web page"),
        ("student_number,date,school,school,status\n1,2026-09-01,N,N,present\n", "more than once"),
    ],
)
def test_a_file_that_would_not_be_read_ends_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    code, found = _checked(capsys, str(_file(tmp_path, text)))
    assert code == 3 and reason in found["reason"]


def test_one_dialect_alone_may_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(_file(tmp_path, csv_text(POWERSCHOOL, [ROW])))
    assert run(["dialect", "check", path, "--dialect", "plain"]) == 3
    assert run(["dialect", "check", path, "--dialect", "powerscool"]) == 2
    assert "did you mean powerschool?" in capsys.readouterr().err


def test_of_an_archive_each_export_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "exports.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("known.csv", csv_text(POWERSCHOOL, [ROW]))
        archive.writestr("other.csv", "a,b\n1,2\n")
    assert run(["dialect", "check", "--json", str(path)]) == 3
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(each["file"], each["read"]) for each in files] == [
        ("exports.zip/known.csv", True),
        ("exports.zip/other.csv", False),
    ]


def test_a_workspaces_own_dialect_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "dialects").mkdir()
    (made.root / "dialects" / "ours.toml").write_text(
        'name = "Ours"\n[[table]]\ntable = "calendar"\n[table.columns]\n'
        'school = "Haus"\ndate = "Tag"\nschool_day = "Unterricht"\n'
    )
    path = str(_file(tmp_path, "Haus;Tag;Unterricht\nNorth;2026-09-01;yes\n"))
    code, found = _checked(capsys, path, "--workspace", str(made.root))
    assert (code, found["dialect"], found["delimiter"]) == (0, "ours", "semicolon")


@needs_public
def test_check_and_ingest_agree_on_every_public_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What check says would be read is read, under that dialect, and nothing else is."""
    made = workspace(tmp_path / "d")
    paths = sorted(path for path in PUBLIC.rglob("*") if path.suffix in (".csv", ".txt"))
    read = 0
    for path, load in zip(paths, take_in(made, *paths), strict=True):
        code, found = _checked(capsys, str(path), "--workspace", str(made.root))
        assert (code == 0) == (load.status is not LoadStatus.REFUSED), path.name
        if code == 0:
            read += 1
            assert (found["dialect"], found["table"]) == (load.dialect, load.table)
    assert read > 8
