"""A plan says exactly what taking in would do, to rows and to KPIs, and writes nothing; results go into a file."""

import hashlib
import json
import signal
from pathlib import Path

import pytest
from faults import Fault, beside_the_database, contents, run_with, said, statements
from given import NOW, UNCHECKED, csv_text, export, take_in, workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import InputMissing
from partnerkpi.ingest import IngestOptions, ingest
from partnerkpi.models.load import Changes, Load
from partnerkpi.models.move import Move
from partnerkpi.warehouse import open_for_reading

_ATTENDANCE = "student_number,school,date,status"
_PEOPLE = csv_text(
    "student_number,partner,program,start",
    [f"{n},Riverbend Health,Health Academy,2026-08-24" for n in range(10)],
)


def _planned(made: Workspace, *paths: Path) -> tuple[list[Load], dict[str, Move]]:
    """The loads and, by KPI, the moves of a plan."""
    moved: list[Move] = []
    loads = ingest(made, paths, now=NOW, options=IngestOptions(plan=True), moved=moved.append)
    return loads, {move.kpi.id: move for move in moved}


def _digest(made: Workspace) -> str:
    return hashlib.sha256(made.database.read_bytes()).hexdigest()


def _days(present: int, absent: int) -> list[str]:
    """Rows of ten students: so many days present and so many absent."""
    statuses = ["present"] * present + ["absent_unexcused"] * absent
    return [f"{n},North,2026-09-{day:02d},{status}" for n in range(10) for day, status in enumerate(statuses, 1)]


def test_a_plan_of_a_new_workspace_leaves_no_database(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    export(made, "a.csv", csv_text(_ATTENDANCE, _days(3, 0)))
    loads, _ = _planned(made)
    assert [(load.status.value, load.load, load.changes) for load in loads] == [("planned", None, Changes(30, 0, 0))]
    assert {path.name for path in made.database.parent.iterdir()} == {"key"}


def test_a_plan_leaves_the_database_as_it_is_to_the_last_byte(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(_ATTENDANCE, _days(3, 0))))
    before = _digest(made)
    _planned(made, export(made, "b.csv", csv_text(_ATTENDANCE, _days(1, 5))))
    assert _digest(made) == before
    assert beside_the_database(made) == set()


def test_the_kpis_of_a_plan_are_those_of_the_day_after(tmp_path: Path) -> None:
    """Ten students, ten days: 90 percent becomes 80, and nobody or everybody is absent on a tenth of the days."""
    made = workspace(tmp_path / "d")
    export(made, "p.csv", _PEOPLE)
    take_in(made, made.inbox, export(made, "a.csv", csv_text(_ATTENDANCE, _days(10, 0))))
    _, moved = _planned(made, export(made, "b.csv", csv_text(_ATTENDANCE, _days(8, 2))))
    rate = moved["attendance_rate"]
    assert (rate.partner, rate.period, rate.periods) == ("hospital", "2026-27 Q1", 1)
    assert rate.before is not None and rate.after is not None
    assert [rate.before.value, rate.after.value] == pytest.approx([100.0, 80.0])
    assert (rate.before.students, rate.after.students) == (10, 10)
    chronic = moved["chronic_absence"]
    assert chronic.before is not None and chronic.after is not None
    assert (chronic.before.value, chronic.after.value) == (0, 100)
    assert set(moved) == {
        "attendance_rate",
        "chronic_absence",
        "severe_chronic_absence",
        "unexcused_absence_rate",
    }


def test_a_figure_that_was_not_there_comes_from_none(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "p.csv", _PEOPLE))
    _, moved = _planned(made, export(made, "a.csv", csv_text(_ATTENDANCE, _days(10, 0))))
    assert moved["attendance_rate"].before is None
    assert moved["attendance_rate"].after is not None and moved["attendance_rate"].after.students == 10


def test_what_a_file_of_a_plan_would_do_counts_for_the_next_one(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "p.csv", _PEOPLE))
    first = export(made, "1.csv", csv_text(_ATTENDANCE, _days(2, 0)))
    second = export(made, "2.csv", csv_text(_ATTENDANCE, _days(1, 1)))
    loads, _ = _planned(made, first, second)
    assert [load.changes for load in loads] == [Changes(20, 0, 0), Changes(0, 10, 0)]


_ROW = st.builds(
    "{},{},2026-09-0{},{}".format,
    st.sampled_from("123"),
    st.sampled_from(["North", "South"]),
    st.sampled_from("123"),
    st.sampled_from(["present", "absent_excused", "gone"]),
)
_FILE = st.lists(_ROW, min_size=1, max_size=12)


