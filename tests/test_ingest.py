"""Taking exports in: every row accounted for, once, whatever is loaded again."""

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from given import NOW, SETTINGS, SHARED, UNCHECKED, csv_text, export, take_in, workspace
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import InputMissing, UsageError, WorkspaceBusy
from partnerkpi.ingest import ingest
from partnerkpi.ingest.pseudonym import pseudonyms
from partnerkpi.models.load import LoadStatus, RowCounts
from partnerkpi.models.source_table import SOURCE_TABLES, Kind
from partnerkpi.warehouse import ledger, open_for_reading, open_for_writing

ATTENDANCE = "student_number,school,date,status"
CONTOSO = SHARED / "data" / "exports" / "oea_contoso_sis"
needs_contoso = pytest.mark.skipif(not CONTOSO.is_dir(), reason="the public Contoso exports are not beside the project")


def _facts(made: Workspace, table: str) -> list[tuple[object, ...]]:
    with open_for_reading(made.database) as warehouse:
        return warehouse.rows(f"select * exclude (load_id) from {table} order by all")


def test_the_plain_layout_of_every_source_table_is_taken_in(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    samples = {
        "attendance": "0012345,North,2025-09-01,absent_excused",
        "grades": "0012345,2025-26,S1,ENG1,B",
        "college_credits": "0012345,Ridge CC,2025FA,BIO111,4,4",
        "engagement": "0012345,Riverbend Health,Health Academy,lab visit,2025-10-01",
        "students": "0012345,2025-26,North,11",
        "participants": "0012345,Riverbend Health,Health Academy,2025-08-25",
        "enrollments": "0012345,North,2025-08-25",
        "calendar": "North,2025-09-01,no",
        "investments": "Riverbend Health,partner,cash,2025-09-01",
        "staff_training": "Riverbend Health,T001,workshop,2025-09-01",
        "surveys": "Riverbend Health,2025-09-01,student,4,5",
    }
    assert set(samples) == set(SOURCE_TABLES)
    for name, row in samples.items():
        path = export(made, f"{name}.csv", csv_text(",".join(SOURCE_TABLES[name].required), [row]))
        load = take_in(made, path)[0]
        assert (load.table, load.counts) == (name, RowCounts(rows_in_file=1, loaded=1)), load


def test_amounts_become_whole_minor_units(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    header = "student_number,partner,program,activity,date,hours"
    take_in(made, export(made, "e.csv", csv_text(header, ["7,Riverbend Health,Health Academy,visit,2025-10-01,6.5"])))
    with open_for_reading(made.database) as warehouse:
        assert warehouse.value("select minutes from engagement") == 390


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (",North,2025-09-01,present", "student_number", "blank, but required"),
        ("7,,2025-09-01,present", "school", "blank, but required"),
        ("7,North,2025-02-30,present", "date", "not a date in the declared format"),
        ("7,North,2025-09-01,T", "status", "not one of the words of this column"),
    ],
)
def test_a_row_that_breaks_a_rule_is_quarantined_with_line_column_and_rule(
    tmp_path: Path, row: str, column: str, rule: str
) -> None:
    made = workspace(tmp_path / "d")
    padded = row if row.count(",") >= 4 else row + ","
    good = [f"{n},North,2025-09-01,present," for n in range(30)]
    path = export(made, "a.csv", csv_text(ATTENDANCE + ",fraction", [*good, padded]))
    counts = take_in(made, path)[0].counts
    assert (counts.loaded, counts.quarantined, counts.balanced) == (30, 1, True)
    with open_for_reading(made.database) as warehouse:
        assert ledger.quarantine(warehouse) == [
            {"load": 1, "file": "exports/a.csv", "line": 32, "column": column, "rule": rule}
        ]


def test_equal_rows_count_as_duplicate_and_the_last_of_one_key_wins(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    rows = [
        "1,North,2025-09-01,present",
        "1,North,2025-09-01,present",
        "2,North,2025-09-01,present",
        "2,North,2025-09-01,absent_excused",
    ]
    counts = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, rows)))[0].counts
    assert (counts.loaded, counts.duplicate, counts.superseded) == (2, 1, 1)
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows("select status from attendance order by 1") == [("absent_excused",), ("present",)]


