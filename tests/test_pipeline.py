"""The pipeline: each step is one of those before it, and no two steps beside each other tell of a small group."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from given import HOSPITAL, TODAY, csv_text, export, take_in, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy, told_after
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.results import measure, results_of
from partnerkpi.models.board import Board, GroupPanel, PipelinePanel
from partnerkpi.models.release import Population, Release, State
from partnerkpi.render import render
from partnerkpi.report.page import PIPELINE
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

SMALLEST = 10


def program_of(folder: Path, counts: tuple[int, int, int, int, int], *, page: str = "") -> Workspace:
    """A program that so many students have begun, and have come as far as each of the four further steps."""
    made = workspace(folder, partners={"hospital": HOSPITAL + page})
    begun, high_school, completed, credential, hired = counts
    people = range(begun)
    status = ["hired" if n < hired else "completed" if n < completed else "active" for n in people]
    level = ["11" if n < high_school else "7" for n in people]
    card = ["CPR" if n < credential else "" for n in people]
    exports = {
        "participants": (
            "student_number,partner,program,start,end,status",
            [f"S{n},RIVERBEND,Health Academy,2025-09-01,2025-10-01,{status[n]}" for n in people],
        ),
        "students": (
            "student_number,school_year,school,grade_level",
            [f"S{n},2025-26,North,{level[n]}" for n in people],
        ),
        "engagement": (
            "student_number,partner,program,activity,date,hours,status,credential",
            [f"S{n},RIVERBEND,Health Academy,Lab,2025-09-09,2,completed,{card[n]}" for n in people],
        ),
    }
    for name, (header, rows) in exports.items():
        export(made, f"{name}.csv", csv_text(header, rows))
    take_in(made)
    return made


def board_for(made: Workspace, audience: str = "board") -> Board:
    return make_board(made, "hospital", today=TODAY, audience=audience)[0]


def steps_of(board: Board) -> list[Release]:
    """The releases of the steps, in their order."""
    (panel,) = (panel for panel in board.panels if isinstance(panel, PipelinePanel))
    return [board.release(line.now) for line in panel.lines]


def step(value: float) -> Release:
    """So many students, told exactly."""
    population = Population("hospital", "", "2026-27 Q1", "year to date")
    return Release("F2", "pipeline_completed", population, State.SHOWN, f"{value:,.0f}", value, value)


def test_the_steps_of_a_partner_are_counted_and_shown(tmp_path: Path) -> None:
    board = board_for(program_of(tmp_path / "d", (60, 48, 36, 24, 12)))

    assert [release.text for release in steps_of(board)] == ["60", "48", "36", "24", "12"]
    assert [release.code for release in steps_of(board)] == ["F1", "F2", "F3", "F4", "F5"]
    assert board.manifest is not None
    assert {release.code for release in board.manifest.releases} >= {"F1", "F5"}


def test_a_few_who_dropped_out_between_two_steps_are_not_told(tmp_path: Path) -> None:
    """57 of 60 and 45 of 48: three students who are known not to be in high school, or not to have completed."""
    steps = steps_of(board_for(program_of(tmp_path / "d", (60, 57, 45, 45, 0))))

    assert [release.text for release in steps] == ["60", "51 to 60", "45", "36 to 45", "fewer than 10 students"]
    assert [release.state for release in steps][-1] is State.HIDDEN


def test_nobody_and_nine_look_alike(tmp_path: Path) -> None:
    """A zero of an attribute speaks of every single person, and so does everybody."""
    none = steps_of(board_for(program_of(tmp_path / "none", (40, 30, 20, 0, 0))))
    few = steps_of(board_for(program_of(tmp_path / "few", (40, 30, 20, 9, 9))))

    assert [(step.text, step.state) for step in none] == [(step.text, step.state) for step in few]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=5))
def test_no_difference_of_a_small_group_is_told(counts: list[int]) -> None:
    """Whatever the counts, what is told leaves at least ten possible numbers of those who dropped out, or ten drop out.

    Hidden steps are told as 0 to 9; those that are told hold the true count.
    """
    told: list[Release] = []
    for count in sorted(counts, reverse=True):
        few = replace(step(count), state=State.HIDDEN, text="", low=None, high=None)
        told.append(told_after(step(count) if count >= SMALLEST else few, told, Policy()))
    for release, count in zip(told, sorted(counts, reverse=True), strict=True):
        assert release.low is None or release.high is None or release.low <= count <= release.high
    exact = [release.low for release in told if release.exact and release.low is not None]
    differences = [one - other for at, one in enumerate(exact) for other in exact[at + 1 :]]
    assert all(difference >= SMALLEST for difference in differences)
    assert all(release.low is None or release.low >= SMALLEST for release in told)


def test_a_step_that_is_larger_than_the_one_before_is_not_told() -> None:
    """A workspace's own file may count something else; then it is no step of these students."""
    assert told_after(step(50), [step(40)], Policy()).state is State.HIDDEN