def _facts(made: Workspace) -> dict[tuple[object, ...], tuple[object, ...]]:
    """The attendance by its natural key."""
    with open_for_reading(made.database) as warehouse:
        rows = warehouse.rows("select student_id, school, date, section, status, fraction_hundredths from attendance")
    return {row[:4]: row[4:] for row in rows}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_FILE, second=_FILE)
def test_the_rows_of_a_plan_are_the_difference_that_taking_in_makes(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]
) -> None:
    made = workspace(tmp_path_factory.mktemp("plan") / "d", settings=UNCHECKED)
    take_in(made, export(made, "a.csv", csv_text(_ATTENDANCE, first)))
    before = _facts(made)
    path = export(made, "b.csv", csv_text(_ATTENDANCE, second))
    planned = _planned(made, path)[0][0]
    taken = take_in(made, path)[0]
    after = _facts(made)
    assert planned.counts == taken.counts
    if planned.status.value == "planned":
        changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
        inserted, removed = after.keys() - before.keys(), before.keys() - after.keys()
        assert planned.changes == Changes(len(inserted), len(changed), len(removed))


def test_a_killed_plan_changes_nothing_and_its_copy_is_removed(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(_ATTENDANCE, _days(3, 0))))
    export(made, "b.csv", csv_text(_ATTENDANCE, _days(1, 5)))
    before, state = _digest(made), contents(made)
    number = len(statements(made, "ingest", "--plan")) * 2 // 3
    assert run_with(made, "ingest", "--plan", fault=Fault(statement=number)) == -signal.SIGKILL
    assert (_digest(made), contents(made)) == (before, state)
    assert beside_the_database(made)
    take_in(made)
    assert beside_the_database(made) == set()


def test_a_plan_without_room_for_the_copy_is_told(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(_ATTENDANCE, _days(3, 0))))
    export(made, "b.csv", csv_text(_ATTENDANCE, _days(1, 5)))
    before = _digest(made)
    assert run_with(made, "ingest", "--plan", fault=Fault(bytes_per_file=100_000)) == 7
    assert "The database cannot be copied: File too large." in said(made)
    assert _digest(made) == before and beside_the_database(made) == set()


def test_the_listing_is_data_and_says_that_it_is_internal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "p.csv", _PEOPLE))
    export(made, "a.csv", csv_text(_ATTENDANCE, [*_days(3, 0), "7,North,2026-09-31,present"]))
    export(made, "b.csv", "foo\n1\n")
    where = ["--workspace", str(made.root), "--plan"]
    assert run(["ingest", *where]) == 3
    shown = capsys.readouterr()
    assert shown.out.startswith("internal, not for release")
    assert "attendance_rate" in shown.out and "2026-27 Q1, year to date" in shown.out
    assert "The file was not taken in" in shown.err and "would be" not in shown.out
    assert run(["ingest", *where, "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    planned = {load["file"]: load for load in document["loads"]}
    assert (document["schema"], document["release"][:25]) == ("partnerkpi.ingest/1", "internal, not for release")
    row = planned["exports/a.csv"]
    assert (row["inserted"], row["changed"], row["removed"], row["quarantined"]) == (30, 0, 0, 1)
    assert planned["exports/b.csv"]["status"] == "refused"
    (rate,) = [move for move in document["kpis"] if move["kpi"] == "attendance_rate"]
    assert rate["before"] is None and rate["after"] == {"value": 100.0, "students": 10}
    assert (rate["partner"], rate["period"], rate["unit"]) == ("hospital", "2026-27 Q1", "percent of days")


def test_results_go_into_a_file_for_the_owner_whatever_stdout_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d")
    export(made, "a.csv", csv_text(_ATTENDANCE, _days(3, 0)))
    results = tmp_path / "new" / "results.json"
    where = ["--workspace", str(made.root), "--results", str(results)]
    assert run(["ingest", *where]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(results.read_text())["loads"][0]["loaded"] == 30
    assert results.stat().st_mode & 0o777 == 0o600
    assert run(["ingest", *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(results.read_text())
    assert list(results.parent.iterdir()) == [results]


def test_results_that_cannot_be_written_stop_the_run_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d")
    export(made, "a.csv", csv_text(_ATTENDANCE, _days(3, 0)))
    assert run(["ingest", "--workspace", str(made.root), "--results", str(tmp_path)]) == 7
    assert "Is a directory" in capsys.readouterr().err
    with pytest.raises(InputMissing), open_for_reading(made.database):
        pass