def test_equal_survey_answers_are_answers_of_their_own_and_a_second_export_does_not_double_them(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    header, answer = "partner,date,respondent,score,scale_max", "Riverbend Health,2025-10-01,student,4,5"
    first = take_in(made, export(made, "s1.csv", csv_text(header, [answer] * 3)))[0]
    second = take_in(made, export(made, "s2.csv", csv_text(header, [answer] * 4)))[0]
    assert (first.counts.loaded, second.counts.unchanged, second.counts.loaded) == (3, 3, 1)
    assert len(_facts(made, "surveys")) == 4


def test_a_plan_says_what_would_happen_and_keeps_nothing(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "c.csv", csv_text("school,date,school_day", ["North,2025-09-01,yes"])))
    path = export(made, "a.csv", csv_text(ATTENDANCE, ["7,North,2025-09-01,present", "8,North,x,present"]))
    load = take_in(made, path, plan=True)[0]
    assert (load.status, load.load, load.counts.loaded, load.counts.quarantined) == (LoadStatus.PLANNED, None, 1, 1)
    with open_for_reading(made.database) as warehouse:
        assert len(ledger.loads(warehouse)) == 1 and ledger.quarantine(warehouse) == []
    assert _facts(made, "attendance") == []


def test_student_numbers_are_stored_as_keyed_pseudonyms_only(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, ["SECRET99,North,2025-09-01,present"])))
    expected = pseudonyms(made.key(), Kind.STUDENT, ["SECRET99"])
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows("select student_id from attendance") == [(expected[0],)]
    assert 0 < expected[0] < 2**63
    assert b"SECRET99" not in made.database.read_bytes()
    assert pseudonyms(b"another key", Kind.STUDENT, ["SECRET99"]) != expected
    assert pseudonyms(made.key(), Kind.STAFF, ["SECRET99"]) != expected
    assert list(made.database.parent.glob(".rows*")) == []


def test_the_database_and_the_key_are_for_their_owner_only(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, ["7,North,2025-09-01,present"])))
    assert made.database.stat().st_mode & 0o777 == 0o600
    assert (made.root / "data" / "key").stat().st_mode & 0o777 == 0o600
    assert (made.root / "data").stat().st_mode & 0o777 == 0o700


def test_a_refused_file_leaves_the_others_and_the_database_as_they_are(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    export(made, "1_bad.csv", "foo\n1\n")
    export(made, "2_good.csv", csv_text(ATTENDANCE, ["7,North,2025-09-01,present"]))
    assert [load.status.value for load in take_in(made)] == ["refused", "loaded"]


def test_an_empty_inbox_and_a_missing_file_are_said(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    with pytest.raises(InputMissing, match="no export to take in"):
        take_in(made)
    with pytest.raises(InputMissing, match="no such file"):
        take_in(made, tmp_path / "absent.csv")
    with pytest.raises(UsageError, match=r"did you mean plain\?"):
        take_in(made, tmp_path, dialect="plane")


def test_the_loser_of_a_lock_is_told_who_holds_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    made = workspace(tmp_path / "d")
    export(made, "a.csv", csv_text(ATTENDANCE, ["7,North,2025-09-01,present"]))
    take_in(made)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(made.database)!r}); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with (
            pytest.raises(WorkspaceBusy, match=f"process {holder.pid}") as caught,
            open_for_writing(made.database, wait_seconds=0),
        ):
            pass
        assert caught.value.exit_code == 75
    finally:
        holder.communicate(b"\n")


