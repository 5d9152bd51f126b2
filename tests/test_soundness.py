"""Data checks that stop reports: of the partners they concern, in the quarters they concern, where they are errors."""

import datetime as dt
from pathlib import Path

import pytest
from given import HOSPITAL, NOW, SETTINGS, TODAY, csv_text, export, take_in, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ChecksFailed, ConfigurationError, KpiFileError
from partnerkpi.ingest import ingest
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

MILL = 'name = "River Mill"\n\n[[programs]]\nid = "shop"\nname = "Shop"\n'
_ATTENDANCE = "student_number,school,date,status,fraction"
_ENGAGEMENT = "student_number,partner,program,activity,date"
# The hospital's students are 0 to 11, at North; the mill's 20 to 31, at South.
_STUDENTS = {"North": range(12), "South": range(20, 32)}


def _district(folder: Path, *more: str, settings: str = "") -> Workspace:
    """Two partners with attendance in the first quarter of 2026-27, and in `more` what is wrong with it."""
    made = workspace(folder / "d", settings=SETTINGS + settings, partners={"hospital": HOSPITAL, "mill": MILL})
    people = [f"{n},Riverbend Health,Health Academy,2026-08-24" for n in _STUDENTS["North"]]
    people += [f"{n},River Mill,Shop,2026-08-24" for n in _STUDENTS["South"]]
    days = [f"2026-09-{day:02d}" for day in range(1, 13)]
    rows = [f"{n},{school},{day},present," for school, numbers in _STUDENTS.items() for n in numbers for day in days]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    export(made, "attendance.csv", csv_text(_ATTENDANCE, [*rows, *more]))
    take_in(made)
    return made


def _findings(made: Workspace, today: dt.date = TODAY) -> dict[str, Finding]:
    with open_for_reading(made.database) as warehouse:
        return {finding.check: finding for finding in run_checks(warehouse, read_checks(made), today=today)}


def _stopped(made: Workspace, partner: str, period: str | None = None) -> str:
    """What stops the board of a partner; nothing when it is drawn."""
    try:
        make_board(made, partner, today=TODAY, period=period)
    except ChecksFailed as error:
        return str(error)
    return ""


def test_an_error_about_a_partners_student_stops_its_report_and_no_other(tmp_path: Path) -> None:
    made = _district(tmp_path, "3,North,2026-09-14,present,1", "3,North,2026-09-15,present,1")
    stopped = _stopped(made, "hospital")
    assert "A data check stops the report of hospital." in stopped
    assert "attendance_contradiction: 2 of 2 rows: North, present" in stopped
    assert "correct the export or its dialect" in stopped
    assert _stopped(made, "mill") == ""
    assert _findings(made)["attendance_contradiction"].concerns == {"hospital": 2}


def test_the_command_ends_with_four_and_draws_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = _district(tmp_path, "3,North,2026-09-14,present,1")
    capsys.readouterr()
    where = ["--format", "json", "--workspace", str(made.root), "--period", "2026-27-Q1"]
    assert run(["report", "--partner", "hospital", *where]) == 4
    told = capsys.readouterr()
    assert [line.split(":")[0] for line in told.err.splitlines()] == ["Error", "Where", "Now"] and told.out == ""
    assert not list((made.root / "boards").rglob("*.json"))
    assert run(["report", "--partner", "mill", *where]) == 0
    assert capsys.readouterr().out.strip().endswith("mill.json")
    assert run(["check", "--workspace", str(made.root)]) == 4
    assert "Until then no report is drawn for: hospital." in capsys.readouterr().err


def test_a_row_about_nobodys_student_stops_nothing(tmp_path: Path) -> None:
    made = _district(tmp_path, "99,North,2026-09-14,present,1")
    assert _findings(made)["attendance_contradiction"].concerns == {}
    assert _stopped(made, "hospital") == ""


@pytest.mark.parametrize(("severity", "stops"), [("error", True), ("warning", False), ("off", False)])
def test_the_district_says_which_checks_stop_reports(tmp_path: Path, severity: str, stops: bool) -> None:
    made = _district(
        tmp_path, "3,North,2026-09-14,present,1", settings=f'\n[checks]\nattendance_contradiction = "{severity}"\n'
    )
    assert bool(_stopped(made, "hospital")) is stops
    assert ("attendance_contradiction" in _findings(made)) is (severity != "off")


@pytest.mark.parametrize(
    ("check", "row", "concerned"),
    [
        ("late_school", "24,West,2026-10-12,present,", {"hospital", "mill"}),
        ("late_school", "99,West,2026-10-12,present,", {"hospital", "mill"}),
        ("late_school", "24,South,2026-10-12,present,", {"hospital"}),
        ("two_schools_on_one_day", "24,North,2026-09-03,present,", {"mill"}),
    ],
)
def test_a_warning_made_an_error_stops_whom_it_concerns(
    tmp_path: Path, check: str, row: str, concerned: set[str]
) -> None:
    made = _district(tmp_path, row, settings=f'\n[checks]\n{check} = "error"\n')
    stopped = {partner for partner in ("hospital", "mill") if check in _stopped(made, partner, "2026-27-Q1")}
    assert stopped == concerned


def test_an_error_about_a_partner_or_about_nobody_in_particular(tmp_path: Path) -> None:
    made = _district(tmp_path, settings='\n[checks]\nunknown_program = "error"\nunknown_partner = "error"\n')
    take_in(made, export(made, "e1.csv", csv_text(_ENGAGEMENT, ["1,RIVERBEND,Choir,visit,2026-09-20"])))
    assert "unknown_program" in _stopped(made, "hospital") and _stopped(made, "mill") == ""
    take_in(made, export(made, "e2.csv", csv_text(_ENGAGEMENT, ["1,Rotary,Choir,visit,2026-09-20"])))
    assert "2 data checks stop" in _stopped(made, "hospital") and "unknown_partner" in _stopped(made, "mill")


