"""Where a goal stands: judged on what is published, by the quarter it is due."""

import datetime as dt
import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from given import SETTINGS, TODAY

from partnerkpi.config.settings import Settings
from partnerkpi.config.workspace import Workspace, find_workspace
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.partner import Goal, GoalRevision
from partnerkpi.models.release import Population, Release, State
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.goals import standing
from partnerkpi.report.workflow import make_board

QUARTERS = ("2025-26-Q4", "2026-27-Q1")


@pytest.fixture(scope="module")
def kpis() -> dict[str, Kpi]:
    """The shipped KPIs by id."""
    return {kpi.id: kpi for kpi in load_catalogue().kpis}


def published(low: float, high: float | None = None, state: State = State.SHOWN) -> Release:
    """A figure, or a range from `low` to `high`."""
    population = Population("hospital", "", "2026-27 Q1", "year to date")
    if state is not State.SHOWN:
        return Release("A1", "kpi", population, state, state.value, reason=state.value)
    return Release("A1", "kpi", population, state, "as published", low, low if high is None else high)


# Needed at the end of 2026-27 Q1, 135 of 364 days on the way: 16.3 of 20 to 10, and 73.7 of 70 to 80.
AT_Q1 = [
    ("chronic_absence", published(9), "met"),
    ("chronic_absence", published(10), "met"),
    ("chronic_absence", published(0, 10), "met"),
    ("chronic_absence", published(11), "on pace"),
    ("chronic_absence", published(16), "on pace"),
    ("chronic_absence", published(10, 15), "on pace"),
    ("chronic_absence", published(17), "behind"),
    ("chronic_absence", published(20, 25), "behind"),
    ("chronic_absence", published(15, 20), "hidden"),
    ("course_pass_rate", published(80), "met"),
    ("course_pass_rate", published(80, 100), "met"),
    ("course_pass_rate", published(74), "on pace"),
    ("course_pass_rate", published(75, 80), "on pace"),
    ("course_pass_rate", published(73), "behind"),
    ("course_pass_rate", published(65, 70), "behind"),
    ("course_pass_rate", published(70, 75), "hidden"),
    ("course_pass_rate", published(0, state=State.HIDDEN), "hidden"),
    ("course_pass_rate", published(0, state=State.MISSING), "missing"),
    ("course_pass_rate", published(0, state=State.NOT_DUE), "not due"),
]
AT_Q4 = [
    ("chronic_absence", published(10), "met"),
    ("chronic_absence", published(11), "missed"),
    ("chronic_absence", published(5, 12), "hidden"),
    ("course_pass_rate", published(80), "met"),
    ("course_pass_rate", published(79), "missed"),
    ("course_pass_rate", published(75, 85), "hidden"),
    ("course_pass_rate", published(0, state=State.HIDDEN), "hidden"),
]
CALENDAR = Settings.model_validate(tomllib.loads(SETTINGS)).calendar()


def goal_of(kpi: str, baseline: float | None = None) -> Goal:
    """From the end of 2025-26 to the end of 2026-27: absence from 20 down to 10, passing from 70 up to 80."""
    start, target = (20.0, 10.0) if kpi == "chronic_absence" else (70.0, 80.0)
    return Goal(kpi, start if baseline is None else baseline, "2025-26 Q4", target, "2026-27 Q4")


@pytest.mark.parametrize(
    ("period", "kpi", "now", "status"),
    [("2026-27 Q1", *row) for row in AT_Q1] + [("2026-27 Q4", *row) for row in AT_Q4],
)
def test_a_goal_is_judged_on_what_is_published(
    kpis: dict[str, Kpi], period: str, kpi: str, now: Release, status: str
) -> None:
    quarter = CALENDAR.quarter(period)
    assert quarter is not None

    assert standing(goal_of(kpi), kpis[kpi], now, quarter=quarter, calendar=CALENDAR).status == status


@pytest.mark.parametrize("now", [published(80), published(1), published(0, state=State.HIDDEN)])
def test_a_goal_is_not_judged_on_an_earlier_quarter(kpis: dict[str, Kpi], now: Release) -> None:
    kpi, quarter = kpis["course_pass_rate"], CALENDAR.quarters[4]
    found = standing(goal_of(kpi.id), kpi, now, quarter=quarter, calendar=CALENDAR, not_due=True)

    assert found.status == "not due"
    assert not re.search(r"\d", found.reason)