@needs_contoso
def test_contoso_days_are_accounted_for_read_day_first_and_never_doubled(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    loads = {load.file: load for load in ingest(made, [CONTOSO], now=NOW)}
    assert all(load.status is LoadStatus.LOADED and load.counts.balanced for load in loads.values())
    assert loads["day1_studentattendance.csv"].counts == RowCounts(rows_in_file=1462, loaded=1461, duplicate=1)
    assert loads["day2_studentsectionmark.csv"].counts == RowCounts(rows_in_file=24, loaded=12, unchanged=12)
    with open_for_reading(made.database) as warehouse:
        days = warehouse.rows(
            "select min(date), max(date), count(distinct (student_id, date, section)) from attendance"
        )
        marks = warehouse.value("select count(*) from grades")
    assert days == [(dt.date(2019, 9, 1), dt.date(2020, 5, 30), 1461 + 1467)]
    assert marks == 24


@needs_contoso
def test_day_one_again_after_day_two_changes_nothing(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    ingest(made, [CONTOSO], now=NOW)
    before = _facts(made, "attendance")
    ingest(made, [CONTOSO / "day1_studentattendance.csv"], now=NOW)
    assert _facts(made, "attendance") == before


_CELLS = st.sampled_from(
    ["1", "2", "0003", "", "x y", "2025-09-01", "2025-09-02", "2025-13-01", "present", "gone", '"']
)
_ROWS = st.one_of(
    st.builds(
        "{},{},{},{}".format,
        st.sampled_from(["1", "2", "0003", ""]),
        # Letters that some take for the end of a line.
        st.sampled_from(["North", "South", "No\x0brth", "No\x85rth\u2028", "\x1c"]),
        st.sampled_from(["2025-09-01", "2025-09-02", "2025-13-01"]),
        st.sampled_from(["present", "absent_excused", "gone"]),
    ),
    st.lists(_CELLS.filter(lambda cell: cell != '"'), max_size=6).map(",".join),
    st.sampled_from(["", ATTENDANCE, "Total,2,,", ",,,"]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROWS, min_size=1, max_size=12))
def test_every_row_is_accounted_for_and_loading_twice_is_loading_once(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    made = workspace(tmp_path_factory.mktemp("property") / "d", settings=UNCHECKED)
    path = export(made, "a.csv", csv_text(ATTENDANCE, rows))
    first = take_in(made, path)[0]
    assert first.counts.balanced
    assert first.counts.rows_in_file == (len(rows) if first.status is LoadStatus.LOADED else 0)
    once = _facts(made, "attendance") if first.status is LoadStatus.LOADED else []
    # The same rows under other bytes: a blank line more.
    path.write_text(csv_text(ATTENDANCE, [*rows, ""]))
    second = take_in(made, path)[0]
    assert second.counts.balanced and second.counts.loaded == 0
    assert not once or _facts(made, "attendance") == once


def _limited(tmp_path: Path) -> Workspace:
    """A workspace with the limits a new district has."""
    begin, end = SETTINGS.index("# Small files"), SETTINGS.index("[[school_year]]")
    return workspace(tmp_path / "d", settings=SETTINGS[:begin] + SETTINGS[end:])


@pytest.mark.parametrize(("bad", "status"), [(5, LoadStatus.LOADED), (6, LoadStatus.REFUSED)])
def test_a_file_with_more_than_five_percent_refused_rows_is_refused_whole(
    tmp_path: Path, bad: int, status: LoadStatus
) -> None:
    made = _limited(tmp_path)
    rows = [f"{n},North,2025-09-01,{'Q' if n < bad else 'present'}" for n in range(100)]
    load = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, rows)))[0]
    assert load.status is status
    with open_for_reading(made.database) as warehouse:
        assert len(ledger.loads(warehouse)) == (status is LoadStatus.LOADED)
    if status is LoadStatus.REFUSED:
        assert "6 of its 100 rows would be refused, mostly for status: not one of the words" in load.reason
        assert load.where.endswith("a.csv, line 2")
        assert _facts(made, "attendance") == []


