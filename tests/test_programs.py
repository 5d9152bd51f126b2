"""The programs of a partner on its page: how many students each has, beside how many there are in all."""

import shutil
from pathlib import Path

import pytest
from given import HOSPITAL, TODAY, csv_text, export, take_in, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.disclosure import Policy, decision, told_in_steps, whole_gives_away
from partnerkpi.language import Language
from partnerkpi.models.board import Board
from partnerkpi.models.kpi import Measure
from partnerkpi.models.release import Population, Release, State
from partnerkpi.report.workflow import make_board

_PARTNER = f"""{HOSPITAL}capacity = 40

[[programs]]
id = "labs"
name = "Labs"
capacity = 50

[board]
panels = ["work", "programs"]
"""
_WHOM = Population("hospital", "labs", "2026-27 Q1", "year to date")


def _board(folder: Path, academy: range, labs: range, nowhere: range = range(0)) -> Board:
    """The hospital's board with these students in each program, and some in none of them."""
    made = workspace(folder / "d", partners={"hospital": _PARTNER})
    groups = {"Health Academy": academy, "Labs": labs, "Something else": nowhere}
    rows = [(f"S{number},RIVERBEND,{name}") for name, numbers in groups.items() for number in numbers]
    header = "student_number,partner,program"
    export(made, "people.csv", csv_text(f"{header},start", [f"{row},2026-08-24" for row in rows]))
    export(made, "visits.csv", csv_text(f"{header},activity,date,hours", [f"{row},Lab,2026-09-15,2" for row in rows]))
    take_in(made)
    board = make_board(made, "hospital", today=TODAY)[0]
    shutil.rmtree(made.root)
    return board


def _told(board: Board) -> tuple[str, ...]:
    codes = [release.code for release in board.releases if release.kpi == "students_served" and "-" not in release.code]
    return tuple(board.release(code).text for code in codes)


@pytest.mark.parametrize(
    ("academy", "labs", "nowhere", "told"),
    [
        (range(30), range(20, 50), range(0), ("50", "30", "30")),
        (range(30), range(30, 50), range(0), ("50", "30", "20")),
        (range(30), range(25, 45), range(0), ("45", "30 to 39", "20 to 29")),
        (range(40), range(40, 46), range(0), ("46", "40 to 49", "fewer than 10 students")),
        (range(20), range(20, 40), range(40, 44), ("44", "20 to 29", "20 to 29")),
        (range(20), range(20, 40), range(40, 55), ("55", "20", "20")),
    ],
    ids=["ten in both", "none in both", "five in both", "a small program", "four in none", "fifteen in none"],
)
def test_the_programs_beside_the_whole_tell_of_no_small_group(
    tmp_path: Path, academy: range, labs: range, nowhere: range, told: tuple[str, ...]
) -> None:
    board = _board(tmp_path, academy, labs, nowhere)
    assert _told(board) == told
    # The share of the places that are filled would count them again.
    filled = [release.state for release in board.releases if release.kpi == "places_filled"]
    assert len(filled) == 2 and (set(filled) == {State.HIDDEN}) is ("to" in told[1])


@given(
    total=st.integers(10, 500),
    parts=st.lists(st.integers(10, 300), min_size=1, max_size=4),
    smallest=st.integers(5, 30),
)
def test_steps_leave_more_than_one_possibility_and_hold_the_truth(total: int, parts: list[int], smallest: int) -> None:
    policy = Policy(smallest)
    told = [told_in_steps(_count(part), policy) for part in parts]
    for part, release in zip(parts, told, strict=True):
        assert release.low is not None and release.high is not None
        assert release.low <= part <= release.high and release.high - release.low == smallest - 1
    if whole_gives_away(total, parts, policy):
        # However the total is taken from them, no number below a smallest group is the only one left.
        lows, highs = (sum(ends) for ends in zip(*[(r.low or 0, r.high or 0) for r in told], strict=True))
        assert highs - lows >= smallest - 1


def _count(number: int) -> Release:
    return Release("P1a", "students_served", _WHOM, State.SHOWN, str(number), number, number)


@pytest.mark.parametrize(("agreed", "told"), [("", False), ('money = "public"\n', True)])
def test_what_credits_would_have_cost_is_money_for_the_community(tmp_path: Path, agreed: str, told: bool) -> None:
    goal = '\n[[goals]]\nkpi = "college_tuition_value"\ntarget = 5000\ndue = "2026-27 Q4"\n'
    made = workspace(tmp_path / "d", partners={"hospital": f"{HOSPITAL}{goal}\n[board]\n{agreed}"})
    people = [f"S{number},RIVERBEND,Health Academy,2025-08-25" for number in range(20)]
    earned = [f"S{number},Ridgeline,2025FA,ENG 111,3,3" for number in range(20)]
    export(made, "p.csv", csv_text("student_number,partner,program,start", people))
    export(made, "c.csv", csv_text("student_number,institution,term,course,hours_attempted,hours_earned", earned))
    take_in(made)
    board = make_board(made, "hospital", today=TODAY, period="2025-26-Q2", audience="community")[0]
    assert any("tuition" in release.kpi for release in board.releases) is told


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_decision_is_the_same_in_every_language(language: str) -> None:
    policy = Policy(10, Language(language))
    few = Release("C2", "gpa", _WHOM, State.HIDDEN, policy.too_few, reason=policy.too_few)
    end = Release("G1", "pass", _WHOM, State.SHOWN, policy.language.say("{low} to {high}", low=98, high=100), 98, 100)
    band = Release("G1", "pass", _WHOM, State.SHOWN, "x", 60, 70)
    steps = told_in_steps(_count(27), policy)
    assert "fewer than 10 people (R1)" in decision(few, Measure.MEAN, policy)
    assert "end of the scale" in decision(end, Measure.SHARE, policy)
    assert "steps of 10 points" in decision(band, Measure.SHARE, policy)
    assert "(R5)" in decision(steps, Measure.TOTAL, policy)
