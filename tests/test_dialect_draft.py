"""`partnerkpi dialect new`: a draft says what the export proves, asks what it does not, and reads it once answered."""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from given import SHARED, csv_text, export, take_in, workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerkpi.cli.app import run
from partnerkpi.config.settings import IngestSettings
from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.files import is_open, read_dialect, read_dialects
from partnerkpi.errors import ConfigurationError, ExportRefused, UsageError
from partnerkpi.ingest.draft.workflow import Draft, DraftOptions, draft_dialect, write_draft
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.warehouse import open_for_reading

CAPS = IngestSettings().caps()
PUBLIC = SHARED / "data" / "exports"
needs_public = pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public sample exports are not beside the project")

REGISTER = csv_text(
    "Pupil No.;Campus;Datum;Att Status;Full Name;Kommentar",
    [
        "0012345;North;14.09.2026;P;Nuñez, Ana;",
        "0012346;North;14.09.2026;P;O'Brien, Sam;late bus",
        "0012347;South;14.09.2026;UA;Lee, Kim;",
        "0012345;North;15.09.2026;P;Nuñez, Ana;",
        "0012346;North;15.09.2026;EA;O'Brien, Sam;ill",
        "0012347;South;15.09.2026;P;Lee, Kim;",
    ],
)
CODES = {"UA": "absent_unexcused", "EA": "absent_excused", "P": "present"}


def _draft(made: Workspace, path: Path, **options: str) -> Draft:
    draft = draft_dialect(path, made.root / "dialects", read_dialects(made.root), DraftOptions(**options), CAPS)
    write_draft(draft)
    return draft


def _settle(draft: Draft, answers: Mapping[str, str]) -> None:
    """Replace each open line that begins like a key of `answers` by its value; every open line must have one."""
    lines = draft.text.splitlines()
    for number in draft.to_settle:
        line = lines[number - 1]
        begun = next((start for start in answers if line.startswith(start)), None)
        assert begun is not None, f"no answer to line {number}: {line}"
        lines[number - 1] = answers[begun]
    draft.path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _words(codes: Mapping[str, str]) -> dict[str, str]:
    return {f'"{code}" = "?"': f'"{code}" = "{meaning}"' for code, meaning in codes.items()}


def _columns(text: str) -> dict[str, object]:
    (table,) = tomllib.loads(text)["table"]
    return dict(table["columns"])


def _rows(made: Workspace, sql: str) -> list[tuple[object, ...]]:
    with open_for_reading(made.database) as warehouse:
        return warehouse.rows(sql)


