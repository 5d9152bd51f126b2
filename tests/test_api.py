"""The toolkit in Python: cheap to import, the same figures as the commands, and documentation that runs."""

import datetime as dt
import doctest
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from given import NOW, ROOT, csv_text, export, workspace

from partnerkpi import open_workspace
from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, InputMissing, UsageError

DAYS = csv_text(
    "student_number,school,date,status",
    [f"{n},North,2026-09-{d:02d},{'present' if d > n else 'absent_excused'}" for n in (0, 1) for d in range(1, 11)],
)
PEOPLE = csv_text(
    "student_number,partner,program,start",
    [f"{n},Riverbend Health,Health Academy,2026-08-24" for n in (0, 1)],
)


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from partnerkpi import open_workspace\n"
        "heavy = {'polars', 'duckdb', 'weasyprint', 'jinja2', 'pydantic', 'fastexcel', 'typer', 'rich'}\n"
        "sys.exit(f'loaded: {sorted(heavy & set(sys.modules))}' if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_documentation_runs_as_it_stands(own_sample: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example of docs/python-api.md, one after the other, with the output it shows."""
    own_sample.root.rename(own_sample.root.with_name("my-district"))
    monkeypatch.chdir(own_sample.root.parent)
    page = ROOT / "docs" / "python-api.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    told: list[str] = []
    # A blank line ends what a statement is expected to print.
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, str(page), 0)
    assert len(examples.examples) > 15
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=told.append)
    assert outcome.failed == 0, "".join(told)
    assert (own_sample.root.parent / "my-district" / "boards" / "2026-27-Q1" / "hospital.html").is_file()


def test_exports_go_in_and_figures_come_out(tmp_path: Path) -> None:
    """Student 0 is there for ten days, student 1 for nine: 95 percent of 20 days."""
    made = workspace(tmp_path / "d")
    ws = open_workspace(str(made.root), clock=lambda: NOW)
    (planned,) = ws.ingest(export(made, "a.csv", DAYS), plan=True)
    assert (planned.status.value, made.database.exists()) == ("planned", False)
    loads = ws.ingest([str(export(made, "p.csv", PEOPLE)), made.inbox / "a.csv"])
    assert [(load.table, load.counts.loaded) for load in loads] == [("participants", 2), ("attendance", 20)]
    assert [load.status.value for load in ws.ingest()] == ["unchanged", "unchanged"]
    frame = ws.results("Riverbend Health", kpi="attendance_rate", program="academy")
    assert frame.to_dicts()[0] | {"low": 0, "high": 0} == {
        "kpi": "attendance_rate",
        "partner": "hospital",
        "program": "academy",
        "period": "2026-27 Q1",
        "window": "year to date",
        "by": "",
        "group": "",
        "students": 2,
        "numerator": 1900,
        "denominator": 2000,
        "value": 0.95,
        "low": 0,
        "high": 0,
    }


def test_the_frame_is_what_the_command_prints(sample: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    frame = open_workspace(sample.root).results("hospital", "2026-27-Q1", by="school")
    where = ["--workspace", str(sample.root), "--partner", "hospital", "--period", "2026-27-Q1", "--by", "school"]
    assert run(["kpi", "run", "all", *where, "--json"]) == 0
    assert frame.to_dicts() == json.loads(capsys.readouterr().out)["rows"]
    assert frame.schema["students"] == pl.Int64 and frame.schema["value"] == pl.Float64


def test_the_clock_says_which_quarter_is_the_latest(sample: Workspace) -> None:
    ws = open_workspace(sample.root, clock=lambda: dt.datetime(2026, 3, 1))
    assert set(ws.results("hospital", kpi="attendance_rate")["period"]) == {"2025-26 Q2"}


def test_a_board_goes_where_it_is_asked_for(sample: Workspace, tmp_path: Path) -> None:
    ws = open_workspace(sample.root, clock=lambda: NOW)
    board = ws.report("hospital", format="json", out=tmp_path / "board.json")
    assert json.loads(board.read_text("utf-8"))["period"] == "2026-27 Q1"


def test_a_broken_kpi_file_is_named_and_left_out(own_sample: Workspace) -> None:
    (own_sample.root / "queries" / "kpis").mkdir(parents=True)
    (own_sample.root / "queries" / "kpis" / "chronic_absence.sql").write_text("delete from attendance\n")
    ws = open_workspace(own_sample.root)
    assert "chronic_absence" not in {kpi.id for kpi in ws.kpis}
    assert [Path(error.where.split(",")[0]).name for error in ws.broken_kpis] == ["chronic_absence.sql"]
    assert "chronic_absence" not in set(ws.results("hospital", "2026-27-Q1")["kpi"])


def test_errors_are_those_of_the_commands(tmp_path: Path, sample: Workspace) -> None:
    with pytest.raises(ConfigurationError):
        open_workspace(tmp_path)
    with pytest.raises(InputMissing):
        open_workspace(workspace(tmp_path / "d").root).results()
    with pytest.raises(UsageError, match="did you mean hospital"):
        open_workspace(sample.root).report("hospitl")