def test_an_error_stops_no_report_of_an_earlier_quarter(tmp_path: Path) -> None:
    made = _district(tmp_path, "3,North,2026-10-26,present,1")
    assert _stopped(made, "hospital", "2026-27-Q1") == ""
    assert "attendance_contradiction" in _stopped(made, "hospital", "2026-27-Q2")


def test_a_board_as_of_a_day_is_stopped_by_what_was_known_then(tmp_path: Path) -> None:
    made = _district(tmp_path)
    later = NOW + dt.timedelta(days=3)
    wrong = export(made, "b.csv", csv_text(_ATTENDANCE, ["3,North,2026-09-14,present,1"]))
    ingest(made, [wrong], now=later)
    with pytest.raises(ChecksFailed):
        make_board(made, "hospital", today=later.date(), period=None)
    make_board(made, "hospital", today=later.date(), period=None, as_of=TODAY)
    mended = export(made, "b.csv", csv_text(_ATTENDANCE, ["3,North,2026-09-14,absent_excused,1"]))
    ingest(made, [mended], now=later + dt.timedelta(days=1))
    make_board(made, "hospital", today=later.date(), period=None)
    with pytest.raises(ChecksFailed):
        make_board(made, "hospital", today=later.date(), period=None, as_of=later.date())


def test_what_was_in_order_is_checked_again_when_anything_it_looks_at_changes(tmp_path: Path) -> None:
    made = _district(tmp_path, settings='\n[checks]\nunknown_partner = "error"\n')
    take_in(made, export(made, "e.csv", csv_text(_ENGAGEMENT, ["1,RIVERBEND,Health Academy,visit,2026-09-20"])))
    assert _stopped(made, "hospital") == ""
    file = made.root / "partners" / "hospital.toml"
    known = file.read_text("utf-8")
    file.write_text(known.replace("RIVERBEND", "Elsewhere"), "utf-8")
    assert "unknown_partner" in _stopped(made, "mill")
    file.write_text(known, "utf-8")
    assert _stopped(made, "mill") == ""


def _late(days: str, severity: str = "error") -> str:
    return f'\n[checks]\nlate_source = "{severity}"\n\n[settings.late_source]\n{days}\n'


def test_a_source_may_lag_as_many_days_of_the_school_year_as_the_district_says(tmp_path: Path) -> None:
    """Attendance reaches 12 September; the first quarter ends 41 days later, and TODAY is 31 days after that."""
    made = _district(tmp_path, settings=_late("attendance_days = 72", "warning"))
    assert _findings(made) == {}
    tomorrow = _findings(made, TODAY + dt.timedelta(days=1))["late_source"]
    assert tomorrow.examples == ("attendance, last day 2026-09-12",)
    assert set(tomorrow.concerns) == {"hospital", "mill"}


@pytest.mark.parametrize(("days", "stops"), [(40, True), (41, False)])
def test_lateness_is_measured_at_the_end_of_the_quarter_of_the_report(tmp_path: Path, days: int, stops: bool) -> None:
    made = _district(tmp_path, settings=_late(f"attendance_days = {days}"))
    assert _findings(made)["late_source"].rows == 1
    assert ("late_source" in _stopped(made, "mill", "2026-27-Q1")) is stops


def test_a_partner_whose_log_is_late_stops_its_own_report(tmp_path: Path) -> None:
    made = _district(tmp_path, settings=_late("engagement_days = 20"))
    visits = ["1,RIVERBEND,Health Academy,visit,2026-09-20", "21,River Mill,Shop,visit,2026-10-20"]
    take_in(made, export(made, "e.csv", csv_text(_ENGAGEMENT, visits)))
    assert "engagement of hospital, last day 2026-09-20" in _stopped(made, "hospital", "2026-27-Q1")
    assert _stopped(made, "mill", "2026-27-Q1") == ""


def test_grades_lag_from_the_end_of_the_quarter_they_close(tmp_path: Path) -> None:
    made = _district(tmp_path, settings=_late("grades_days = 30"))
    take_in(made, export(made, "g.csv", csv_text("student_number,school_year,term,course,mark", ["1,2026-27,Q1,E,B"])))
    assert "late_source" not in _findings(made, dt.date(2026, 11, 22))
    assert _findings(made, dt.date(2026, 11, 23))["late_source"].examples == ("grades, last day 2026-10-23",)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('[checks]\nlate_sauce = "off"', r"did you mean late_source\?"),
        ('[checks]\nlate_source = "maybe"', "'off', 'warning' or 'error'"),
        ("[settings.late_source]\nattendance_day = 3", "attendance_day"),
    ],
)
def test_a_check_or_setting_that_is_not_there_is_a_mistake(tmp_path: Path, settings: str, said: str) -> None:
    made = workspace(tmp_path / "d", settings=f"{SETTINGS}\n{settings}\n")
    with pytest.raises(ConfigurationError, match=said):
        read_checks(made)


def test_a_parameter_that_no_setting_declares_is_refused(tmp_path: Path) -> None:
    made = _district(tmp_path)
    folder = made.root / "queries" / "checks"
    folder.mkdir(parents=True)
    (folder / "mine.sql").write_text(
        "-- name: x\n-- severity: warning\n-- advice: y\n\nselect mark as what, $limit as row_count from grades\n"
    )
    with pytest.raises(KpiFileError, match="not both used and declared as a setting: limit"):
        read_checks(made)
