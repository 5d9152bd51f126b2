"""A known export with a moved column is read; with a renamed one the refusal proposes the one line that helps."""

import re
from pathlib import Path

import pytest
from given import SHARED, csv_text, export, take_in, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.names import is_personal, likeness
from partnerkpi.errors import ConfigurationError
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.warehouse import open_for_reading

HEADINGS = ["Student_Number", "SchoolID", "Att_Date", "Att_Mode_Code", "Att_Code", "LastFirst", "Att_Comment"]
ROWS = [
    ["0012345", "0340", "09/03/2026", "ATT_ModeDaily", "E", "Nuñez, Ana", "doctor"],
    ["0012346", "0340", "09/14/2026", "ATT_ModeDaily", "A", "O'Brien, Sam", ""],
    ["0012347", "0340", "09/15/2026", "ATT_ModeMeeting", "T", "Lee, Kim", "09/15/2026"],
]
PUBLIC = SHARED / "data" / "exports"
needs_public = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public sample exports are not beside the project")


def _text(headings: list[str]) -> str:
    return csv_text("\t".join(headings), ["\t".join(row) for row in ROWS])


def _renamed(**new: str) -> list[str]:
    return [new.get(heading, heading) for heading in HEADINGS]


def _load(made: Workspace, text: str) -> Load:
    return take_in(made, export(made, "attendance.txt", text))[0]


def _follow(made: Workspace, load: Load) -> None:
    """Do what the refusal says: put the line on top of the file it names."""
    found = re.search(
        r"on top of (dialects/\w+\.toml) in the workspace \(make the file if there is none\): (.+)$", load.advice
    )
    assert found, load.advice
    path = made.root / found[1]
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{found[2]}\n{path.read_text() if path.exists() else ''}")


def _facts(made: Workspace) -> list[tuple[object, ...]]:
    with open_for_reading(made.database) as warehouse:
        return warehouse.rows("select * exclude (load_id) from attendance order by all")


@pytest.mark.parametrize("order", [(6, 5, 4, 3, 2, 1, 0), (3, 0, 6, 4, 1, 5, 2)])
def test_moved_columns_are_read_by_name(tmp_path: Path, order: tuple[int, ...]) -> None:
    made, straight = workspace(tmp_path / "moved"), workspace(tmp_path / "straight")
    rows = ["\t".join(row[place] for place in order) for row in ROWS]
    load = _load(made, csv_text("\t".join(HEADINGS[place] for place in order), rows))
    assert (load.dialect, load.counts.loaded, load.counts.quarantined) == ("powerschool", 2, 1)
    _load(straight, _text(HEADINGS))
    assert _facts(made) == _facts(straight)


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ("Att_Date", "Attendance Date"),
        ("Att_Date", "Day"),
        ("Att_Date", "When"),
        ("Att_Date", 'The "day", so to speak \\ ñ'),
        ("Student_Number", "Pupil No."),
        ("Att_Code", "Attendance_Status"),
        ("Att_Code", "Reason"),
        ("SchoolID", "Campus"),
        ("SchoolID", "Where"),
        ("Att_Mode_Code", "Kind"),
    ],
)
def test_the_refusal_of_a_renamed_column_says_the_line_that_makes_it_read(tmp_path: Path, known: str, new: str) -> None:
    made = workspace(tmp_path / "d")
    text = _text(_renamed(**{known: new}))
    refused = _load(made, text)
    assert refused.status is LoadStatus.REFUSED
    assert f"lacks {known} (did you mean {new}?)" in refused.reason
    assert refused.where.endswith("attendance.txt, line 1")
    _follow(made, refused)
    load = _load(made, text)
    assert (load.status, load.dialect, load.counts.loaded) == (LoadStatus.LOADED, "powerschool", 2)
    assert _load(made, _text(HEADINGS)).status is LoadStatus.LOADED, "the old heading is still known"


