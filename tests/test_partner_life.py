"""One partner over three years: renamed, acquired, paused, resumed, merged. Its past stays, and no total changes."""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from partner_story import CLINIC_STUDENTS, HOSPITAL_STUDENTS, MERGED, beginning, take_year_in

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import run_checks
from partnerkpi.measure.results import measure
from partnerkpi.models.board import GroupPanel
from partnerkpi.refresh import ensure_fresh
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

pytestmark = pytest.mark.usefixtures("laid_out_here")

END = dt.date(2028, 6, 20)


@dataclass(frozen=True)
class Drawn:
    """A board as it was drawn on a day."""

    partner: str
    period: str
    day: dt.date
    format: str
    content: bytes


@dataclass
class Story:
    """The workspace at the end, the boards drawn on the way, and a copy in which the clinic never merged."""

    made: Workspace
    apart: Workspace
    drawn: list[Drawn] = field(default_factory=list)


def _changes(made: Workspace) -> Callable[..., None]:
    def change(*words: str) -> None:
        command = ["partner", *words, "--reason", "as both sides agreed", "--workspace", str(made.root)]
        assert run(command) == 0

    return change


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three years, told by the commands of a coordinator and the clock of then."""
    folder = tmp_path_factory.mktemp("story")
    made = beginning(folder / "d")
    told, change = Story(made, Workspace(folder / "apart")), _changes(made)

    def draw(day: dt.date, period: str, *partners: str, output: str = "json") -> None:
        for partner in partners:
            out = folder / f"board.{output}"
            report(made, partner, today=day, options=ReportOptions(period, output, out))
            told.drawn.append(Drawn(partner, period, day, output, out.read_bytes()))

    change("rename", "clinic", "Mill Creek Health", "--on", "2025-11-15")
    take_year_in(made, 2025, dt.datetime(2026, 6, 15, 9), clinic="Mill Creek Clinic")
    draw(dt.date(2026, 6, 16), "2025-26-Q1", "clinic")
    draw(dt.date(2026, 6, 16), "2025-26-Q4", "clinic", "hospital")
    draw(dt.date(2026, 6, 16), "2025-26-Q4", "clinic", output="pdf")

    change("acquire", "clinic", "--by", "Great Lakes Care", "--name", "Great Lakes Clinic", "--on", "2026-07-01")
    change("program", "change", "hospital", "academy", "--name", "Nursing Academy", "--on", "2026-12-01")
    change("contact", "clinic", "Community office", "--on", "2026-12-15")
    take_year_in(made, 2026, dt.datetime(2027, 1, 20, 9), clinic="Mill Creek Health", quarters=slice(0, 2))
    draw(dt.date(2027, 1, 21), "2026-27-Q2", "clinic", "hospital")
    change("pause", "clinic", "--on", "2027-01-16")
    take_year_in(made, 2026, dt.datetime(2027, 6, 15, 9), clinic="Great Lakes Clinic", quarters=slice(2, 4))
    change("resume", "clinic", "--on", "2027-04-01")
    draw(dt.date(2027, 6, 16), "2026-27-Q4", "clinic", "hospital")

    take_year_in(made, 2027, dt.datetime(2027, 10, 26, 9), clinic="Great Lakes Clinic", quarters=slice(0, 1))
    draw(dt.date(2027, 10, 27), "2027-28-Q1", "clinic", "hospital", output="html")
    shutil.copytree(made.root, told.apart.root)
    change("merge", "clinic", "--into", "hospital", "--on", str(MERGED))
    change("program", "stop", "hospital", "labs", "--on", "2028-02-01")
    change("rename", "hospital", "Riverbend Great Lakes", "--on", "2028-03-01")
    for each in (made, told.apart):
        rest = slice(1, 4)
        take_year_in(each, 2027, dt.datetime(2028, 6, 15, 9), clinic="Great Lakes Clinic", quarters=rest)
        ensure_fresh(each)
    draw(END, "2027-28-Q4", "hospital")
    return told


def test_every_board_of_the_past_comes_out_byte_for_byte(story: Story, tmp_path: Path) -> None:
    assert len({(drawn.partner, drawn.period) for drawn in story.drawn}) == 10
    for drawn in story.drawn:
        options = ReportOptions(drawn.period, drawn.format, tmp_path / f"b.{drawn.format}", drawn.day)
        again = report(story.made, drawn.partner, today=END, options=options).read_bytes()
        assert again == drawn.content, (drawn.partner, drawn.period, drawn.format)


def test_a_board_of_the_past_needs_no_as_of_where_no_later_export_speaks_of_it(story: Story) -> None:
    then = {(drawn.partner, drawn.period): drawn.content for drawn in story.drawn if drawn.format == "json"}
    for partner, period in (("clinic", "2025-26-Q1"), ("hospital", "2026-27-Q2")):
        board, _ = make_board(story.made, partner, today=END, period=period)
        told = then[partner, period].decode()
        assert f'"partner": "{board.partner}"' in told
        assert f'"contact": "{board.contact}"' in told
        programs = [line.name for panel in board.panels if isinstance(panel, GroupPanel) for line in panel.lines]
        assert all(f'"name": "{name}"' in told for name in programs)


@pytest.mark.parametrize(
    ("period", "name", "formerly"),
    [
        ("2025-26-Q1", "Mill Creek Clinic", ""),
        ("2025-26-Q2", "Mill Creek Health", "Mill Creek Clinic"),
        ("2025-26-Q4", "Mill Creek Health", "Mill Creek Clinic"),
        ("2026-27-Q1", "Great Lakes Clinic", "Mill Creek Health"),
        ("2026-27-Q4", "Great Lakes Clinic", "Mill Creek Health"),
        ("2027-28-Q1", "Great Lakes Clinic", ""),
    ],
)
def test_the_old_name_is_told_for_four_quarters(story: Story, period: str, name: str, formerly: str) -> None:
    board, _ = make_board(story.made, "clinic", today=END, period=period)
    assert (board.partner, board.formerly) == (name, formerly)


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("2026-27-Q3", "partnerkpi partner resume clinic"),
        ("2027-28-Q3", "--partner hospital; or name a quarter before: --period 2027-28-Q2"),
    ],
)
def test_no_board_is_drawn_of_a_pause_nor_after_the_merger(story: Story, period: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_board(story.made, "clinic", today=END, period=period)
    assert caught.value.exit_code == 2
    assert says in caught.value.now


def test_no_figure_of_the_district_nor_of_a_time_before_the_merger_is_another(story: Story) -> None:
    """Every KPI, partner, program and period, beside the copy in which the clinic never merged."""
    found, expected = (_figures(made) for made in (story.made, story.apart))
    of_all = {place: figure for place, figure in expected.items() if place[1] == ""}
    assert of_all and {place: found[place] for place in of_all} == of_all
    before = {place: figure for place, figure in expected.items() if place[3] < 202720}
    assert {place[1] for place in before} == {"", "clinic", "hospital"}
    assert {place: figure for place, figure in found.items() if place[3] < 202720} == before


def test_after_the_merger_the_hospital_has_what_both_would_have_had(story: Story) -> None:
    """Hours, placements and dollars of whole quarters; of students everybody once."""
    found, apart = (_figures(made) for made in (story.made, story.apart))
    for kpi in ("engagement_hours", "placements", "investment_partner", "investment_district", "training_hours"):
        for quarter in (202730, 202740):
            both = sum(apart[kpi, partner, "", quarter][1] for partner in ("clinic", "hospital"))
            assert found[kpi, "hospital", "", quarter][1] == both > 0
            assert (kpi, "clinic", "", quarter) not in found
    # Those who had left the clinic before are held for the school year, wherever it has gone.
    students = {*CLINIC_STUDENTS, *HOSPITAL_STUDENTS}
    assert found["students_served", "hospital", "", 202730][0] == len(students)
    assert found["students_served", "hospital", "care", 202730][0] == sum(1 for n in CLINIC_STUDENTS if n % 4)


def test_in_the_quarter_of_the_merger_each_day_counts_once(story: Story) -> None:
    """The exports of the quarter speak of a day after it, so all is the hospital's; the year to date is shared."""
    found, apart = (_figures(made) for made in (story.made, story.apart))
    for kpi in ("engagement_hours", "placements", "training_hours", "investment_partner", "investment_district"):
        for period in (202720, 202721, 202731):
            shared = sum(found.get((kpi, partner, "", period), (0, 0))[1] for partner in ("clinic", "hospital"))
            both = sum(apart[kpi, partner, "", period][1] for partner in ("clinic", "hospital"))
            assert shared == both
    assert ("engagement_hours", "clinic", "", 202720) not in found
    assert found["engagement_hours", "clinic", "", 202721][1] > 0


def test_every_check_that_reconciles_holds(story: Story) -> None:
    with open_for_reading(story.made.database) as warehouse:
        findings = run_checks(warehouse, read_checks(story.made), today=END)
    assert [finding.check for finding in findings if finding.check.startswith(("reconcile", "unknown_p"))] == []


def _figures(made: Workspace) -> dict[tuple[str, str, str, int], tuple[int, float]]:
    """Students and value by KPI, partner, program and period."""
    kpis = load_catalogue().kpis
    periods = [
        year * 100 + quarter * 10 + window
        for year in (2025, 2026, 2027)
        for quarter in (1, 2, 3, 4)
        for window in (0, 1)
    ]
    with open_for_reading(made.database) as warehouse:
        frame = measure(warehouse, kpis, period_ids={kpi.id: periods for kpi in kpis}, settings={})
    return {
        (row["kpi"], row["partner"], row["program"], row["period_id"]): (row["students"], row["value"])
        for row in frame.iter_rows(named=True)
    }
