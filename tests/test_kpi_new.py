"""`kpi new` drafts KPIs that work as they stand; `kpi check` runs their examples and says which line is wrong."""

from pathlib import Path

import pytest
from given import HOSPITAL, SETTINGS, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.models.kpi import Domain

UNITS = {
    Domain.ATTENDANCE: ("percent of students", "percent of days", "students", "hours per student"),
    Domain.GRADES: ("percent of students", "percent of course marks", "students", "grade points"),
    Domain.COLLEGE_CREDITS: ("percent of students", "percent of credit hours", "credit hours"),
    Domain.ENGAGEMENT: ("percent of students", "percent of placements", "placements", "hours", "hours per student"),
}


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d")


def _run(made: Workspace, *arguments: str) -> int:
    return run(["kpi", *arguments, "--workspace", str(made.root)])


def _example(made: Workspace, kpi_id: str) -> Path:
    return made.root / "queries" / "kpis" / "examples" / kpi_id


@pytest.mark.parametrize("domain", list(UNITS))
def test_a_draft_of_every_domain_and_unit_comes_out_as_it_stands(
    made: Workspace, capsys: pytest.CaptureFixture[str], domain: Domain
) -> None:
    for number, unit in enumerate(UNITS[domain]):
        window = ("quarter", "year to date")[number % 2]
        asked = ["--domain", domain.value, "--unit", unit, "--window", window]
        assert _run(made, "new", f"mine_{number}", *asked) == 0
        written = capsys.readouterr().out.splitlines()
        assert [Path(line).is_file() for line in written] == [True] * 3
        assert {Path(line).stat().st_mode & 0o777 for line in written} == {0o600}
    assert _run(made, "check") == 0
    said = capsys.readouterr().err
    assert f"Worked examples: {len(UNITS[domain])} come out, 0 do not." in said
    assert _run(made, "show", "mine_1") == 0
    shown = capsys.readouterr().out
    assert f"unit:       {UNITS[domain][1]}" in shown and "window:     year to date" in shown