@pytest.mark.parametrize(("bad", "status"), [(1, LoadStatus.LOADED), (2, LoadStatus.REFUSED)])
def test_staff_in_a_roster_is_no_share_of_what_was_refused(tmp_path: Path, bad: int, status: LoadStatus) -> None:
    """Of 100 rows 80 are staff; of the 20 students one in twenty may be wrong, and no more."""
    made = _limited(tmp_path)
    students = [f"7{n:02},,{'' if n < bad else 'North'},student,11" for n in range(20)]
    staff = [f"8{n:02},,North,teacher," for n in range(80)]
    roster = csv_text("sourcedId,status,orgSourcedIds,role,grades", [*staff, *students])
    load = take_in(made, export(made, "users.csv", roster))[0]
    assert load.status is status
    if status is LoadStatus.LOADED:
        assert (load.counts.loaded, load.counts.quarantined, load.counts.balanced) == (19, 81, True)
        with open_for_reading(made.database) as warehouse:
            rules = [row["rule"] for row in ledger.quarantine(warehouse)]
        assert (rules.count("role is of another kind"), rules.count("blank, but required")) == (80, 1)
    else:
        assert "2 of its 20 rows would be refused, mostly for school: blank, but required" in load.reason
        assert load.where.endswith("users.csv, line 82")


def test_what_a_row_is_comes_before_what_is_wrong_with_it(tmp_path: Path) -> None:
    """A member of staff whose number no student could have is no mistake either."""
    made = _limited(tmp_path)
    rows = ["Ms. Lee,,North,teacher,", *(f"7{n},,North,student,11" for n in range(9))]
    load = take_in(made, export(made, "users.csv", csv_text("sourcedId,status,orgSourcedIds,role,grades", rows)))[0]
    assert (load.status, load.counts.loaded, load.counts.quarantined) == (LoadStatus.LOADED, 9, 1)