def test_a_register_nobody_knows_is_drafted_refused_settled_and_read(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    path = export(made, "register.csv", REGISTER)
    draft = _draft(made, path)
    columns = _columns(draft.text)
    assert columns["student_number"] == {"header": "Pupil No."}
    assert columns["school"] == {"header": "Campus"}
    assert columns["date"] == {"header": "Datum", "format": "%d.%m.%Y"}
    assert columns["status"] == {"header": "Att Status", "words": dict.fromkeys(CODES, "?")}
    refused = take_in(made, path)[0]
    assert refused.status is LoadStatus.REFUSED and "is a draft with 3 open questions" in refused.reason
    listed = [int(number) for number in re.findall(r"\d+", refused.advice)]
    assert listed == list(draft.to_settle)
    assert all(is_open(draft.text.splitlines()[number - 1]) for number in listed)
    _settle(draft, _words(CODES))
    load = take_in(made, path)[0]
    assert (load.status, load.dialect, load.table) == (LoadStatus.LOADED, "register", "attendance")
    assert (load.counts.loaded, load.counts.quarantined) == (6, 0)
    assert _rows(made, "select status, count(*) from attendance group by 1 order by 1") == [
        ("absent_excused", 1),
        ("absent_unexcused", 1),
        ("present", 4),
    ]


def test_confidence_is_told_of_every_match(tmp_path: Path) -> None:
    draft = _draft(workspace(tmp_path / "d"), _file(tmp_path, REGISTER))
    assert re.search(r'student_number = \{ header = "Pupil No\." \} +# certain: a heading that is known', draft.text)
    assert re.search(r"\[table\.columns\.status\] +# (certain|likely): ", draft.text)
    assert "# Not read: Kommentar" in draft.text
    assert "being about a person, twice or nameless: Full Name" in draft.text


def _file(folder: Path, text: str, name: str = "register.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("days", "form"),
    [
        (["9/1/2026", "9/13/2026"], "%m/%d/%Y"),
        (["1/9/2026", "13/9/2026"], "%d/%m/%Y"),
        (["2026-09-01", "2026-09-02"], None),
        (["01.09.2026", "13.09.2026"], "%d.%m.%Y"),
        (["9/1/26", "9/13/26"], "%m/%d/%y"),
        (["1-Sep-2026", "2-Sep-2026"], "%d-%b-%Y"),
        (["20260901", "20260913"], "%Y%m%d"),
        (["2026-09-01 00:01:03", "2026-09-02 00:00:00"], "%Y-%m-%d %H:%M:%S"),
        (["9/9/2026", "10/10/2026"], "%m/%d/%Y"),
    ],
)
def test_a_format_that_the_dates_prove_is_written(tmp_path: Path, days: list[str], form: str | None) -> None:
    """9/9 and 10/10 are the same days either way."""
    text = csv_text("student_id,school,entry date", [f"70{n},North,{day}" for n, day in enumerate(days)])
    draft = _draft(workspace(tmp_path / "d"), _file(tmp_path, text))
    assert _columns(draft.text)["entry_date"] == {"header": "entry date"} | ({"format": form} if form else {})
    assert not draft.to_settle


def test_days_of_a_workbook_are_read_without_a_format_of_their_own(tmp_path: Path) -> None:
    """So that the same export as a text file is read by the same dialect."""
    book = xlsxwriter.Workbook(str(tmp_path / "entries.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Pupil ID", "School", "Entry Date"])
    sheet.write_row(1, 0, ["701", "North"])
    sheet.write_datetime(1, 2, dt.datetime(2026, 9, 3), book.add_format({"num_format": "m/d/yyyy"}))
    book.close()
    draft = _draft(workspace(tmp_path / "d"), tmp_path / "entries.xlsx")
    assert _columns(draft.text)["entry_date"] == {"header": "Entry Date"}


def test_dates_that_fit_day_first_and_month_first_stay_a_question(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    text = csv_text("student_id,school,entry date", ["701,North,3/9/2026", "702,North,4/9/2026"])
    path = export(made, "entries.csv", text)
    draft = _draft(made, path)
    (number,) = draft.to_settle
    above, line = draft.text.splitlines()[number - 2 : number]
    assert line.startswith('entry_date = { header = "entry date", format = "?" }')
    assert above.startswith("#") and '"%m/%d/%Y"' in above and '"%d/%m/%Y"' in above
    refused = take_in(made, path)[0]
    assert f"Settle line {number} of dialects/entries.toml" in refused.advice
    _settle(draft, {"entry_date": 'entry_date = { header = "entry date", format = "%d/%m/%Y" }'})
    assert take_in(made, path)[0].counts.loaded == 2
    assert [str(day) for (day,) in _rows(made, "select entry_date from enrollments order by 1")] == [
        "2026-09-03",
        "2026-09-04",
    ]


def test_a_draft_stands_in_the_way_of_its_own_kind_of_file_only(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    _draft(made, export(made, "register.csv", REGISTER))
    plain = csv_text("student_number,school,date,status", ["7,North,2026-09-01,present"])
    assert take_in(made, export(made, "plain.csv", plain))[0].status is LoadStatus.LOADED
    other = export(made, "other.csv", "Pupil No.;Datum\n0012345;14.09.2026\n")
    assert "draft" not in take_in(made, other)[0].reason


PERSONS = ["Ana Nuñez", "Sam O'Brien", "KIM LEE", "LEE", "Jo"]


@pytest.mark.parametrize("heading", ["respondent", "Status", "Respondent Type", "Student Status", "status code"])
def test_what_may_be_a_name_is_never_written(tmp_path: Path, heading: str) -> None:
    """A choice column may hold anything: names in it are counted and their line told, no more."""
    rows = [f"hospital,2026-09-0{n},{name},{n},5,701" for n, name in enumerate(PERSONS, start=1)]
    text = csv_text(f"organization,date,{heading},score,scale_max,student id", rows)
    made = workspace(tmp_path / "d")
    draft = _draft(made, _file(tmp_path, text, "surveys.csv"), table="surveys")
    assert not [name for name in PERSONS if name in draft.text]
    if "espondent" in heading:
        assert '"?" = "?"' in draft.text
        assert "5 more could be names and are not repeated here; the first is in line 2" in draft.text


def test_no_cell_of_a_column_that_may_tell_who_somebody_is_gets_into_a_draft(tmp_path: Path) -> None:
    draft = _draft(workspace(tmp_path / "d"), _file(tmp_path, REGISTER))
    cells = {cell for line in REGISTER.splitlines()[1:] for cell in line.split(";") if cell}
    assert {cell for cell in cells if cell in draft.text} <= {*CODES, "late bus"} - {"late bus"}


def test_a_file_without_headings_gives_no_draft(tmp_path: Path) -> None:
    """Its first line is a student's row."""
    made = workspace(tmp_path / "d")
    for rows in (REGISTER.splitlines()[1:], ["Nuñez,Ana,College", "Lee,Kim,School"], ["Grade,Course,7", "A,B,8"]):
        path = _file(tmp_path, "\n".join(rows) + "\n", "bare.csv")
        with pytest.raises(ExportRefused, match="looks like a header") as caught:
            _draft(made, path)
        assert not [
            cell for row in rows for cell in re.split("[;,]", row) if len(cell) > 3 and cell in str(caught.value)
        ]


def test_columns_known_by_their_values_alone_are_guesses_to_confirm(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    text = csv_text("Kennung,school,Wann,status", ["7001,North,13.09.2026,present", "7002,North,14.09.2026,present"])
    path = export(made, "attendance.csv", text)
    draft = _draft(made, path)
    assert '#   a guess, by the values: date = { header = "Wann", format = "%d.%m.%Y" }' in draft.text
    assert '#   a guess, by the values: student_number = { header = "Kennung" }' in draft.text
    _settle(
        draft,
        {
            "date": 'date = { header = "Wann", format = "%d.%m.%Y" }',
            "student_number": 'student_number = { header = "Kennung" }',
            "shape": 'shape = { value = "daily" }',
        },
    )
    assert take_in(made, path)[0].counts.loaded == 2


def test_a_heading_that_is_only_a_number_is_no_students(tmp_path: Path) -> None:
    """The number of the row stands first in many exports."""
    text = csv_text("ID,Pupil ID,School,Entry Date", ["1,701,North,2026-09-13", "2,702,North,2026-09-14"])
    assert _columns(_draft(workspace(tmp_path / "d"), _file(tmp_path, text)).text)["student_number"] == {
        "header": "Pupil ID"
    }


def test_what_an_exit_date_means_is_asked(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    path = export(made, "e.csv", csv_text("Pupil ID,School,Entry Date,Exit Date", ["701,North,2026-09-13,2026-10-30"]))
    _settle(_draft(made, path), {"exit_date_is": 'exit_date_is = "last day enrolled"'})
    take_in(made, path)
    assert _rows(made, "select cast(exit_date as varchar) from enrollments") == [("2026-10-31",)]


def test_rows_of_other_kinds_are_asked_about(tmp_path: Path) -> None:
    """Other rosters mark who is a student; this one has such a column too."""
    made = workspace(tmp_path / "d")
    rows = ["701,North,11,student", "702,North,12,student", "703,North,12,teacher"]
    path = export(made, "people.csv", csv_text("Student Nr;School;Grade;Role".replace(";", ","), rows))
    draft = _draft(made, path)
    _settle(draft, {"only": 'only = [{ header = "Role", words = ["student"] }]'})
    counts = take_in(made, path)[0].counts
    assert (counts.loaded, counts.quarantined) == (2, 1)


def test_numbers_in_their_units(tmp_path: Path) -> None:
    rows = [
        "701,Riverbend Health,Academy,visit,2026-09-13,6:30,",
        "702,Riverbend Health,Academy,visit,2026-09-14,2,",
    ]
    text = csv_text("student id,partner,program,activity,date,hours,tier", rows)
    made = workspace(tmp_path / "d")
    path = _file(tmp_path, text.replace("student id", "Pupil Nr").replace(",partner,", ",Organization,"), "log.csv")
    assert _columns(_draft(made, path).text)["hours"] == {"header": "hours", "unit": "hours or clock"}


def test_attendance_counted_in_days_is_a_summary_of_the_day_of_the_load_or_of_its_own(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    bare = export(made, "sum.csv", csv_text("Pupil Nr,Campus,Days Enrolled,Days Absent", ["701,North,45,4.5"]))
    draft = _draft(made, bare)
    assert _columns(draft.text)["date"] == {"value": "the day of the load"}
    assert _columns(draft.text)["days_enrolled"] == {"header": "Days Enrolled", "required": True}
    _settle(draft, {"shape": 'shape = { value = "summary_to_date" }'})
    assert "taken for 2026-11-23" in take_in(made, bare)[0].notices[0]
    assert _rows(made, "select cast(date as varchar), days_absent_hundredths from attendance") == [("2026-11-23", 450)]
    header = "Pupil Nr,Campus,Days Enrolled,Days Absent,Through Date"
    dated = export(made, "dated.csv", csv_text(header, ["701,North,45,4.5,13.10.2026"]))
    text = draft_dialect(dated, made.root, read_dialects(None), DraftOptions(), CAPS).text
    assert _columns(text)["date"] == {"header": "Through Date", "format": "%d.%m.%Y"}


def test_parts_of_one_where_percent_belongs_are_a_question(tmp_path: Path) -> None:
    rows = ["701,2025-26,S1,ENG1,B,0.88", "702,2025-26,S1,ENG1,A,0.95"]
    text = csv_text("Pupil Nr,school_year,term,course,mark,percent", rows)
    draft = _draft(workspace(tmp_path / "d"), _file(tmp_path, text, "marks.csv"))
    assert _columns(draft.text)["percent"] == {"header": "percent", "unit": "?"}
    assert '"share"' in draft.text.splitlines()[draft.to_settle[0] - 2]


def test_a_file_that_is_read_already_needs_no_draft(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    text = csv_text("student_number,school,date,status", ["7,North,2026-09-01,present"])
    with pytest.raises(UsageError, match="read already, as plain attendance"):
        _draft(made, _file(tmp_path, text, "a.csv"))


def test_an_export_that_is_no_source_table_is_said_to_be_none(tmp_path: Path) -> None:
    text = csv_text("student_id,comment", ["701,good", "702,better"])
    with pytest.raises(ExportRefused, match="make no source table"):
        _draft(workspace(tmp_path / "d"), _file(tmp_path, text, "comments.csv"))


def test_the_command_writes_into_the_workspace_and_never_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d")
    path = _file(tmp_path, REGISTER)
    where = ["--workspace", str(made.root)]
    assert run(["dialect", "new", str(path), "--id", "ours", "--plan", *where]) == 0
    planned = capsys.readouterr()
    assert not (made.root / "dialects").exists() and "Settle the lines" in planned.err
    assert run(["dialect", "new", str(path), "--id", "ours", *where]) == 0
    written = made.root / "dialects" / "ours.toml"
    assert capsys.readouterr().out.strip() == str(written)
    assert written.read_text("utf-8") == planned.out
    assert written.stat().st_mode & 0o777 == 0o600
    other = _file(tmp_path, REGISTER.replace("Campus", "Site"), "other.csv")
    for taken in ("ours", "plain"):
        assert run(["dialect", "new", str(other), "--id", taken, *where]) == 2
        assert "already" in capsys.readouterr().err
    assert run(["dialect", "new", str(other), "--id", "../ours", *where]) == 2
    assert run(["dialect", "new", str(other), "--table", "attendence", *where]) == 2
    assert "did you mean attendance?" in capsys.readouterr().err
    assert run(["dialect", "new", str(path), *where]) == 3, "its draft is there, and open"
    assert "open questions" in capsys.readouterr().err


HEADINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=25)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.lists(HEADINGS, max_size=4), cells=st.lists(HEADINGS, min_size=4, max_size=4))
def test_whatever_the_headings_are_a_draft_is_a_dialect_file(tmp_path: Path, odd: list[str], cells: list[str]) -> None:
    """Quotes, backslashes, number signs, control characters and question marks in headings do no harm."""
    header = ["Pupil Nr", "Campus", "entry date", *odd]
    rows = [[f"70{n}", "North", f"2026-09-1{n}", *cells[: len(odd)]] for n in range(3)]
    made = Workspace(tmp_path / "d") if (tmp_path / "d").exists() else workspace(tmp_path / "d")
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(",".join(_cell(cell) for cell in row) for row in [header, *rows]), encoding="utf-8")
    try:
        draft = draft_dialect(path, tmp_path, read_dialects(made.root), DraftOptions(), CAPS)
    except (ExportRefused, UsageError):
        return
    assert _columns(draft.text)["student_number"] == {"header": "Pupil Nr"}
    draft.path.write_text(draft.text, encoding="utf-8")
    (rule,) = read_dialect(draft.path).tables
    assert rule.unsettled == draft.to_settle


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""').replace("\0", "") + '"'


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ('status = { header = "s", words = { A = "abset" } }', 'status cannot be "abset"'),
        ('status = { header = "s", blank = "presence" }', 'status cannot be "presence" (did you mean present?)'),
        ('shape = { value = "dayly" }', 'shape cannot be "dayly" (did you mean daily?)'),
    ],
)
def test_a_word_can_only_mean_what_the_column_can_hold(tmp_path: Path, column: str, said: str) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "dialects").mkdir()
    rest = "" if column.startswith("status") else 'status = "s"\n'
    (made.root / "dialects" / "ours.toml").write_text(
        'name = "Ours"\n[[table]]\ntable = "attendance"\n[table.columns]\nstudent_number = "n"\nschool = "o"\n'
        f'date = "d"\n{rest}{column}\n'
    )
    with pytest.raises(ConfigurationError) as caught:
        read_dialects(made.root)
    assert said in str(caught.value)


@needs_public
def test_public_samples_with_other_headings_are_drafted_and_then_read_alike(tmp_path: Path) -> None:
    """OpenEduAnalytics' day-first period attendance under headings of one's own, parted by semicolons."""
    sample = PUBLIC / "oea_contoso_sis" / "day1_studentattendance.csv"
    text = sample.read_text(encoding="utf-8-sig").replace(",", ";")
    for known, new in (("student_id", "Pupil"), ("attendance_date", "Att Day"), ("AttendanceCode", "Att Code")):
        text = text.replace(known, new, 1)
    text = text.replace("Pupil;", "Pupil ID;", 1)
    made, straight = workspace(tmp_path / "d"), workspace(tmp_path / "straight")
    path = export(made, "periods.csv", text)
    draft = _draft(made, path)
    columns = _columns(draft.text)
    assert columns["date"] == {"header": "Att Day", "format": "%d/%m/%Y"}, "there are days after the twelfth"
    assert columns["section"] == {"header": "section_id"}
    _settle(
        draft, {'"A"': '"A" = "absent_unexcused"', '"P"': '"P" = "present"', "shape": 'shape = { value = "periods" }'}
    )
    load, known_load = take_in(made, path)[0], take_in(straight, sample)[0]
    assert load.counts == known_load.counts
    facts = "select * exclude (load_id) from attendance order by all"
    assert _rows(made, facts) == _rows(straight, facts)


@needs_public
@pytest.mark.parametrize(
    ("name", "table", "answers", "loaded"),
    [
        (
            "edfi_lms_attendance/attendance-events.csv",
            "attendance",
            {
                "student_number": 'student_number = { header = "LMSUserSourceSystemIdentifier" }',
                "school": 'school = { value = "BestLMS" }',
                "shape": 'shape = { value = "absences" }',
                '"Excused"': '"Excused" = "absent_excused"',
                '"Unexcused"': '"Unexcused" = "absent_unexcused"',
            },
            2,
        ),
        (
            "microsoft_sds_v2.1/roles.csv",
            "enrollments",
            {
                "only": 'only = [{ header = "role", words = ["student"] }]',
                "exit_date_is": 'exit_date_is = "last day enrolled"',
            },
            4,
        ),
        (
            "synthetic_quirks/05_semicolon_decimal_comma.csv",
            "enrollments",
            {"school": 'school = { value = "North" }'},
            2,
        ),
        ("synthetic_quirks/04_excel_damaged_ids_dates.csv", "grades", {}, 5),
        ("synthetic_quirks/09_utf16_unicode_text.txt", "students", {"school": 'school = { value = "North" }'}, 2),
    ],
)
def test_public_samples_round_trip(tmp_path: Path, name: str, table: str, answers: dict[str, str], loaded: int) -> None:
    made = workspace(tmp_path / "d")
    draft = _draft(made, PUBLIC / name)
    _settle(draft, answers)
    load: Load = take_in(made, PUBLIC / name)[0]
    assert (load.status, load.dialect, load.table) == (LoadStatus.LOADED, draft.path.stem, table), load.reason
    assert load.counts.loaded == loaded


@needs_public
def test_no_public_sample_crashes_it_and_none_of_their_people_get_into_a_draft(tmp_path: Path) -> None:
    """Cells under headings that speak of a person, wherever a draft is made."""
    made = workspace(tmp_path / "d")
    drafted = 0
    for path in sorted(path for path in PUBLIC.rglob("*") if path.suffix in (".csv", ".txt")):
        try:
            draft = draft_dialect(path, tmp_path, read_dialects(made.root), DraftOptions(id=f"x{drafted}"), CAPS)
        except (ExportRefused, UsageError):
            continue
        drafted += 1
        tomllib.loads(draft.text)
        people = re.findall(
            r"StudentLast\d|StudentFirst\d|FakeStudent\d\w+|P@ssword\d+|00123\d\d|Nuñez|O’Brien", _text(path)
        )
        assert not [cell for cell in people if cell in draft.text], path.name
    assert drafted > 5


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
