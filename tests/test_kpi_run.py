"""`kpi run` and `kpi diff`: exact figures in every form, marked as internal, and what a changed file does to them."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from given import HOSPITAL, csv_text, export, take_in, workspace

from partnerkpi import assets
from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace

COLUMNS = ["kpi", "partner", "program", "period", "window", "by", "group"]
COLUMNS += ["students", "numerator", "denominator", "value", "low", "high"]
INTERNAL = "internal, not for release"
MILL = 'name = "The Mill"\n\n[[programs]]\nid = "lathe"\nname = "Lathe"\n'


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """Two partners, ten school days in Q1 of 2026-27: student 1 misses one of them, 2 two, 3 (of the mill) none.

    The days lie long before any day a test may run on, and Q1 is the latest quarter with data.
    """
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL, "mill": MILL})
    missed = {1: 1, 2: 2, 3: 0}
    days = [
        f"{n},{'South' if n == 2 else 'North'},2025-09-{day:02d},{'absent_excused' if day <= gone else 'present'}"
        for n, gone in missed.items()
        for day in range(1, 11)
    ]
    export(made, "attendance.csv", csv_text("student_number,school,date,status", days))
    people = [f"{n},Riverbend Health,Health Academy,2025-08-25" for n in (1, 2)] + ["3,The Mill,Lathe,2025-08-25"]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    roster = ["1,2025-26,North,11,yes", "2,2025-26,South,12,no", "3,2025-26,North,11,no"]
    export(made, "students.csv", csv_text("student_number,school_year,school,grade_level,group_lunch", roster))
    assert [load.status.value for load in take_in(made)] == ["loaded"] * 3
    return made


def _run(made: Workspace, *arguments: str) -> int:
    return run(["kpi", *arguments, "--workspace", str(made.root)])


def _json(made: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert _run(made, *arguments, "--json") == 0
    shown = capsys.readouterr()
    assert INTERNAL in shown.err
    document: dict[str, object] = json.loads(shown.out)
    assert str(document["notice"]).startswith(INTERNAL)
    return document


def test_the_rows_are_those_worked_out_by_hand(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the hospital's 20 student-days 17 were attended: 1,700 of 2,000 hundredths of a day."""
    document = _json(made, capsys, "run", "attendance_rate", "--partner", "hospital", "--by", "group_lunch")
    assert document["schema"] == "partnerkpi.results/1"
    rows = document["rows"]
    assert isinstance(rows, list) and [list(row) for row in rows] == [COLUMNS] * 6
    told = [(row["program"], row["by"], row["group"], row["students"], row["numerator"]) for row in rows]
    assert told == [
        ("", "", "", 2, 1700),
        ("", "group_lunch", "no", 1, 800),
        ("", "group_lunch", "yes", 1, 900),
        ("academy", "", "", 2, 1700),
        ("academy", "group_lunch", "no", 1, 800),
        ("academy", "group_lunch", "yes", 1, 900),
    ]
    whole = rows[0]
    assert (whole["kpi"], whole["partner"], whole["period"]) == ("attendance_rate", "hospital", "2025-26 Q1")
    assert (whole["window"], whole["denominator"], whole["value"]) == ("year to date", 2000, 0.85)
    # r = +50 and -50, so se = sqrt(2 / 1 * 5000) / 2000 = 0.05.
    assert (whole["low"], whole["high"]) == pytest.approx((0.85 - 1.6448536 * 0.05, 0.85 + 1.6448536 * 0.05))
    assert rows[1]["low"] is None


def test_every_form_has_the_same_rows(made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["run", "all", "--partner", "all", "--period", "2025-26-Q1", "--by", "school", "--by", "grade_level"]
    rows = _json(made, capsys, *asked)["rows"]
    assert isinstance(rows, list) and {row["partner"] for row in rows} == {"", "hospital", "mill"}
    assert {row["by"] for row in rows} == {"", "school", "grade_level"}
    assert _run(made, *asked, "--csv") == 0
    shown = capsys.readouterr()
    assert INTERNAL in shown.err
    read = list(csv.DictReader(io.StringIO(shown.out)))
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows] == read
    file = tmp_path / "new" / "figures.parquet"
    assert _run(made, *asked, "--parquet", str(file)) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{file}\n" and INTERNAL in shown.err
    assert file.stat().st_mode & 0o777 == 0o600
    assert pl.read_parquet(file).to_dicts() == rows