def test_a_file_with_nothing_but_rows_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A school that takes attendance by class sends no day at all: nothing would be loaded without a word."""
    made = _limited(tmp_path)
    header = "Student_Number,SchoolID,Att_Date,Att_Mode_Code,Att_Code"
    rows = [f"7{n},0340,09/01/2026,ATT_ModeMeeting,A" for n in range(5)]
    load = take_in(made, export(made, "a.csv", csv_text(header, rows)))[0]
    assert load.status is LoadStatus.REFUSED
    assert "none of its 5 rows is of the kind powerschool reads: att_mode_code is of another kind" in load.reason


@pytest.mark.parametrize(("name", "rows", "status"), [
    ("attendance_2025-10.csv", 9, "refused"),
    ("attendance_2025-10.csv", 10, "loaded"),
    ("attendance_2025-10.csv", 160, "loaded"),
    ("attendance_2025-10.csv", 161, "refused"),
    ("another_name.csv", 1, "loaded"),
])  # fmt: skip
def test_a_row_count_far_off_the_last_file_of_its_kind_is_refused(
    tmp_path: Path, name: str, rows: int, status: str
) -> None:
    made = _limited(tmp_path)
    september = [f"{n},North,2025-09-01,present" for n in range(40)]
    take_in(made, export(made, "attendance_2025-09.csv", csv_text(ATTENDANCE, september)))
    october = [f"{n},North,2025-10-01,present" for n in range(rows)]
    load = take_in(made, export(made, name, csv_text(ATTENDANCE, october)))[0]
    assert load.status.value == status
    assert ("the last file of this kind had 40" in load.reason) is (status == "refused")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(rows=["1,North,2025-09-01,present,"], line_end="\n", earlier="")
@given(
    rows=st.lists(_ROWS, min_size=1, max_size=12),
    line_end=st.sampled_from(["\n", "\r\n"]),
    earlier=st.sampled_from(["", "2,South,2025-09-02,present", "2,South,2025-10-02,present"]),
)
def test_a_plain_file_and_one_that_is_read_with_care_give_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], line_end: str, earlier: str
) -> None:
    text = csv_text(ATTENDANCE, rows).replace("\n", line_end)
    found = []
    # A quotation mark anywhere takes a file out of the plain ones.
    for content in (text, text.replace("school", '"school"', 1)):
        made = workspace(tmp_path_factory.mktemp("either") / "d", settings=UNCHECKED)
        if earlier:
            take_in(made, export(made, "earlier.csv", csv_text(ATTENDANCE, [earlier])))
        load = take_in(made, export(made, "a.csv", content))[0]
        loaded = load.status is LoadStatus.LOADED
        with open_for_reading(made.database) as warehouse:
            refused = [(row["line"], row["column"], row["rule"]) for row in ledger.quarantine(warehouse)]
        found.append((load.status, load.counts, refused, _facts(made, "attendance") if loaded else []))
    assert found[0] == found[1]


def test_a_plain_file_is_not_copied_and_a_file_with_a_mistake_still_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workspace(tmp_path / "d")
    good = export(made, "a.csv", csv_text(ATTENDANCE, [f"{n},North,2025-09-01,present" for n in range(50)]))
    with monkeypatch.context() as patch:
        patch.setattr("partnerkpi.ingest.workflow.write_rows", lambda *args, **kwargs: pytest.fail("read with care"))
        assert take_in(made, good)[0].counts.loaded == 50
    bad = export(made, "b.csv", csv_text(ATTENDANCE, ["1,South,2025-09-01,present", "2,South,2025-09-31,present"]))
    assert take_in(made, bad)[0].counts.quarantined == 1
    with open_for_reading(made.database) as warehouse:
        assert [row["line"] for row in ledger.quarantine(warehouse)] == [3]


SUMMARY = SHARED / "data" / "exports" / "synthetic_quirks" / "03_infinite_campus_attendance_summary.csv"
needs_summary = pytest.mark.skipif(not SUMMARY.is_file(), reason="the public summary is not beside the project")
DAYS = "select distinct cast(date as varchar) from attendance order by 1"


@needs_summary
def test_a_summary_without_a_date_is_taken_for_the_day_of_the_load_and_that_is_said(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    load = take_in(made, SUMMARY)[0]
    assert (load.dialect, load.table, load.counts.loaded) == ("infinite_campus", "attendance", 3)
    assert load.notices[0] == "the file has no date: taken for 2026-11-23, the day of the load; --as-of names another"
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows(DAYS) == [("2026-11-23",)]
        found = warehouse.rows(
            "select days_enrolled_hundredths, days_absent_excused_hundredths from attendance order by 1"
        )
    assert found == [(900, 300), (4000, 4100), (4500, 400)]


@needs_summary
def test_the_same_summary_on_another_day_is_no_news_unless_a_day_is_named(tmp_path: Path) -> None:
    """An inbox that is read every night must not carry an old summary forward."""
    made = workspace(tmp_path / "d")
    take_in(made, SUMMARY)
    tomorrow = ingest(made, [SUMMARY], now=NOW + dt.timedelta(days=1))[0]
    assert (tomorrow.status, tomorrow.load) == (LoadStatus.UNCHANGED, 1)
    named = take_in(made, SUMMARY, as_of=dt.date(2026, 10, 23))[0]
    assert named.notices[0] == "the file has no date: taken for 2026-10-23"
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows(DAYS) == [("2026-10-23",), ("2026-11-23",)]


def test_a_summary_with_a_date_keeps_it(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    header = "studentNumber,calendar.name,daysEnrolled,daysAbsentExcused,daysAbsentUnexcused,asOf"
    load = take_in(made, export(made, "s.csv", csv_text(header, ["701,Monroe High,45,4,0.5,10/23/2026"])))[0]
    assert not [notice for notice in load.notices if "no date" in notice]
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows(DAYS) == [("2026-10-23",)]


def test_a_correction_of_a_summary_is_for_the_day_of_what_it_corrects(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    header = "studentNumber,calendar.name,daysEnrolled,daysAbsentExcused,daysAbsentUnexcused"
    rows = ["701,Monroe High,45,4,0.5", "702,Monroe High,many,4,0.5"]
    take_in(made, export(made, "s.csv", csv_text(header, rows)))
    sheet = [["refused in line", *header.split(",")], ["3", "702", "Monroe High", "44", "4", "0.5"]]
    book = xlsxwriter.Workbook(str(tmp_path / "refused.xlsx"))
    page = book.add_worksheet("load 1")
    for number, row in enumerate(sheet):
        page.write_row(number, 0, row)
    book.close()
    load = ingest(made, [tmp_path / "refused.xlsx"], now=NOW + dt.timedelta(days=9))[0]
    assert (load.status, load.counts.loaded, load.notices[0]) == (
        LoadStatus.LOADED,
        1,
        "the file has no date: taken for 2026-11-23",
    )
