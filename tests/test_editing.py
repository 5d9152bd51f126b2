"""Files that people write are edited by one command at a time, and by none that cannot finish."""

import threading
from pathlib import Path

import pytest
from given import HOSPITAL, SETTINGS, TODAY, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.editing import editing
from partnerkpi.config.workspace import Workspace
from partnerkpi.partnership.goal_rules import Dated
from partnerkpi.partnership.goal_words import GoalWords
from partnerkpi.partnership.goals import set_goal
from partnerkpi.records.partners import read_partners

DAY = Dated(TODAY, TODAY)
KPIS = ("gpa_weighted", "gpa_unweighted", "students_served", "placements")


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d")


def test_goals_set_at_the_same_time_are_all_there(made: Workspace) -> None:
    def set_one(kpi: str) -> None:
        set_goal(made, "hospital", GoalWords(kpi, 3, "2026-27 Q4"), day=DAY, propose=False)

    threads = [threading.Thread(target=set_one, args=[kpi]) for kpi in KPIS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {goal.kpi for goal in read_partners(made.partners)[0].goals} == set(KPIS)


@pytest.mark.parametrize(
    "words",
    [
        ["partner", "pause", "hospital", "--reason", "x"],
        ["partner", "new", "mill", "--name", "Mill"],
        ["goal", "set", "hospital", "gpa_weighted", "--target", "3", "--due", "2098-99-Q4", "--baseline", "none"],
        ["checkin", "record", "hospital", "--on", "2026-03-03"],
        ["invest", "add", "hospital", "--side", "partner", "--kind", "cash", "--on", "2026-11-02", "--amount", "1"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_command_waits_for_another_and_says_for_which(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d", settings=f"lock_wait_seconds = 0\n{SETTINGS}")
    codes: list[int] = []
    with editing(made):
        thread = threading.Thread(target=lambda: codes.append(run([*words, "--workspace", str(made.root)])))
        thread.start()
        thread.join()
    assert codes == [75]
    assert "Another command edits the files" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in made.partners.iterdir()} == {"hospital.toml": HOSPITAL}
    assert not list(made.inbox.iterdir())
    assert run([*words, "--workspace", str(made.root)]) == 0


def test_an_edit_within_an_edit_does_not_wait_and_a_failure_lets_go(made: Workspace) -> None:
    with pytest.raises(RuntimeError), editing(made), editing(made):
        raise RuntimeError
    other = Workspace(made.root)
    thread_done: list[bool] = []

    def edit() -> None:
        with editing(other):
            thread_done.append(True)

    thread = threading.Thread(target=edit)
    thread.start()
    thread.join()
    assert thread_done == [True]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_file_keeps_its_line_ends_and_its_mark(made: Workspace, mark: bytes, end: bytes) -> None:
    path, where = made.partners / "hospital.toml", ["--workspace", str(made.root)]
    before = mark + HOSPITAL.encode().replace(b"\n", end)
    path.write_bytes(before)
    goal = ["goal", "set", "hospital", "gpa_weighted", "--target", "3", "--due", "2098-99-Q4", "--baseline", "none"]
    assert run([*goal, "--on", "2026-11-02", *where]) == 0
    assert run(["partner", "site", "add", "hospital", "North", "--reason", "x", *where]) == 0
    after = path.read_bytes()
    assert after.startswith(mark + b'name = "Riverbend Health"' + end)
    assert after.replace(end, b"").count(b"\n") == after.replace(end, b"").count(b"\r") == 0
    assert after.count(b"\xef\xbb\xbf") == (1 if mark else 0)
    assert [goal.kpi for goal in read_partners(made.partners)[0].goals] == ["gpa_weighted"]