def test_a_draft_replaces_nothing_and_a_plan_writes_nothing(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(made, "new", "mine", "--name", "My own", "--plan") == 0
    shown = capsys.readouterr()
    assert "-- name:       My own" in shown.out and "expect.csv" in shown.err
    assert not (made.root / "queries").exists()
    assert _run(made, "new", "mine") == 0
    (made.root / "queries" / "kpis" / "mine.sql").unlink()
    before = (_example(made, "mine") / "expect.csv").read_bytes()
    capsys.readouterr()
    assert _run(made, "new", "mine", "--unit", "students") == 2
    assert "There is a mine already" in capsys.readouterr().err
    assert (_example(made, "mine") / "expect.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["Mine"], 2, "cannot be the id of a KPI"),
        (["../mine"], 2, "cannot be the id of a KPI"),
        (["chronic_absence"], 2, "is shipped"),
        (["mine", "--domain", "grade"], 2, "did you mean grades?"),
        (["mine", "--unit", "percent of day"], 2, "did you mean percent of days?"),
        (["mine", "--better", "more"], 2, "known: higher, lower"),
        (["mine", "--window", "year"], 2, "known: quarter, year to date"),
        (["mine", "--name", "x" * 61], 2, "at most 60 characters"),
    ],
)
def test_what_cannot_be_drafted_is_told(
    made: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert _run(made, "new", *arguments) == code
    assert said in capsys.readouterr().err
    assert not (made.root / "queries").exists()


def test_what_an_example_needs_of_the_workspace_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    no_terms = "\n".join(line for line in SETTINGS.splitlines() if '" = "Q' not in line and "1 = " not in line)
    no_terms = no_terms.replace('S2 = "Q4"', "")
    bare = workspace(tmp_path / "bare", partners={}, settings=no_terms)
    assert _run(bare, "new", "mine", "--domain", "engagement") == 7
    assert "needs a partner" in capsys.readouterr().err
    assert _run(bare, "new", "mine", "--domain", "grades") == 7
    assert "No term" in capsys.readouterr().err


def test_a_college_term_of_two_years_is_no_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Q1 is the first term there is, but stands in both school years: it would never be placed."""
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL})
    assert _run(made, "new", "mine", "--domain", "college credits") == 0
    given = (_example(made, "mine") / "given" / "college_credits.csv").read_text()
    assert ",Q1," not in given
    assert _run(made, "check") == 0, capsys.readouterr().err


def test_the_first_lines_that_differ_are_told(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """One amount changed, one row taken out, one added."""
    assert _run(made, "new", "mine") == 0
    expect = _example(made, "mine") / "expect.csv"
    header, first, _ = expect.read_text().splitlines()
    assert first == "1,2025-26 Q1,year to date,1,1"
    expect.write_text("\n".join([header, first.replace("1,1", "0,1"), first.replace("1,2025", "3,2025", 1)]) + "\n")
    capsys.readouterr()
    assert _run(made, "check") == 8
    said = capsys.readouterr().err
    assert "The worked example of mine does not come out." in said
    assert "expect.csv, line 2: 1,2025-26 Q1,year to date: expected 0 / 1, the KPI gives 1 / 1" in said
    assert "expect.csv, line 3: 3,2025-26 Q1,year to date: expected 1 / 1, the KPI gives no such row" in said
    assert "it lacks 2,2025-26 Q1,year to date: the KPI gives 0 / 1" in said


def test_a_changed_kpi_no_longer_agrees_with_its_example(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(made, "new", "mine") == 0
    file = made.root / "queries" / "kpis" / "mine.sql"
    file.write_text(file.read_text().replace("> 0 then 1 else 0", "> 100 then 1 else 0"))
    assert _run(made, "check") == 8
    assert "line 2: 1,2025-26 Q1,year to date: expected 1 / 1, the KPI gives 0 / 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("expect.csv", "student_number,period,numerator,denominator\n", "its header must be student_number,period"),
        ("expect.csv", "student_number,period,window,numerator,denominator\n", "it expects nothing"),
        ("expect.csv", "student_number,period,window,numerator,denominator\n1,2025-26 Q1\n", "a row has 5 cells"),
        (
            "given/attendance.csv",
            "student_number,school,date,status\n1,North,2025-09-31,present\n",
            "rows of it are refused: 1",
        ),
        ("given/attendance.csv", "something,else\n1,2\n", "attendance.csv"),
        ("given/grades.csv", "student_number,school,date,status\n1,North,2025-09-01,present\n", "attendance.csv"),
    ],
)
def test_an_example_that_cannot_be_used_is_told(
    made: Workspace, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str
) -> None:
    assert _run(made, "new", "mine") == 0
    (_example(made, "mine") / name).write_text(text)
    capsys.readouterr()
    assert _run(made, "check") == 8
    told = capsys.readouterr().err
    assert said in told and "Worked examples: 0 come out, 1 do not." in told


def test_a_row_named_twice_is_told_with_its_line(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(made, "new", "mine") == 0
    expect = _example(made, "mine") / "expect.csv"
    expect.write_text(expect.read_text() + "1,2025-26 Q1,year to date,1,1\n")
    assert _run(made, "check") == 8
    assert "expect.csv, line 4" in capsys.readouterr().err


def test_an_example_without_a_kpi_and_a_kpi_without_an_example_are_named(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(made, "new", "mine") == 0
    file = made.root / "queries" / "kpis" / "mine.sql"
    file.rename(file.with_name("other.sql"))
    capsys.readouterr()
    assert _run(made, "check") == 8
    said = capsys.readouterr().err
    assert "no KPI file mine.sql" in said and "other has no worked example" in said


def test_an_example_does_not_depend_on_what_the_district_has_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file's own default holds in an example; the district's number is for its data."""
    made = workspace(tmp_path / "d", settings=SETTINGS + "\n[settings.mine]\ndays = 9\n")
    assert _run(made, "new", "mine") == 0
    file = made.root / "queries" / "kpis" / "mine.sql"
    changed = file.read_text().replace("-- definition:", "-- setting:    days = 0 (days absent)\n-- definition:")
    file.write_text(changed.replace("sum(absent_hundredths) > 0", "sum(absent_hundredths) > 100 * $days"))
    assert _run(made, "check") == 0, capsys.readouterr().err