def test_one_program_only_by_its_id_or_its_name(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("lathe", "LATHE"):
        rows = _json(made, capsys, "run", "attendance_rate", "--program", name)["rows"]
        assert isinstance(rows, list)
        assert [(row["partner"], row["program"], row["students"]) for row in rows] == [("mill", "lathe", 1)]


def test_a_table_says_first_that_it_is_internal_and_shows_a_share_as_a_percentage(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(made, "run", "attendance_rate", "--partner", "hospital") == 0
    shown = capsys.readouterr().out
    assert shown.startswith(INTERNAL) and "85%" in shown and "2025-26 Q1" in shown


def test_a_kpi_without_data_in_the_quarter_is_named_and_gives_no_row(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(made, "run", "gpa_unweighted", "--json") == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["rows"] == []
    assert "gpa_unweighted: there is no grades data for 2025-26 Q1" in shown.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["attendance_rat"], 2, "did you mean attendance_rate?"),
        (["all", "--partner", "hospitl"], 2, "did you mean hospital?"),
        (["all", "--program", "academi"], 2, "did you mean academy?"),
        (["all", "--partner", "mill", "--program", "academy"], 2, "known programs: lathe"),
        (["all", "--by", "scool"], 2, "did you mean school?"),
        (["all", "--period", "2031-32-Q1"], 2, "no quarter called 2031-32-Q1"),
        (["all", "--period", "2026-27-Q4"], 4, "no data for 2026-27 Q4"),
        (["all", "--json", "--csv"], 2, "One form at a time"),
        (["all", "--parquet", "/proc/nowhere/x.parquet"], 7, "cannot be written"),
        (["mine"], 8, "mine.sql, line 1"),
    ],
)
def test_a_mistake_is_told_with_its_exit_code(
    made: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    (made.root / "queries" / "kpis").mkdir(parents=True)
    (made.root / "queries" / "kpis" / "mine.sql").write_text("delete from attendance\n")
    assert _run(made, "run", *arguments) == code
    shown = capsys.readouterr()
    assert said in shown.err and shown.out == ""


def test_a_broken_file_is_left_out_of_all_and_named(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    (made.root / "queries" / "kpis").mkdir(parents=True)
    (made.root / "queries" / "kpis" / "attendance_rate.sql").write_text("delete from attendance\n")
    assert _run(made, "run", "all", "--json") == 8
    shown = capsys.readouterr()
    assert "attendance_rate" not in {row["kpi"] for row in json.loads(shown.out)["rows"]}
    assert "left out" in shown.err and "attendance_rate.sql, line 1: " in shown.err


def test_a_breakdown_that_a_kpi_has_not_is_told(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(made, "run", "attendance_rate", "--by", "kind", "--by", "school") == 0
    said = capsys.readouterr().err
    assert "not known by kind" in said and "not known by school" not in said


def test_a_kpi_that_divides_by_nothing_is_refused(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = assets.files("queries/kpis", ".sql")["attendance_rate"].read_text("utf-8")
    (made.root / "queries" / "kpis").mkdir(parents=True)
    nothing = shipped.replace("sum(enrolled_hundredths) as denominator", "0 as denominator")
    (made.root / "queries" / "kpis" / "attendance_rate.sql").write_text(nothing)
    assert _run(made, "run", "attendance_rate") == 8
    assert "its denominator is 0" in capsys.readouterr().err


def _stricter(made: Workspace, path: Path) -> Path:
    """Chronic absence from 20 percent on."""
    shipped = assets.files("queries/kpis", ".sql")["chronic_absence"].read_text("utf-8")
    changed = shipped.replace("10 * sum(absent_hundredths)", "5 * sum(absent_hundredths)")
    assert changed != shipped
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(changed)
    return path


def test_a_changed_file_is_compared_with_the_one_in_force(
    made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Students 1 and 2 miss 10 and 20 percent of their days; from 20 percent on, student 2 alone counts."""
    draft = _stricter(made, tmp_path / "draft.sql")
    document = _json(made, capsys, "diff", "chronic_absence", "--against", str(draft))
    assert (document["schema"], document["kpi"]) == ("partnerkpi.kpi-diff/1", "chronic_absence")
    row = {"period": "2025-26 Q1", "students_before": 2, "students_after": 2}
    none = {"before": 0.0, "after": 0.0, "difference": 0.0, "students_before": 1, "students_after": 1}
    assert document["rows"] == [
        {**row, "partner": "hospital", "before": 1.0, "after": 0.5, "difference": -0.5},
        {**row, **none, "partner": "mill"},
    ]
    assert document["after"] == {
        "file": str(draft),
        "origin": "file",
        "unit": "percent of students",
        "window": "year to date",
    }
    assert _run(made, "diff", "chronic_absence", "--against", str(draft)) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(INTERNAL) and "-50 points" in shown.out and "1 of 2 figures change" in shown.err


def test_the_workspaces_own_file_is_compared_with_the_shipped_one(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    _stricter(made, made.root / "queries" / "kpis" / "chronic_absence.sql")
    rows = _json(made, capsys, "diff", "chronic_absence")["rows"]
    assert isinstance(rows, list) and (rows[0]["before"], rows[0]["after"]) == (1.0, 0.5)


def test_a_student_who_no_longer_counts_and_a_figure_that_is_gone_show(
    made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With eleven days asked for nobody counts any more."""
    shipped = assets.files("queries/kpis", ".sql")["chronic_absence"].read_text("utf-8")
    draft = tmp_path / "draft.sql"
    draft.write_text(shipped.replace("minimum_days = 10", "minimum_days = 11"))
    rows = _json(made, capsys, "diff", "chronic_absence", "--against", str(draft))["rows"]
    assert isinstance(rows, list)
    assert [(row["after"], row["difference"], row["students_after"]) for row in rows] == [(None, None, 0)] * 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["chronic_absence"], 2, "it is the shipped one"),
        (["mine"], 2, "none is shipped"),
        (["chronic_absence", "--against", "nowhere.sql"], 4, "no such file"),
        (["chronic_absence", "--against", "partnerkpi.toml"], 8, "partnerkpi.toml, line 1"),
    ],
)
def test_a_comparison_needs_two_files(
    made: Workspace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(made.root)
    _stricter(made, made.root / "queries" / "kpis" / "mine.sql")
    assert _run(made, "diff", *arguments) == code
    shown = capsys.readouterr()
    assert said in shown.err and shown.out == ""
