"""The unattended run: every board that is due is made once, and nothing that concerns one partner stops another."""

import fcntl
import json
import shutil
import signal
import stat
from pathlib import Path

import pytest
from faults import Fault, run_with, said, statements
from given import HOSPITAL, csv_text, export, take_in
from unattended import (
    ENDS,
    MILL,
    Runs,
    add_settings,
    add_to_partner,
    attendance,
    college_credits,
    district,
    outcome,
    told,
)

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import InputMissing, WorkspaceBusy
from partnerkpi.models.run import BoardState
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.runs import read_runs

pytestmark = pytest.mark.usefixtures("laid_out_here")

SINCE_Q2 = "\n[run]\nsince = 2027-01-01\n"
PAUSED = '\n[[changes]]\non = 2025-09-01\nkind = "paused"\nwhat = "Paused."\nreason = "A strike."\n'


def late_credits(folder: Path, settings: str = "") -> Workspace:
    """Credits came for the second quarter of the year before, and not yet for this one's."""
    made = district(folder, "2025-26 Q2", "2026-27 Q1", "2026-27 Q2", settings=settings or SINCE_Q2)
    college_credits(made, "2025FA")
    return made


def test_four_quarters_with_one_missed_are_all_made_once(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2025-26 Q1"))
    days = {"2025-11-07": ["2025-26 Q1"], "2026-04-10": ["2025-26 Q2", "2025-26 Q3"], "2026-06-24": ["2025-26 Q4"]}
    expected: dict[str, bytes] = {}
    for day, quarters in days.items():
        for quarter in quarters:
            attendance(runs.workspace, quarter)
        assert [each.period for each in runs.on(day).outcomes if each.state == "made"] == quarters
        made = runs.boards()
        assert expected == {name: made[name] for name in expected}
        expected = made
        again = runs.on(day)
        assert (again.outcomes, again.exit_code, again.idle) == ((), 0, True)
        assert runs.boards() == expected
    assert list(expected) == [f"{quarter.replace(' ', '-')}/hospital.pdf" for quarter in list(ENDS)[:4]]
    with open_for_reading(runs.workspace.database) as warehouse:
        ledger = read_runs(warehouse)
        published = warehouse.value("select count(*) from published_boards")
    assert (len(ledger.runs), len(ledger.boards), published) == (6, 4, 4)
    assert {booked.exit_code for booked in ledger.runs} == {0}


def test_a_board_is_due_so_many_days_after_its_quarter(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2025-26 Q1"))
    assert told(runs.on("2025-11-06")) == {}
    assert told(runs.on("2025-11-07", plan=True)) == {"2025-26 Q1 hospital": "due"}
    runs.workspace = add_settings(runs.workspace, "\n[run]\ndays_after = 3\n")
    assert told(runs.on("2025-10-27", plan=True)) == {"2025-26 Q1 hospital": "due"}
    assert runs.boards() == {}


def test_the_first_run_of_an_old_workspace_makes_this_school_years_boards_alone(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", *ENDS))
    take_in(runs.workspace)
    assert list(told(runs.on("2026-12-01", plan=True))) == ["2026-27 Q1 hospital"]
    # In summer that is the year which has just ended.
    assert len(told(runs.on("2026-07-15", plan=True))) == 4
    add_settings(runs.workspace, "\n[run]\nsince = 2026-03-01\n")
    assert [key.split(" h")[0] for key in told(runs.on("2026-12-01", plan=True))] == [*list(ENDS)[2:5]]


def test_a_late_source_is_waited_for_until_the_deadline_and_then_the_board_says_so(tmp_path: Path) -> None:
    runs = Runs(late_credits(tmp_path / "d"))
    waiting = runs.on("2027-01-30")
    assert told(waiting) == {"2026-27 Q2 hospital": "waiting: until 2027-02-05 for college credits"}
    assert waiting.exit_code == 0 and runs.boards() == {}
    made = runs.on("2027-02-05")
    assert outcome(made).text == "made: boards/2026-27-Q2/hospital.pdf; without college credits"
    assert made.exit_code == 0
    assert "Made without college credits." in runs.text_of("2026-27-Q2/hospital.pdf")
    # It comes after all: said, and made anew only when somebody asks.
    college_credits(runs.workspace, "2026FA")
    stamped = runs.boards()
    assert told(runs.on("2027-02-06")) == {} and runs.boards() == stamped
    assert runs.notes == ["2026-27 Q2 hospital was made without a source that has come since: run --again"]
    assert outcome(runs.on("2027-02-07", again=True)).text == "made: boards/2026-27-Q2/hospital.pdf"
    assert "Made without" not in runs.text_of("2026-27-Q2/hospital.pdf")
    assert told(runs.on("2027-02-08", again=True)) == {} and runs.notes == []


def test_a_source_that_comes_while_it_is_waited_for_is_on_the_board(tmp_path: Path) -> None:
    runs = Runs(late_credits(tmp_path / "d"))
    runs.on("2027-01-30")
    college_credits(runs.workspace, "2026FA")
    assert outcome(runs.on("2027-01-31")).text == "made: boards/2026-27-Q2/hospital.pdf"
    assert "Made without" not in runs.text_of("2026-27-Q2/hospital.pdf")


def test_a_district_may_refuse_boards_without_a_source(tmp_path: Path) -> None:
    runs = Runs(late_credits(tmp_path / "d", SINCE_Q2 + 'late_sources = "refuse"\n'))
    refused = runs.on("2027-03-01")
    assert told(refused) == {"2026-27 Q2 hospital": "refused: without college credits"}
    assert refused.exit_code == 4 and runs.boards() == {}


def test_attendance_that_stops_in_the_middle_of_a_quarter_is_late(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2026-27 Q1", settings=SINCE_Q2))
    rows = [f"{number},North,2026-11-02,present" for number in range(12)]
    export(runs.workspace, "november.csv", csv_text("student_number,school,date,status", rows))
    assert "for attendance after Nov 2, 2026" in outcome(runs.on("2027-01-30")).text.replace("\u00a0", " ")


def test_a_source_that_is_not_due_yet_by_design_is_not_late(tmp_path: Path) -> None:
    made = district(tmp_path / "d", "2025-26 Q1", "2025-26 Q2", "2026-27 Q1", settings="\n[run]\nsince = 2026-10-01\n")
    college_credits(made, "2025FA")
    assert told(Runs(made).on("2026-11-06")) == {"2026-27 Q1 hospital": "made: boards/2026-27-Q1/hospital.pdf"}


def test_a_quarter_without_any_data_is_waited_for_and_then_refused(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2026-27 Q1", settings=SINCE_Q2))
    assert outcome(runs.on("2027-01-30")).text == "waiting: until 2027-02-05 for any data of the quarter"
    late = runs.on("2027-02-05")
    assert (outcome(late).state, late.exit_code) == ("refused", 4)


def test_an_export_that_was_refused_is_waited_for(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2025-26 Q1"))
    export(runs.workspace, "nobody_knows.csv", "a,b\n1,2\n")
    refused = runs.on("2025-11-07")
    assert outcome(refused).text.endswith("for exports/nobody_knows.csv, which was refused")
    assert refused.exit_code == 3
    late = runs.on("2025-11-14")
    assert (outcome(late).state, late.exit_code) == ("made", 3)


def test_paused_and_ended_partners_are_skipped_and_named(tmp_path: Path) -> None:
    since = "\n[run]\nsince = 2026-01-01\n"
    partners = {"hospital": HOSPITAL + PAUSED, "mill": MILL + PAUSED.replace("paused", "ended")}
    runs = Runs(district(tmp_path / "d", "2025-26 Q1", "2025-26 Q2", settings=since, partners=partners))
    skipped = runs.on("2026-02-01")
    assert told(skipped) == {"2025-26 Q2 hospital": "skipped: paused", "2025-26 Q2 mill": "skipped: ended"}
    assert (skipped.exit_code, runs.boards()) == (0, {})
    assert runs.on("2026-02-01").idle
    # Under way again before the quarter ended: it has a board.
    add_to_partner(runs.workspace, PAUSED.replace("paused", "resumed").replace("2025-09-01", "2026-01-10"))
    assert outcome(runs.on("2026-02-02")).state == "made"


def test_a_partner_with_nothing_on_record_has_no_board_yet(tmp_path: Path) -> None:
    made = district(tmp_path / "d", "2025-26 Q1")
    (made.partners / "mill.toml").write_text(MILL)
    runs = Runs(made)
    report = runs.on("2025-11-07")
    assert outcome(report, "mill").text == "skipped: nothing is on record yet"
    assert list(runs.boards()) == ["2025-26-Q1/hospital.pdf"]


def test_what_one_partner_meets_stops_no_other(tmp_path: Path) -> None:
    """A check error about the hospital's student, a broken KPI on the college's page; the mill's board is made."""
    college = 'name = "Ridgeline"\n'
    own = '\n[board.kpis]\nwork = ["our_own"]\n'
    partners = {"college": college + own, "hospital": HOSPITAL, "mill": MILL}
    runs = Runs(district(tmp_path / "d", "2025-26 Q1", partners=partners))
    made = runs.workspace
    # The hospital's student 103 is present with the whole day absent.
    contradiction = csv_text("student_number,school,date,status,fraction", ["103,South,2025-10-20,present,1"])
    export(made, "attendance_wrong.csv", contradiction)
    (made.root / "queries" / "kpis").mkdir(parents=True)
    (made.root / "queries" / "kpis" / "our_own.sql").write_text("-- name: Ours\nselect 1\n")
    report = runs.on("2025-11-07")
    assert {each.partner: (each.state, each.exit_code) for each in report.outcomes} == {
        "college": ("refused", 8),
        "hospital": ("refused", 4),
        "mill": ("made", 0),
    }
    assert report.exit_code == 8
    assert list(runs.boards()) == ["2025-26-Q1/mill.pdf"]
    assert {type(error).__name__ for error in runs.errors} == {"ChecksFailed", "KpiFileError"}
    # Put right, they follow; what was made is not made again.
    (made.root / "queries" / "kpis" / "our_own.sql").unlink()
    add_settings(made, '\n[checks]\nattendance_contradiction = "warning"\n')
    (made.partners / "college.toml").write_text(college)
    later = runs.on("2025-11-08")
    assert {each.partner: each.state for each in later.outcomes} == {"college": "made", "hospital": "made"}


def test_every_audience_with_recipients_has_a_board(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2025-26 Q1"))
    add_to_partner(runs.workspace, '\n[recipients]\ncommunity = ["chamber@example.org"]\n')
    runs.on("2025-11-07")
    assert list(runs.boards()) == ["2025-26-Q1/hospital-community.pdf", "2025-26-Q1/hospital.pdf"]


def test_another_run_holds_the_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = district(tmp_path / "d", "2025-26 Q1")
    with (made.database.parent / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711\n")
        lock.flush()
        with pytest.raises(WorkspaceBusy, match="process 4711"):
            Runs(made).on("2025-11-07")
        assert run(["run", "--workspace", str(made.root), "--now", "2025-11-07"]) == 75
    assert not made.database.exists()
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["Error", "Where", "Now"]


def test_before_the_first_export_there_is_nothing_to_run_on(tmp_path: Path) -> None:
    made = district(tmp_path / "d")
    (made.inbox / "participants.csv").unlink()
    with pytest.raises(InputMissing):
        Runs(made).on("2025-11-07")


def test_an_empty_inbox_is_no_error(tmp_path: Path) -> None:
    runs = Runs(district(tmp_path / "d", "2025-26 Q1"))
    runs.on("2025-10-28")
    shutil.rmtree(runs.workspace.inbox)
    assert runs.on("2025-11-07").exit_code == 0
    assert list(runs.boards()) == ["2025-26-Q1/hospital.pdf"]


def test_a_plan_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs(district(tmp_path / "d", "2025-26 Q1"))
    runs.on("2025-10-28")
    with open_for_reading(runs.workspace.database) as warehouse:
        before = read_runs(warehouse)
    assert run(["run", "--plan", "--now", "2025-11-07", "--workspace", str(runs.workspace.root)]) == 0
    assert capsys.readouterr().out == "2025-26 Q1  hospital  due\n"
    with open_for_reading(runs.workspace.database) as warehouse:
        assert read_runs(warehouse) == before
    assert runs.boards() == {}


def test_the_log_keeps_what_was_said_and_stderr_hears_of_failures_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = district(tmp_path / "d", "2025-26 Q1")
    arguments = ["run", "--log", "--workspace", str(made.root)]
    log = made.root / "data" / "run.log"
    assert run([*arguments, "--now", "2025-11-07"]) == 0
    assert capsys.readouterr() == ("", "")
    assert "2025-26 Q1  hospital  made: boards/2025-26-Q1/hospital.pdf" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    log.write_text("x" * (1 << 20) + "\n")
    export(made, "nobody_knows.csv", "a,b\n1,2\n")
    assert run([*arguments, "--now", "2025-11-08"]) == 3
    said = capsys.readouterr()
    assert said.out == "" and "nobody_knows.csv" in said.err and said.err == log.read_text()
    assert (made.root / "data" / "run.log.1").stat().st_size == (1 << 20) + 1


def test_status_says_what_is_late_due_made_and_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = Runs(late_credits(tmp_path / "d"))
    add_to_partner(runs.workspace, "\n[[checkins]]\non = 2026-12-01\nnext = 2027-03-02\n")
    # A date that was agreed on before, and given up since.
    add_to_partner(runs.workspace, "\n[[checkins]]\non = 2026-09-01\nnext = 2027-02-20\n")
    runs.on("2027-01-30")
    where = ["--workspace", str(runs.workspace.root)]
    assert run(["status", "--json", "--now", "2027-01-30", *where]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "partnerkpi.status/1"
    sources = {each["table"]: each for each in found["sources"]}
    assert sources["attendance"] == {"table": "attendance", "through": "2027-01-15", "late": ""}
    assert sources["college_credits"] == {"table": "college_credits", "through": "2025-26 Q2", "late": "2026-27 Q2"}
    (board,) = found["boards"]
    assert (board["period"], board["state"]) == ("2026-27 Q2", "waiting")
    assert found["next"]["quarter"] == "2026-27 Q3 ends 2027-03-26, boards are due 2027-04-09"
    assert found["next"]["check-in of hospital"] == "2027-03-02"
    assert found["last_run"]["exit_code"] == 0
    runs.on("2027-02-05")
    assert run(["status", "--now", "2027-02-06", *where]) == 0
    assert "made     2027-02-05, without college credits" in capsys.readouterr().out


def test_a_run_that_is_killed_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    made = district(tmp_path / "d", "2025-26 Q1")
    take_in(made)
    pristine = tmp_path / "pristine"
    shutil.copytree(made.database.parent, pristine)
    arguments = ("run", "--now", "2025-11-07")
    words = statements(made, *arguments)
    wanted = Runs(made).boards()
    # The last two commits book the board in the release ledger and in that of the runs: the file is there already.
    *_, released, booked = [number for number, word in enumerate(words, 1) if word == "commit"]
    for number in (released, booked):
        shutil.rmtree(made.database.parent)
        shutil.rmtree(made.root / "boards")
        shutil.copytree(pristine, made.database.parent)
        assert run_with(made, *arguments, fault=Fault(statement=number)) == -signal.SIGKILL
        assert run_with(made, *arguments) == 0, said(made)
        assert Runs(made).boards() == wanted, number
        with open_for_reading(made.database) as warehouse:
            boards = [board for board in read_runs(warehouse).boards if board.state is BoardState.MADE]
            assert warehouse.value("select count(*) from published_boards") == 1
        assert len(boards) == 1, number


def test_a_source_that_the_agreement_forbids_is_not_waited_for(tmp_path: Path) -> None:
    """The page cannot tell of it, so it is not made without it either."""
    made = late_credits(tmp_path / "d", SINCE_Q2 + 'late_sources = "refuse"\n')
    runs = Runs(made)
    add_to_partner(
        made, '\n[agreement]\nstart = 2025-01-01\nend = 2028-01-01\nfields = ["attendance", "participants"]\n'
    )
    found = runs.on("2027-02-03")
    assert told(found) == {"2026-27 Q2 hospital": "made: boards/2026-27-Q2/hospital.pdf"}
    assert "Made without" not in runs.text_of("2026-27-Q2/hospital.pdf")
