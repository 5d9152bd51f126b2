"""Going back: undo gives exactly what was there, and a board as of a day tells what was known then."""

import datetime as dt
from pathlib import Path

import pytest
from given import NOW, TODAY, UNCHECKED, csv_text, export, take_in, workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.ingest import ingest
from partnerkpi.report.workflow import make_board
from partnerkpi.undo import undo
from partnerkpi.warehouse import ledger, open_for_reading

ATTENDANCE = "student_number,school,date,status"


def _everything(made: Workspace) -> list[tuple[object, ...]]:
    """The facts with their history: all that an undo may change but the books."""
    with open_for_reading(made.database) as warehouse:
        now = warehouse.rows("select *, null from attendance order by all")
        return [*now, *warehouse.rows("select * from attendance_history order by all")]


_DAY = st.builds(
    "{},{},2025-09-0{},{}".format,
    st.sampled_from("123"),
    st.sampled_from(["North", "South"]),
    st.sampled_from("123"),
    st.sampled_from(["present", "absent_excused"]),
)
_FILES = st.lists(st.lists(_DAY, min_size=1, max_size=6), min_size=1, max_size=4)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=_FILES)
def test_undoing_loads_from_the_last_one_gives_back_every_state_there_was(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]]
) -> None:
    made = workspace(tmp_path_factory.mktemp("undo") / "d", settings=UNCHECKED)
    states: list[tuple[int, list[tuple[object, ...]]]] = []
    for number, rows in enumerate(files):
        before = _everything(made) if made.database.exists() else []
        load = take_in(made, export(made, f"{number}.csv", csv_text(ATTENDANCE, rows)))[0]
        if load.status.value == "loaded" and load.load is not None:
            states.append((load.load, before))
    for load_id, before in reversed(states):
        undo(made, load_id, now=NOW)
        assert _everything(made) == before


def test_an_undone_file_can_be_taken_in_again(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    path = export(made, "a.csv", csv_text(ATTENDANCE, ["1,North,2025-09-01,present"]))
    take_in(made, path)
    assert undo(made, 1, now=NOW).gone == 1
    with open_for_reading(made.database) as warehouse:
        assert ledger.data_through(warehouse) == {}
    again = take_in(made, path)[0]
    assert (again.status.value, again.load, again.counts.loaded) == ("loaded", 2, 1)


def test_a_plan_of_an_undo_changes_nothing(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, ["1,North,2025-09-01,present"])))
    before = _everything(made)
    assert undo(made, 1, now=NOW, plan=True).gone == 1
    assert _everything(made) == before


def test_what_cannot_be_undone_is_told_with_what_to_do(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    with pytest.raises(InputMissing):
        undo(made, 1, now=NOW)
    for number in (1, 2):
        rows = [f"{number},North,2025-09-01,present"]
        take_in(made, export(made, f"{number}.csv", csv_text(ATTENDANCE, rows)))
    with pytest.raises(UsageError, match="partnerkpi undo 2"):
        undo(made, 1, now=NOW)
    with pytest.raises(UsageError, match="no load 9"):
        undo(made, 9, now=NOW)
    undo(made, 2, now=NOW)
    with pytest.raises(UsageError, match="undone already"):
        undo(made, 2, now=NOW)


def _days(status: str) -> list[str]:
    return [f"{n},North,2025-09-{day:02d},{status}" for n in range(40) for day in range(1, 13)]


def test_a_board_as_of_a_day_is_the_board_of_that_day_to_the_last_figure(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    people = [f"{n},Riverbend Health,Health Academy,2025-08-25" for n in range(40)]
    first_day, second_day = dt.datetime(2025, 11, 3, 9), dt.datetime(2025, 11, 10, 9)
    participants = export(made, "p.csv", csv_text("student_number,partner,program,start", people))
    attendance = export(made, "a.csv", csv_text(ATTENDANCE, _days("present")))
    ingest(made, [participants, attendance], now=first_day)
    before, _ = make_board(made, "hospital", today=first_day.date(), period=None)
    corrected = export(made, "b.csv", csv_text(ATTENDANCE, _days("absent_excused")))
    ingest(made, [corrected], now=second_day)
    after, _ = make_board(made, "hospital", today=TODAY, period=None)
    assert (before.release("A1").text, after.release("A1").text) == ("95% or more", "5% or less")
    for day in (first_day.date(), second_day.date() - dt.timedelta(days=1)):
        past, _ = make_board(made, "hospital", today=TODAY, period=None, as_of=day)
        assert past == before
    assert make_board(made, "hospital", today=TODAY, period=None, as_of=second_day.date())[0] == after
    with pytest.raises(InputMissing):
        make_board(made, "hospital", today=TODAY, period=None, as_of=dt.date(2025, 11, 2))
