"""A board as of a day knows no name that came later, though exports used it all along."""

import datetime as dt
from pathlib import Path

import pytest
from given import begun, csv_text, export, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest import ingest
from partnerkpi.models.board import Board
from partnerkpi.report.workflow import make_board

HOSPITAL = """\
name = "County Hospital"

[[programs]]
id = "internships"
name = "Internships"

[[programs]]
id = "labs"
name = "Lab Days"

[board]
panels = ["outcomes", "work", "programs"]
"""
CLINIC = 'name = "Mill Creek Clinic"\n\n[[programs]]\nid = "care"\nname = "Care Careers"\n'
THEN, CHANGED, NOW = dt.date(2026, 11, 26), "2027-01-10", dt.date(2027, 2, 1)
# What the exports wrote in the autumn: some under names that nobody had said anything about by then.
NAMES = (
    (range(30), "County Hospital", "Internships"),
    (range(20, 60), "County Hospital", "Clinical Internships"),
    (range(60, 100), "Riverbend Health", "Internships"),
    (range(100, 140), "County Hospital", "Care Careers"),
)


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """A quarter of activities."""
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL, "clinic": CLINIC})
    rows = [
        f"{number},{partner},{program},visit,2026-09-10,2,completed"
        for numbers, partner, program in NAMES
        for number in numbers
    ]
    header = "student_number,partner,program,activity,date,hours,status"
    ingest(begun(made), [export(made, "e.csv", csv_text(header, rows))], now=dt.datetime(2026, 11, 2, 9))
    return made


def change(made: Workspace, *words: str, on: str = CHANGED) -> None:
    command = ["partner", *words, "--on", on, "--reason", "as agreed", "--workspace", str(made.root)]
    assert run(command) == 0


def board(made: Workspace, *, as_of: dt.date | None = None, today: dt.date = NOW) -> Board:
    return make_board(made, "hospital", today=today, period="2026-27-Q1", as_of=as_of)[0]


@pytest.mark.parametrize(
    "words",
    [
        ("program", "change", "hospital", "internships", "--alias", "Clinical Internships"),
        ("program", "change", "hospital", "internships", "--name", "Clinical Internships"),
        ("rename", "hospital", "Riverbend Health"),
        ("acquire", "hospital", "--by", "Great Lakes Care", "--name", "Riverbend Health"),
        ("merge", "clinic", "--into", "hospital", "--as", "care=labs"),
    ],
    ids=["alias", "program", "rename", "acquire", "merge"],
)
def test_a_name_that_came_later_changes_no_board_of_before(made: Workspace, words: tuple[str, ...]) -> None:
    before = board(made, today=THEN)
    change(made, *words)
    assert board(made) != before
    assert board(made, as_of=THEN) == before
    assert board(made, as_of=dt.date.fromisoformat(CHANGED)) == board(made)


def test_of_several_names_each_is_known_from_its_day_on(made: Workspace) -> None:
    before = board(made, today=THEN)
    change(made, "rename", "hospital", "Riverbend Health", on="2026-12-01")
    renamed = board(made, today=dt.date(2026, 12, 2))
    change(made, "rename", "hospital", "Riverbend Great Lakes")
    change(made, "rename", "hospital", "County Hospital", on="2027-01-20")
    assert board(made, as_of=THEN) == before
    assert board(made, as_of=dt.date(2026, 12, 2)) == renamed != before