def test_the_reason_of_a_hidden_goal_has_no_number(kpis: dict[str, Kpi]) -> None:
    kpi, quarter = kpis["course_pass_rate"], CALENDAR.quarters[4]
    found = standing(goal_of(kpi.id), kpi, published(70, 75), quarter=quarter, calendar=CALENDAR)

    assert not re.search(r"\d", found.reason)


def test_without_a_baseline_a_goal_is_behind_until_it_is_met(kpis: dict[str, Kpi]) -> None:
    kpi, quarter = kpis["course_pass_rate"], CALENDAR.quarters[4]
    goal = Goal(kpi.id, None, "", 80, "2026-27 Q4")
    now = [published(percent) for percent in (79, 80)]

    assert [standing(goal, kpi, n, quarter=quarter, calendar=CALENDAR).status for n in now] == ["behind", "met"]


def test_a_goal_is_the_one_that_was_in_force_that_day() -> None:
    revised = (
        GoalRevision(dt.date(2026, 11, 1), 12, "", "the ward moved"),
        GoalRevision(dt.date(2027, 2, 1), 11, "2027-28 Q4", "a year more"),
    )
    goal = Goal("chronic_absence", 20, "2025-26 Q4", 10, "2026-27 Q4", revised)
    assert goal.on(dt.date(2026, 10, 31)) == replace(goal, revisions=())
    assert goal.on(dt.date(2026, 11, 1)) == replace(goal, target=12, revisions=revised[:1])
    assert goal.on(dt.date(2027, 6, 1)) == replace(goal, target=11, due="2027-28 Q4")


def test_a_board_tells_the_goal_of_its_quarter_and_why_it_was_revised(sample: Workspace, tmp_path: Path) -> None:
    copy = shutil.copytree(sample.root, tmp_path / "district")
    path = copy / "partners" / "hospital.toml"
    goal = 'kpi = "chronic_absence"\nbaseline = 18\nbaseline_period = "2024-25 Q1"\ntarget = 12\ndue = "2026-27 Q4"\n'
    revision = '[[goals.revisions]]\non = 2026-09-15\ntarget = 8\nreason = "The first goal was reached early."\n'
    text = path.read_text()
    assert goal in text
    path.write_text(text.replace(goal, goal + revision))
    made = find_workspace(copy)
    boards = {period: make_board(made, "hospital", today=TODAY, period=period)[0] for period in QUARTERS}
    lines = {period: next(g for g in b.goals if g.name == "Chronic absence") for period, b in boards.items()}
    assert [lines[period].target_text for period in QUARTERS] == ["12%", "8%"]
    why = "The goal on Chronic absence was revised on Sep\u00a015, 2026: The first goal was reached early."
    assert [why in boards[period].notes for period in QUARTERS] == [False, True]


def test_a_goal_on_what_both_sides_put_in_stands_among_the_goals_and_on_one_page(
    sample: Workspace, tmp_path: Path
) -> None:
    copy = shutil.copytree(sample.root, tmp_path / "district")
    path = copy / "partners" / "hospital.toml"
    head, *goals = path.read_text().split("[[goals]]")
    money = '\nkpi = "cost_per_participant"\nbaseline = 3000\nbaseline_period = "2024-25 Q4"\ntarget = 2200\n'
    sides = '\nkpi = "investment_partner"\ntarget = 200000\ndue = "2026-27 Q4"\n'
    path.write_text("[[goals]]".join([head, *goals[:2], sides, f'{money}due = "2026-27 Q4"\n']))
    made = find_workspace(copy)
    board, _ = make_board(made, "hospital", today=TODAY, period="2025-26-Q4")
    line = board.goals[-1]
    # 342,651 dollars of both sides for 137 students, told to two digits.
    told = (line.name, board.release(line.now).text, line.baseline_text, line.target_text)
    assert told == ("Cost per participant", "$2,500", "$3,000", "$2,200")
    assert "investments" not in [panel.id for panel in board.panels]
    (invested,) = [each.text for each in board.definitions if each.name == "Invested by the partner"]
    assert "An hour without a rate is worth 31.8 dollars" in invested
    assert report(made, "hospital", today=TODAY, options=ReportOptions(period="2025-26-Q4")).exists()
