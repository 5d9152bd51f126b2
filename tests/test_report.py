"""The board: which quarter, which figures, what its sentences say, and that nothing hidden is on it."""

import datetime as dt
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from given import HOSPITAL, SETTINGS, TODAY, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import ConfigurationError, InputMissing, UsageError
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.evidence import gather_evidence
from partnerkpi.measure.results import measure, results_of
from partnerkpi.models.board import Audience, Board, KpiLine
from partnerkpi.models.kpi import UNITS, Measure
from partnerkpi.models.release import State
from partnerkpi.records.partners import read_partners
from partnerkpi.report.breaks import Breaks
from partnerkpi.report.build import build_board
from partnerkpi.report.figures import Figures
from partnerkpi.report.page import PIPELINE, Page
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

SAMPLE_PARTNERS = ("college", "hospital", "manufacturer")
SAMPLE_QUARTERS = ("2024-25 Q2", "2024-25 Q4", "2025-26 Q1", "2025-26 Q2", "2025-26 Q3", "2025-26 Q4", "2026-27 Q1")
SAMPLE = [(partner, quarter) for partner in SAMPLE_PARTNERS for quarter in SAMPLE_QUARTERS]
GOALS = """
[[goals]]
kpi = "chronic_absence"
baseline = 50
baseline_period = "2025-26 Q1"
target = 20
due = "2026-27 Q4"

[[goals]]
kpi = "gpa_unweighted"
baseline = 2
baseline_period = "2025-26 Q1"
target = 3
due = "2026-27 Q4"

[[goals]]
kpi = "happiness"
target = 3
due = "2026-27 Q4"
"""

Boards = Mapping[tuple[str, str], Board]


def small_district(folder: Path, students: int, *, often: int = 3, settings: str = SETTINGS) -> Workspace:
    """A cohort of the hospital with data of every kind; one student in `often` does badly at everything.

    Attendance and engagement reach the first quarters of two years; marks and credits the middle of 2025-26.
    """
    made = workspace(folder, settings=settings, partners={"hospital": HOSPITAL + GOALS})
    badly = {f"S{number}": number % often == 0 for number in range(students)}
    days = [dt.date(year, 9, day) for year in (2025, 2026) for day in range(1, 13)]
    exports = {
        "participants": (
            "student_number,partner,program,start",
            [f"{name},RIVERBEND,Health Academy,2025-08-25" for name in badly],
        ),
        "attendance": (
            "student_number,school,date,status",
            [
                f"{name},North,{day},{'absent_unexcused' if bad and day.day % 3 == 0 else 'present'}"
                for day in days
                for name, bad in badly.items()
            ],
        ),
        "engagement": (
            "student_number,partner,program,activity,date,hours",
            [
                f"{name},RIVERBEND,Health Academy,Lab visit,{year}-09-15,{often if bad else 2}"
                for year in (2025, 2026)
                for name, bad in badly.items()
            ],
        ),
        "grades": (
            "student_number,school_year,term,course,mark",
            [f"{name},2025-26,S1,Biology,{'F' if bad else 'B'}" for name, bad in badly.items()],
        ),
        "college_credits": (
            "student_number,institution,term,course,hours_attempted,hours_earned",
            [f"{name},Ridgeline,2025FA,ENG 111,3,{0 if bad else 3}" for name, bad in badly.items()],
        ),
    }
    for name, (header, rows) in exports.items():
        export(made, f"{name}.csv", csv_text(header, rows))
    take_in(made)
    return made


def board_of(made: Workspace, period: str | None = None, today: dt.date = TODAY) -> Board:
    """The hospital's board."""
    return make_board(made, "hospital", today=today, period=period)[0]


def lines_of(board: Board) -> dict[str, KpiLine]:
    """Every KPI line of a board by the id of its KPI."""
    return {line.kpi: line for line in board.kpi_lines}


def numbers(text: str) -> set[str]:
    """The numbers in a text."""
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


