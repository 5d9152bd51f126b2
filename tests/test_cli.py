"""The commands as a person types them: output, exit codes, and three plain lines when something is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from given import csv_text, export, workspace

from partnerkpi import assets
from partnerkpi.cli.app import app, run
from partnerkpi.cli.checkin import checkin_app
from partnerkpi.cli.dialect import dialect_app
from partnerkpi.cli.goal import goal_app
from partnerkpi.cli.invest import invest_app
from partnerkpi.cli.kpi import kpi_app
from partnerkpi.cli.partner import partner_app
from partnerkpi.config.workspace import Workspace
from partnerkpi.models.kpi import Domain

ATTENDANCE = csv_text("student_number,school,date,status", [f"{n},North,2026-09-01,present" for n in range(12)])


def _command(*arguments: str, folder: Path | None = None, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The real process, without a terminal."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    return subprocess.run(
        [sys.executable, "-m", "partnerkpi", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _three_lines(stderr: str) -> bool:
    lines = stderr.strip().splitlines()
    return [line.split(":")[0] for line in lines] == ["Error", "Where", "Now"]


def test_help_loads_neither_polars_nor_duckdb_nor_weasyprint() -> None:
    script = (
        "import sys\n"
        "from partnerkpi.cli.app import run\n"
        "assert run(['--help']) == 0\n"
        "heavy = {'polars', 'duckdb', 'weasyprint', 'jinja2', 'pydantic', 'fastexcel'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ingest" in done.stdout and "report" in done.stdout


def _commands(group: typer.Typer) -> list[str]:
    return [c.name or c.callback.__name__ for c in group.registered_commands if c.callback]


def test_every_command_shows_an_example_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    groups = {"kpi": kpi_app, "dialect": dialect_app, "partner": partner_app, "goal": goal_app}
    groups |= {"invest": invest_app, "checkin": checkin_app}
    grouped = [[name, command] for name, group in groups.items() for command in _commands(group)]
    assert ["kpi", "list"] in grouped and ["dialect", "check"] in grouped
    for arguments in [*([name] for name in _commands(app)), *grouped]:
        assert run([*arguments, "--help"]) == 0
        assert "Example: partnerkpi" in " ".join(capsys.readouterr().out.split()), arguments


def test_init_makes_a_workspace_that_works_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    made = _command("init", str(folder), "--district", "Ñandú “Public” Schools")
    assert (made.returncode, made.stdout.strip()) == (0, str(folder))
    found = Workspace(folder)
    assert found.settings.district.name == "Ñandú “Public” Schools"
    assert len(found.settings.calendar().quarters) == 12
    (folder / "exports" / "a.csv").write_text(ATTENDANCE)
    taken = _command("ingest", "--json", folder=folder / "exports")
    assert taken.returncode == 0, taken.stderr
    assert json.loads(taken.stdout) == {
        "schema": "partnerkpi.ingest/1",
        "loads": [
            {
                "load": 1,
                "file": "exports/a.csv",
                "status": "loaded",
                "dialect": "plain",
                "table": "attendance",
                "rows_in_file": 12,
                "loaded": 12,
                "unchanged": 0,
                "superseded": 0,
                "duplicate": 0,
                "quarantined": 0,
                "non_data": 0,
                "reason": "",
                "replaced": 0,
                "notices": [],
            }
        ],
    }
    again = _command("init", str(folder), "--district", "X")
    assert again.returncode == 7 and _three_lines(again.stderr)


def test_a_plan_of_init_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "d"), "--district", "X", "--plan"]) == 0
    assert "partnerkpi.toml" in capsys.readouterr().out
    assert not (tmp_path / "d").exists()


def test_loads_and_quarantine_list_what_was_taken_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = workspace(tmp_path / "d")
    export(made, "a.csv", ATTENDANCE + "x,North,2026-02-30,present\n")
    where = ["--workspace", str(made.root)]
    assert run(["ingest", *where]) == 0
    said = capsys.readouterr().err
    assert "exports/a.csv: plain attendance, 13 rows = 12 loaded, 1 quarantined" in said
    assert run(["loads", "--json", *where]) == 0
    loads = json.loads(capsys.readouterr().out)["loads"]
    assert [(load["load_id"], load["rows_in_file"], load["quarantined"]) for load in loads] == [(1, 13, 1)]
    assert run(["quarantine", "--json", *where]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["file"], row["line"], row["column"]) for row in rows] == [("exports/a.csv", 14, "date")]
    assert run(["loads", *where]) == 0 and run(["quarantine", *where]) == 0
    table = capsys.readouterr().out
    assert "rows in file" in table and "not a date in the declared format" in table


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["report", "--partner", "hospitl"], 2, "did you mean hospital?"),
        (["report", "--partner", "hospital", "--period", "2031-32-Q1"], 2, "no quarter called 2031-32-Q1"),
        (["report", "--partner", "hospital", "--period", "2026-27-Q4"], 4, "no data for 2026-27 Q4"),
        (["report", "--partner", "hospital", "--format", "pfd"], 2, "did you mean pdf?"),
        (["report", "--partner", "hospital", "--out", "/proc/nowhere/board.pdf"], 7, "cannot be written"),
        (["ingest", "absent.csv"], 4, "no such file"),
        (["kpi", "show", "chronic_absense"], 2, "did you mean chronic_absence?"),
        (["ingest", "--school-year", "2026", "absent.csv"], 2, "not a school year"),
    ],
)
def test_a_mistake_is_told_in_three_lines_with_its_exit_code(
    sample: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert run([*arguments, "--workspace", str(sample.root)]) == code
    told = capsys.readouterr()
    assert said in told.err and _three_lines(told.err) and told.out == ""


def test_without_a_workspace_the_way_to_one_is_said(tmp_path: Path) -> None:
    done = _command("loads", folder=tmp_path)
    assert done.returncode == 7 and _three_lines(done.stderr) and "partnerkpi init" in done.stderr


def test_before_any_ingest_there_is_nothing_to_report(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    done = _command("report", "--partner", "hospital", folder=made.root)
    assert done.returncode == 4 and _three_lines(done.stderr)
    assert list((made.root / "boards").iterdir()) == []


def test_a_missing_pango_is_told_with_the_line_to_type(sample: Workspace, tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    board = tmp_path / "board.pdf"
    done = _command("report", "--partner", "hospital", "--out", str(board), folder=sample.root, path=tmp_path)
    assert done.returncode == 7 and _three_lines(done.stderr)
    assert "apt-get install libpango-1.0-0" in done.stderr and not board.exists()


def test_a_bug_of_ours_is_no_traceback_for_a_person(
    sample: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PARTNERKPI_TRACEBACK", raising=False)
    monkeypatch.setattr("partnerkpi.warehouse.ledger.loads", lambda warehouse: 1 / 0)
    assert run(["loads", "--workspace", str(sample.root)]) == 1
    assert _three_lines(capsys.readouterr().err)


def test_the_catalogue_is_listed_shown_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kpi", "list", "--json"]) == 0
    kpis = json.loads(capsys.readouterr().out)["kpis"]
    assert {kpi["id"] for kpi in kpis} == set(assets.files("queries/kpis", ".sql"))
    assert {"id", "name", "domain", "unit", "better", "window", "grain", "definition", "source", "origin"} == set(
        kpis[0]
    )
    assert {kpi["domain"] for kpi in kpis} == {domain.value for domain in Domain}
    assert run(["kpi", "show", "chronic_absence"]) == 0
    assert "minimum_days = 10" in capsys.readouterr().out
    assert run(["kpi", "show", "investment_partner"]) == 0
    shown = capsys.readouterr().out
    assert "rate_volunteer_hour = 31.8 from 2022-01-01" in shown and "rate_college_tuition" not in shown
    assert run(["kpi", "sql", "chronic_absence"]) == 0
    assert "from attendance_by_period" in capsys.readouterr().out
    assert run(["kpi", "check"]) == 0


def test_a_broken_kpi_file_of_a_workspace_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "queries" / "kpis").mkdir(parents=True)
    (made.root / "queries" / "kpis" / "mine.sql").write_text("delete from attendance\n")
    assert run(["kpi", "check", "--workspace", str(made.root)]) == 8
    assert "mine.sql, line 1" in capsys.readouterr().err
