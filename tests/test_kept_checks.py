"""What a database keeps as checked: it saves work, and never lets through what a new look would stop."""

import datetime as dt
from pathlib import Path

import pytest
from given import NOW, TODAY, csv_text, export, take_in, workspace
from told import district

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.ingest import ingest
from partnerkpi.measure import catalogue
from partnerkpi.measure.catalogue import check_catalogue, load_catalogue
from partnerkpi.measure.portable import violations
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.load import LoadStatus
from partnerkpi.report.workflow import make_board
from partnerkpi.undo import undo
from partnerkpi.warehouse import Warehouse, open_for_reading

_SHIPPED = Path(catalogue.__file__).parents[3] / "queries" / "kpis" / "students_served.sql"
_PEOPLE = "student_number,partner,program,start"


def _own_kpi(made: Workspace, old: str, new: str) -> Path:
    """A KPI file of the workspace: a shipped one with a mistake."""
    path = made.root / "queries" / "kpis" / "mine.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _SHIPPED.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [("1 as numerator", "nothere as numerator"), ("from engagement_by_period", "from engagement_by_periods")],
    ids=["unknown column", "unknown table"],
)
def test_a_broken_kpi_file_stops_no_ingest_and_no_undo(tmp_path: Path, old: str, new: str) -> None:
    made = workspace(tmp_path / "d")
    _own_kpi(made, old, new)
    path = export(made, "p.csv", csv_text(_PEOPLE, ["1,RIVERBEND,Health Academy,2026-08-24"]))
    (load,) = take_in(made, path)
    assert load.status is LoadStatus.LOADED and load.load is not None
    assert undo(made, load.load, now=NOW).gone == 1
    assert run(["ingest", str(path), "--plan", "--workspace", str(made.root)]) == 0


def test_a_kept_file_is_not_checked_again_and_has_the_same_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = district(tmp_path / "d", 12)
    checked: list[str] = []

    def looked_at(warehouse: Warehouse, kpi: Kpi) -> Kpi:
        checked.append(kpi.id)
        raise KpiFileError("looked at", where="here", now="nothing")

    expected = load_catalogue(made.root)
    monkeypatch.setattr(catalogue, "check_kpi", looked_at)
    with open_for_reading(made.database) as warehouse:
        found = check_catalogue(warehouse, made.root)
    assert (found.kpis, found.broken, checked) == (expected.kpis, (), [])


def test_a_kept_file_that_changes_is_checked_again(tmp_path: Path) -> None:
    made = district(tmp_path / "d", 12)
    path = _own_kpi(made, "1 as numerator", "1 as numerator")
    take_in(made, export(made, "p2.csv", csv_text(_PEOPLE, ["S1,RIVERBEND,Health Academy,2026-08-24"])))
    make_board(made, "hospital", today=TODAY)
    _own_kpi(made, "1 as numerator", "nothere as numerator")
    with open_for_reading(made.database) as warehouse:
        assert [error.where.split(" ")[0] for error in check_catalogue(warehouse, made.root).broken] != []
    path.unlink()
    with open_for_reading(made.database) as warehouse:
        assert check_catalogue(warehouse, made.root).broken == ()


@pytest.mark.parametrize(
    "asks",
    [
        *("current_timestamp", "current_date", "current_time", "localtimestamp", "localtime"),
        *("get_current_timestamp()", "now()", "today()", "transaction_timestamp()", "age(first_day)"),
        *("random()", "uuid()", "gen_random_uuid()"),
    ],
)
def test_no_query_asks_the_clock_or_chance(asks: str) -> None:
    """What depends on them could be found clean today and be kept as clean for ever."""
    assert violations(f"select {asks} as what, 1 as row_count from periods")


def test_a_column_called_like_a_clock_is_none() -> None:
    assert not violations("select today_total, page(1), current_rate, $today as day from periods")


def test_what_depends_on_the_day_is_looked_at_every_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A source that is in time today is late in a month, without anything else having changed."""
    settings = '\n[checks]\nlate_source = "warning"\n\n[settings.late_source]\nattendance_days = 72\n'
    made = workspace(tmp_path / "d")
    file = made.root / "partnerkpi.toml"
    file.write_text(file.read_text("utf-8") + settings, "utf-8")
    made = Workspace(made.root)
    days = [f"1,North,2026-09-{day:02d},present" for day in range(1, 13)]
    found: list[str] = []
    path = export(made, "a.csv", csv_text("student_number,school,date,status", days))
    ingest(made, [path], now=NOW, found=lambda finding: found.append(finding.check))
    assert "late_source" not in found
    ingest(made, [path], now=NOW + dt.timedelta(days=1), found=lambda finding: found.append(finding.check))
    assert "late_source" in found