@pytest.fixture(scope="module")
def sample_boards(sample: Workspace) -> Boards:
    """The boards of the sample district, all from one measurement."""
    calendar, catalogue = sample.settings.calendar(), load_catalogue(sample.root)
    period_ids = {k.id: [calendar.period(q, k.window).period_id for q in calendar.quarters] for k in catalogue.kpis}
    with open_for_reading(sample.database) as warehouse:
        evidence = gather_evidence(warehouse, calendar)
        measured = results_of(measure(warehouse, catalogue.kpis, period_ids=period_ids, settings={}))
    results = {(r.kpi, r.partner, r.program, r.period_id): r for r in measured}
    boards = {}
    for partner in read_partners(sample.partners):
        page = Page(
            partner,
            sample.settings.district.name,
            sample.settings.board.paper,
            catalogue,
            {},
            held=True,
            audience=Audience.BOARD,
        )
        for quarter in calendar.quarters:
            if quarter.label in SAMPLE_QUARTERS:
                figures = Figures(
                    partner.id,
                    quarter,
                    calendar,
                    results,
                    evidence,
                    Policy(),
                    Breaks({}, {}, {}),
                    pipeline=page.named(PIPELINE),
                )
                boards[partner.id, quarter.label] = build_board(page, figures)
    return boards