def test_every_step_is_one_of_those_before_it(sample: Workspace) -> None:
    """Student by student, in every cohort and period of the sample district."""
    catalogue = load_catalogue(sample.root)
    reached: list[set[tuple[int, int, int]]] = []
    with open_for_reading(sample.database) as warehouse:
        for name in PIPELINE:
            rows = warehouse.records(catalogue.find(name).sql)
            reached.append({(r["student_id"], r["cohort_id"], r["period_id"]) for r in rows if r["numerator"]})
    assert all(reached[:4])
    assert all(later <= earlier for earlier, later in pairwise(reached))


def test_graduates_stay_in_the_pipeline(sample: Workspace) -> None:
    """Who has begun is never fewer than the year before."""
    calendar, kpi = sample.settings.calendar(), load_catalogue(sample.root).find("pipeline_started")
    ids = [calendar.period(quarter, kpi.window).period_id for quarter in calendar.quarters]
    with open_for_reading(sample.database) as warehouse:
        found = results_of(measure(warehouse, [kpi], period_ids={kpi.id: ids}, settings={}, partner="hospital"))
    begun = [r.numerator for r in sorted(found, key=lambda r: r.period_id) if not r.program]
    assert begun == sorted(begun) and begun[0] < begun[-1]


def test_the_pipeline_is_usual_for_the_school_board_alone(tmp_path: Path) -> None:
    made = program_of(tmp_path / "d", (60, 48, 36, 24, 12))
    shows = {who: "pipeline" in [panel.id for panel in board_for(made, who).panels] for who in ("executive", "board")}

    assert shows == {"executive": False, "board": True}


def test_a_partner_file_may_choose_it(tmp_path: Path) -> None:
    made = program_of(tmp_path / "d", (60, 48, 36, 24, 12), page='\n[board]\npanels = ["work", "pipeline"]\n')

    assert [panel.id for panel in board_for(made, "executive").panels] == ["work", "pipeline"]


def test_without_data_it_is_there_only_where_somebody_asked_for_it(tmp_path: Path) -> None:
    shown = {}
    for name, page in {"usual": "", "asked": '\n[board]\npanels = ["pipeline"]\n'}.items():
        made = workspace(tmp_path / name, partners={"hospital": HOSPITAL + page})
        export(made, "a.csv", csv_text("student_number,school,date,status", ["S1,North,2026-09-01,present"]))
        take_in(made)
        shown[name] = [panel.empty for panel in board_for(made).panels if panel.id == "pipeline"]

    assert shown == {"usual": [], "asked": ["Nobody has begun in a program yet."]}


def test_a_step_in_another_panel_tells_no_more(tmp_path: Path) -> None:
    page = '\n[board]\npanels = ["work"]\n[board.kpis]\nwork = ["pipeline_high_school"]\n'
    board = board_for(program_of(tmp_path / "d", (60, 57, 30, 0, 0), page=page), "executive")

    (line,) = board.kpi_lines
    assert board.release(line.now).text == "51 to 60"


@pytest.mark.parametrize("counts", [(60, 48, 36, 24, 12), (60, 57, 45, 3, 0)])
def test_the_page_prints_every_step_and_no_bar_of_a_hidden_one(
    tmp_path: Path, counts: tuple[int, int, int, int, int]
) -> None:
    board = board_for(program_of(tmp_path / "d", counts))
    page = render("html", board, assets.search_path("templates")).decode()
    panel = page[page.index('<table class="steps">') :]
    panel = panel[: panel.index("</table>")]

    assert all(release.text in panel for release in steps_of(board))
    assert panel.count("side-bar") == sum(release.state is State.SHOWN for release in steps_of(board))


def test_places_stand_beside_how_many_are_filled(tmp_path: Path) -> None:
    programs = 'element = "internship"\ncapacity = 70\n\n[[programs]]\nid = "labs"\nname = "Labs"\n'
    made = program_of(tmp_path / "d", (60, 48, 36, 24, 12), page=programs)
    board = make_board(made, "hospital", today=TODAY, audience="board", period="2025-26-Q1")[0]
    (panel,) = (panel for panel in board.panels if isinstance(panel, GroupPanel))

    assert [(line.about, line.places) for line in panel.lines] == [("internship", "70"), ("", "")]
    assert [board.release(line.filled).text for line in panel.lines] == ["60", "no students"]
    page = render("html", board, assets.search_path("templates")).decode()
    assert "Filled" in page and "(internship)" in page


def test_without_capacity_there_is_no_column_of_places(tmp_path: Path) -> None:
    board = board_for(program_of(tmp_path / "d", (60, 48, 36, 24, 12)))
    (panel,) = (panel for panel in board.panels if isinstance(panel, GroupPanel))

    assert not panel.has_places and all(not line.filled for line in panel.lines)
    assert "Filled" not in render("html", board, assets.search_path("templates")).decode()