def test_two_renamed_columns_are_two_lines(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    refused = _load(made, _text(_renamed(Att_Date="Attendance Date", SchoolID="School Code")))
    assert 'headings."Attendance Date" = "Att_Date"' in refused.advice
    assert 'headings."School Code" = "SchoolID"' in refused.advice


def test_values_that_speak_against_a_name_are_believed(tmp_path: Path) -> None:
    """A heading that sounds right over cells that are no dates is not proposed; the one with dates is."""
    made = workspace(tmp_path / "d")
    headings = _renamed(Att_Date="When", Att_Comment="Att_Dates")
    assert "did you mean When?" in _load(made, _text(headings)).reason


def test_where_two_headings_fit_none_is_proposed(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    rows = [f"7,0340,09/0{n}/2026,ATT_ModeDaily,E,09/0{n}/2026" for n in range(1, 4)]
    load = _load(made, csv_text("Student_Number,SchoolID,When,Att_Mode_Code,Att_Code,Entered", rows))
    assert "lacks Att_Date." in load.reason and "did you mean" not in load.reason
    assert 'headings."its heading here" = "Att_Date"' in load.advice


def test_a_heading_that_speaks_of_a_person_stands_for_nothing(tmp_path: Path) -> None:
    """Were a name taken for the course, names would be stored."""
    made = workspace(tmp_path / "d")
    rows = ["7,2026-27,S1,A,Ana Nuñez"]
    load = _load(made, csv_text("student_number,school_year,term,mark,Student Name", rows))
    assert load.status is LoadStatus.REFUSED
    assert "Student Name" not in load.reason + load.advice


def test_no_cell_is_told(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    load = _load(made, _text(_renamed(Att_Date="When", SchoolID="Where")))
    told = f"{load.reason} {load.where} {load.advice}"
    assert not [cell for row in ROWS for cell in row if len(cell) > 1 and cell in told]


def test_a_line_may_stand_on_top_of_a_whole_dialect_of_the_workspace(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    shipped = Path(__file__).parents[1] / "src" / "partnerkpi" / "dialects" / "powerschool.toml"
    (made.root / "dialects").mkdir()
    (made.root / "dialects" / "powerschool.toml").write_text(shipped.read_text().replace("1T = ", "9T = "))
    text = _text(_renamed(Att_Date="When"))
    _follow(made, _load(made, text))
    assert _load(made, text).counts.loaded == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("powerschool", 'headings."Day" = "Att_Dat"', "knows no heading att_dat (did you mean att_date?)"),
        (
            "powerscool",
            'headings."Day" = "Att_Date"',
            "no dialect called powerscool is shipped (did you mean powerschool?)",
        ),
        ("powerschool", "", "neither a [[table]] nor a line of headings"),
    ],
)
def test_a_mistake_in_such_a_line_is_told(tmp_path: Path, name: str, text: str, said: str) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "dialects").mkdir()
    (made.root / "dialects" / f"{name}.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        _load(made, _text(HEADINGS))
    assert said in str(caught.value)


def test_check_tells_the_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text(_text(_renamed(Att_Date="When")), encoding="utf-8")
    assert run(["dialect", "check", str(path), "--json"]) == 3
    assert '"headings.\\"When\\" = \\"Att_Date\\""' in capsys.readouterr().out


@needs_public
def test_a_renamed_column_of_a_public_sample_is_found(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    text = (PUBLIC / "oea_contoso_sis" / "day2_studentattendance.csv").read_text(encoding="utf-8-sig")
    refused = take_in(made, export(made, "a.csv", text.replace("attendance_date", "event_day", 1)))[0]
    assert 'headings."event_day" = "attendance_date"' in refused.advice
    _follow(made, refused)
    load = take_in(made, made.inbox / "a.csv")[0]
    assert (load.dialect, load.counts.rows_in_file) == ("oea", text.count("\n") - 1)


@given(st.text(), st.text())
def test_likeness_is_symmetric_where_words_are_equal_and_never_leaves_its_range(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) in (0, 1)


@pytest.mark.parametrize(
    ("heading", "personal"),
    [
        ("LastFirst", True),
        ("Student Name", True),
        ("[Students]First_Name", True),
        ("Parent Email", True),
        ("Teacher", True),
        ("DOB", True),
        ("Teacher ID", False),
        ("userSourcedId", False),
        ("School Name", False),
        ("First Day", False),
        ("Att_Date", False),
    ],
)
def test_which_headings_speak_of_a_person(heading: str, personal: bool) -> None:
    assert is_personal(heading) is personal