@pytest.fixture(scope="module")
def thirteen(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A cohort of 13; do not write into it."""
    return small_district(tmp_path_factory.mktemp("thirteen") / "district", 13)


@pytest.fixture(scope="module")
def board_of_thirteen(thirteen: Workspace) -> Board:
    """Its latest board."""
    return board_of(thirteen)


@pytest.fixture(scope="module")
def board_of_nine(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """The board of a cohort of 9."""
    return board_of(small_district(tmp_path_factory.mktemp("nine") / "district", 9))


# Which quarter, which partner.


@pytest.mark.parametrize(
    ("today", "quarter"),
    [
        (dt.date(2026, 6, 10), "2025-26 Q2"),
        (dt.date(2026, 10, 23), "2025-26 Q2"),
        (dt.date(2026, 10, 24), "2026-27 Q1"),
        (dt.date(2027, 7, 1), "2026-27 Q1"),
    ],
    ids=["later quarters have no data", "its last day", "the day after", "the summer after"],
)
def test_the_board_tells_of_the_latest_quarter_that_has_ended_and_has_data(
    thirteen: Workspace, today: dt.date, quarter: str
) -> None:
    assert board_of(thirteen, today=today).period == quarter


def test_a_quarter_that_is_named_need_not_have_ended(thirteen: Workspace) -> None:
    assert board_of(thirteen, "SY27 Q1", today=dt.date(2026, 9, 20)).period == "2026-27 Q1"


def test_an_unknown_partner_is_refused_with_the_nearest_one(thirteen: Workspace) -> None:
    with pytest.raises(UsageError, match="did you mean hospital"):
        make_board(thirteen, "hospitl", today=TODAY, period=None)


@pytest.mark.parametrize("period", ["2026-27-Q5", "2031-32-Q1", "2026-Q1", "autumn"])
def test_an_unknown_quarter_is_refused_with_the_known_ones(thirteen: Workspace, period: str) -> None:
    with pytest.raises(UsageError, match=period) as caught:
        board_of(thirteen, period)

    assert "2026-27-Q1" in caught.value.where


@pytest.mark.parametrize(
    ("period", "today"),
    [("2026-27-Q3", TODAY), (None, dt.date(2025, 10, 1))],
    ids=["a quarter without data", "before the first quarter has ended"],
)
def test_without_data_there_is_no_board(thirteen: Workspace, period: str | None, today: dt.date) -> None:
    with pytest.raises(InputMissing):
        board_of(thirteen, period, today)


def test_before_the_first_export_there_is_no_board(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match="No export") as caught:
        board_of(workspace(tmp_path / "district"))

    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("period", "name", "formerly"),
    [
        ("2025-26-Q1", "County Memorial Hospital", ""),
        ("2026-27-Q1", "Riverbend Health", "County Memorial Hospital"),
    ],
)
def test_a_partner_goes_by_the_name_it_had(thirteen: Workspace, period: str, name: str, formerly: str) -> None:
    board = board_of(thirteen, period)

    assert (board.partner, board.formerly) == (name, formerly)
    assert name in board.title


# Every figure on the page is a release.


@pytest.mark.parametrize(("partner", "quarter"), SAMPLE)
def test_every_code_on_the_board_is_one_release(sample_boards: Boards, partner: str, quarter: str) -> None:
    board = sample_boards[partner, quarter]
    codes = [release.code for release in board.releases]

    assert len(codes) == len(set(codes))
    assert set(codes) == board.codes


@pytest.mark.parametrize(("partner", "quarter"), SAMPLE)
def test_a_figure_is_about_the_partner_and_one_quarter(sample_boards: Boards, partner: str, quarter: str) -> None:
    board = sample_boards[partner, quarter]

    assert {release.population.partner for release in board.releases} == {partner}
    for line in lines_of(board).values():
        told = board.release(line.now).population.period
        assert told == quarter or told in line.change
        assert not line.trend or board.release(line.trend[-1]).text == board.release(line.now).text


@pytest.mark.parametrize(("partner", "quarter"), SAMPLE)
def test_no_two_states_share_a_text_on_a_board(sample_boards: Boards, partner: str, quarter: str) -> None:
    figures = [r for r in sample_boards[partner, quarter].releases if not r.code.endswith("-d")]
    states: dict[str, set[State]] = {}
    for release in figures:
        states.setdefault(release.text, set()).add(release.state)

    assert all(len(found) == 1 for found in states.values())
    assert all((release.low is None) == (release.state is not State.SHOWN) for release in figures)


def test_the_whole_line_gives_the_same_board_as_its_parts(sample: Workspace, sample_boards: Boards) -> None:
    whole, parts = make_board(sample, "hospital", today=TODAY, audience="board")[0], sample_boards
    releases = {release.code: release for release in parts["hospital", "2026-27 Q1"].releases}

    assert {release.code: release for release in whole.releases if not release.population.by} == releases
    assert whole.goals == parts["hospital", "2026-27 Q1"].goals


def test_a_kpi_that_is_not_due_tells_the_last_known_quarter_and_says_so(sample_boards: Boards) -> None:
    board = sample_boards["hospital", "2026-27 Q1"]
    line = lines_of(board)["course_pass_rate"]
    (goal,) = [goal for goal in board.goals if goal.now == line.now]

    assert line.change == "not due yet; last known 2025-26 Q4"
    assert line.window == "2025-26 Q4, year to date"
    assert line.status == goal.status == "not due"
    assert board.release(line.now).population.period == "2025-26 Q4"
    assert board.release(line.now).text == sample_boards["hospital", "2025-26 Q4"].release("G1").text


def test_figures_that_were_never_known_are_not_due_and_have_no_number(thirteen: Workspace) -> None:
    board = board_of(thirteen, "2025-26-Q1")
    release = board.release(lines_of(board)["gpa_unweighted"].now)

    assert (release.state, release.text) == (State.NOT_DUE, "not due yet")


def test_the_change_of_a_year_is_between_the_figures_beside_it(sample_boards: Boards) -> None:
    board = sample_boards["hospital", "2026-27 Q1"]
    line = lines_of(board)["completion_rate"]
    now, before = board.release(line.now), board.release(line.last_year)

    assert (now.text, before.text) == ("88%", "94%")
    assert line.change.replace("\u00a0", " ") == "down 6 points from 2025-26 Q1"


@pytest.mark.parametrize(("partner", "quarter"), SAMPLE)
def test_a_bar_has_room_for_every_mark_on_it(sample_boards: Boards, partner: str, quarter: str) -> None:
    board = sample_boards[partner, quarter]
    for line in lines_of(board).values():
        marks = [board.release(line.now).high, line.target, line.baseline]

        assert line.axis_high >= max([mark for mark in marks if mark is not None], default=1)


def test_the_line_of_a_kpi_has_the_status_of_its_goal(sample_boards: Boards) -> None:
    for board in sample_boards.values():
        by_code = {line.now: line.status for line in lines_of(board).values()}

        assert all(by_code[goal.now] == goal.status for goal in board.goals)


# The sentence at the top.


@pytest.mark.parametrize(("partner", "quarter"), SAMPLE)
def test_the_headline_is_one_sentence_of_at_most_25_words(sample_boards: Boards, partner: str, quarter: str) -> None:
    sentence = sample_boards[partner, quarter].headline.text

    assert 3 <= len(sentence.split()) <= 25
    assert re.fullmatch(r"[A-Z][^\n!?]*[^\s.]\.", sentence)
    assert not re.search(r"\. |\s{2}|\s[,;.]|[,;]{2}", sentence)


@pytest.mark.parametrize(("partner", "quarter"), SAMPLE)
def test_the_headline_has_no_number_of_its_own(sample_boards: Boards, partner: str, quarter: str) -> None:
    board = sample_boards[partner, quarter]
    told = set().union(*(numbers(release.text) for release in board.shown()))

    assert numbers(board.headline.text) <= told


def test_the_headline_and_the_ask_speak_of_the_goal_that_needs_attention(sample_boards: Boards) -> None:
    for board in sample_boards.values():
        behind = [goal.name for goal in board.goals if goal.status in ("behind", "missed")]

        assert any(name.lower() in board.headline.text.lower() for name in behind) == bool(behind)
        assert ("decide what each side will change" in board.ask) == bool(behind)


def test_a_board_that_tells_of_no_goal_how_it_stands_praises_none(thirteen: Workspace) -> None:
    """One is hidden behind a range, the other not due: there is nothing to keep up, and nothing that comes after."""
    board = board_of(thirteen)

    assert {goal.status for goal in board.goals} == {"hidden", "not due"}
    assert board.ask == "At the next check-in, talk about each goal: this page does not tell how they stand."


# The same inputs, the same page.


def test_the_same_exports_give_the_same_board(tmp_path: Path, board_of_thirteen: Board) -> None:
    assert board_of(small_district(tmp_path / "elsewhere", 13)) == board_of_thirteen


@pytest.mark.parametrize(("students", "often"), [(14, 3), (13, 2)], ids=["one student more", "other data"])
def test_other_data_give_another_version(tmp_path: Path, board_of_thirteen: Board, students: int, often: int) -> None:
    assert board_of(small_district(tmp_path / "other", students, often=often)).version != board_of_thirteen.version


def test_each_board_of_the_sample_has_a_version_of_its_own(sample_boards: Boards) -> None:
    versions = {board.version for board in sample_boards.values()}

    assert len(versions) == len(sample_boards)
    assert all(re.fullmatch(r"[0-9a-f]{8}", version) for version in versions)


# Small groups.


@pytest.mark.parametrize(("students", "often"), [(9, 2), (5, 3)], ids=["other data", "fewer students"])
def test_the_board_of_a_cohort_of_nine_is_the_same_whatever_its_data(
    tmp_path: Path, board_of_nine: Board, students: int, often: int
) -> None:
    assert board_of(small_district(tmp_path / "district", students, often=often)) == board_of_nine


def test_a_cohort_of_nine_has_no_figure_anywhere(board_of_nine: Board) -> None:
    assert board_of_nine.shown() == ()
    for release in board_of_nine.releases:
        assert (release.low, release.high) == (None, None)
        if not release.code.endswith("-d"):
            assert numbers(release.text) <= {"10"}


def test_in_a_cohort_of_nine_every_figure_its_trend_and_its_programs_are_hidden(board_of_nine: Board) -> None:
    lines = lines_of(board_of_nine)
    texts = {board_of_nine.release(line.now).text for line in lines.values()}
    texts |= {board_of_nine.release(code).text for code in lines["attendance_rate"].trend}

    assert texts == {"fewer than 10 students"}
    assert {goal.status for goal in board_of_nine.goals} == {"hidden", "not due"}
    assert not numbers(board_of_nine.headline.text)


def test_a_cohort_of_thirteen_has_percentages_as_ranges_only(board_of_thirteen: Board) -> None:
    shares = {line.kpi for line in lines_of(board_of_thirteen).values() if UNITS[line.unit] is Measure.SHARE}
    releases = [release for release in board_of_thirteen.releases if release.kpi in shares]
    shown = [release for release in releases if release.state is State.SHOWN]

    assert {release.kpi for release in shown} == shares
    assert all(r.low is not None and r.high is not None and r.high - r.low >= 10 for r in shown)
    assert not [release.code for release in shown if release.code.endswith("-d")]


def test_a_cohort_of_thirteen_is_counted(board_of_thirteen: Board) -> None:
    line = lines_of(board_of_thirteen)["students_served"]

    assert board_of_thirteen.release(line.now).text == "13"
    assert line.change == "13 in 2025-26 Q1"


def test_a_district_may_hide_larger_groups(tmp_path: Path) -> None:
    settings = f"{SETTINGS}\n[privacy]\nminimum_group = 14\n"
    board = board_of(small_district(tmp_path / "district", 13, settings=settings))

    assert board.shown() == ()
    assert board.release("E1").text == "fewer than 14 students"
    assert any("fewer than 14 students" in note for note in board.notes)


# What the footer says.


def test_a_broken_kpi_file_leaves_a_note_and_the_other_figures(
    tmp_path: Path, thirteen: Workspace, board_of_thirteen: Board
) -> None:
    own = Workspace(shutil.copytree(thirteen.root, tmp_path / "district"))
    (own.root / "queries" / "kpis").mkdir(parents=True)
    (own.root / "queries" / "kpis" / "attendance_rate.sql").write_text("select 1")
    board = board_of(own)

    assert [note for note in board.notes if "attendance_rate.sql" in note]
    assert set(lines_of(board_of_thirteen)) - set(lines_of(board)) == {"attendance_rate"}
    for kpi, line in lines_of(board).items():
        unbroken = lines_of(board_of_thirteen)[kpi]
        assert board.release(line.now).text == board_of_thirteen.release(unbroken.now).text


def test_a_goal_on_an_unknown_kpi_is_left_out_with_a_note(board_of_thirteen: Board) -> None:
    assert [goal.name for goal in board_of_thirteen.goals] == ["Chronic absence", "GPA, unweighted"]
    assert [note for note in board_of_thirteen.notes if "happiness" in note]


def test_a_domain_without_data_is_named(tmp_path: Path) -> None:
    made = workspace(tmp_path / "district")
    export(made, "attendance.csv", csv_text("student_number,school,date,status", ["1,North,2025-09-01,present"]))
    take_in(made)
    board = board_of(made)

    assert [note for note in board.notes if "grades, college credits, engagement" in note]
    assert {panel.id for panel in board.panels if panel.empty} == {panel.id for panel in board.panels}


def test_the_definitions_give_the_settings_in_force(tmp_path: Path) -> None:
    settings = f"{SETTINGS}\n[settings.chronic_absence]\nminimum_days = 13\n"
    board = board_of(small_district(tmp_path / "district", 13, settings=settings))
    (text,) = [definition.text for definition in board.definitions if definition.name == "Chronic absence"]

    assert "at least 13 days" in text
    assert board.release(lines_of(board)["chronic_absence"].now).text == "no students"


def test_a_setting_that_no_kpi_declares_is_refused(tmp_path: Path) -> None:
    settings = f"{SETTINGS}\n[settings.chronic_absence]\nminimum_day = 13\n"
    with pytest.raises(ConfigurationError, match="minimum_day"):
        board_of(small_district(tmp_path / "district", 13, settings=settings))
