"""The district's page: all partners on one sheet, sums conserved, and no partner given away by the total."""

import csv
import dataclasses
import datetime as dt
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pypdf
import pytest
from given import TODAY, csv_text, export, take_in, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi import assets
from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy, gives_away, told_with_parts
from partnerkpi.errors import ConfigurationError, InputMissing
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.results import measure, results_of
from partnerkpi.models.board import Board, KpiPanel, PartnersPanel
from partnerkpi.models.release import Population, Release, State
from partnerkpi.models.result import Result
from partnerkpi.records.partners import read_partners
from partnerkpi.render import render
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.district import make_any_board, make_district_page
from partnerkpi.report.explain import explain
from partnerkpi.report.verify import verify
from partnerkpi.warehouse import open_for_reading, open_for_writing
from partnerkpi.warehouse.publications import told_figures

pytestmark = pytest.mark.usefixtures("laid_out_here")

TEMPLATES = assets.search_path("templates")
QUARTER = "2026-27-Q1"
HIDDEN = "not shown, to protect privacy"
ADDITIVE = ("engagement_hours", "placements", "investment_partner", "investment_district")


def district(folder: Path, students: Mapping[str, Iterable[int]], files: Mapping[str, str] | None = None) -> Workspace:
    """Partners with these students: a visit of two hours and twelve days of attendance each, in autumn."""
    partners = {name: f'name = "{name.title()}"\n' + (files or {}).get(name, "") for name in students}
    made = workspace(folder, partners=partners)
    members = {name: list(numbers) for name, numbers in students.items()}
    everybody = sorted({number for numbers in members.values() for number in numbers})
    days = [dt.date(2026, 9, day) for day in range(1, 13)]
    absent = {number for number in everybody if number % 7 == 0}
    visits = [f"S{n},{name},Visits,Visit,2026-09-15,2" for name, numbers in members.items() for n in numbers]
    export(made, "e.csv", csv_text("student_number,partner,program,activity,date,hours", visits))
    present = [f"S{n},North,{d},{'absent_excused' if n in absent else 'present'}" for d in days for n in everybody]
    export(made, "a.csv", csv_text("student_number,school,date,status", present))
    take_in(made)
    return made


def page_of(made: Workspace, audience: str = "executive", today: dt.date = TODAY) -> Board:
    return make_district_page(made, today=today, period=QUARTER, audience=audience)[0]


def table_of(board: Board) -> PartnersPanel:
    (panel,) = (panel for panel in board.panels if isinstance(panel, PartnersPanel))
    return panel


def column(board: Board, kpi: str) -> dict[str, Release]:
    """The releases of a KPI in the table by the name of the row."""
    panel = table_of(board)
    found = {line.name: [board.release(code) for code in line.cells] for line in (*panel.lines, panel.total)}
    return {name: next(cell for cell in cells if cell.kpi == kpi) for name, cells in found.items()}


def texts(board: Board, kpi: str) -> list[str]:
    return [release.text for release in column(board, kpi).values()]


@pytest.fixture(scope="module")
def sample_page(sample: Workspace) -> Board:
    """The page of the sample district."""
    return page_of(sample)


@pytest.fixture(scope="module")
def measured(sample: Workspace) -> dict[tuple[str, str], Result]:
    """By KPI and partner the results of 2026-27 Q1, exact."""
    calendar, catalogue = sample.settings.calendar(), load_catalogue(sample.root)
    kpis = [catalogue.find(name) for name in (*ADDITIVE, "students_served")]
    quarter = calendar.quarter(QUARTER)
    assert quarter is not None
    ids = {kpi.id: [calendar.period(quarter, kpi.window).period_id] for kpi in kpis}
    with open_for_reading(sample.database) as warehouse:
        found = results_of(measure(warehouse, kpis, period_ids=ids, settings={}))
    return {(result.kpi, result.partner): result for result in found if not result.program}


# Sums.


@pytest.mark.parametrize("kpi", ADDITIVE)
def test_what_adds_up_over_the_partners_is_the_districts(kpi: str, measured: dict[tuple[str, str], Result]) -> None:
    parts = [result.numerator for (name, partner), result in measured.items() if name == kpi and partner]

    assert len(parts) == 3 and sum(parts) == measured[kpi, ""].numerator


def test_students_less_those_shared_are_the_districts(
    sample: Workspace, exports_folder: Path, measured: dict[tuple[str, str], Result]
) -> None:
    """Counted again from the export of the quarter: who was with how many partners."""
    names = {alias: p.id for p in read_partners(sample.partners) for alias in (p.name, *p.aliases)}
    partners_of: dict[str, set[str]] = {}
    with gzip.open(exports_folder / "engagement_2026-27_Q1.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            partners_of.setdefault(row["student_number"].zfill(7), set()).add(names[row["partner"]])
    shared = sum(len(partners) - 1 for partners in partners_of.values())
    parts = [r.numerator for (kpi, partner), r in measured.items() if kpi == "students_served" and partner]

    assert shared > 0
    assert sum(parts) - shared == measured["students_served", ""].numerator == len(partners_of)


@pytest.mark.parametrize("kpi", ["engagement_hours", "investment_partner", "investment_district"])
def test_the_printed_column_adds_up(sample_page: Board, kpi: str) -> None:
    *parts, total = (release.low for release in column(sample_page, kpi).values())

    assert total is not None and abs(sum(part or 0 for part in parts) - total) <= len(parts) / 2


def test_the_page_has_a_row_for_each_partner_and_one_for_all(sample_page: Board) -> None:
    panel = table_of(sample_page)

    assert [line.name for line in panel.lines] == [
        "Riverbend Health",
        "Ridgeline Community College",
        "Tallgrass Machine Works",
    ]
    assert panel.total.name == "All partners, shared students once"
    assert [line.goals for line in (*panel.lines, panel.total)] == ["1 of 5", "1 of 2", "1 of 2", "3 of 9"]
    assert {release.population.partner for release in sample_page.releases} == {
        "",
        "hospital",
        "college",
        "manufacturer",
    }


def test_a_row_tells_what_the_partners_own_board_tells(sample: Workspace, sample_page: Board) -> None:
    for line in table_of(sample_page).lines:
        of_row = [sample_page.release(code) for code in (*line.cells, *line.goal_codes)]
        own = make_any_board(sample, of_row[0].population.partner, today=TODAY, period=QUARTER)[0]
        told = {(r.kpi, r.population): r.text for r in own.releases if "-" not in r.code}
        common = [r for r in of_row if (r.kpi, r.population) in told]
        assert len(common) >= 5
        assert all(told[r.kpi, r.population] == r.text for r in common)
        met = sum(goal.status == "met" for goal in own.goals)
        assert line.goals == f"{met} of {len(own.goals)}"


def test_the_cards_tell_what_the_row_of_all_tells(sample_page: Board) -> None:
    (cards,) = (panel for panel in sample_page.panels if isinstance(panel, KpiPanel))

    assert [line.now for line in cards.lines] == list(table_of(sample_page).total.cells[: len(cards.lines)])


# What a total gives away.


def test_a_total_beside_one_partner_that_is_hidden_is_hidden_everywhere(tmp_path: Path) -> None:
    """9 of 49: who takes the others away has them."""
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40), "museum": range(40, 49)})
    board = page_of(made)

    assert texts(board, "students_served") == ["20", "20", "fewer than 10 students", HIDDEN]
    assert texts(board, "engagement_hours")[-1] == HIDDEN
    for release in board.releases:
        if release.population.partner == "" and release.kpi in ("students_served", "engagement_hours"):
            assert release.state is not State.SHOWN, release.code
    content = json.loads(render("json", board, TEMPLATES))
    assert not [r for r in content["releases"] if r["text"] in ("9", "18", "49", "98")]
    page = render("html", board, TEMPLATES).decode()
    assert not re.search(r">(9|18|49|98)<", page[page.index("<body") :])


def test_a_total_of_several_hidden_ones_is_told_when_they_are_enough(tmp_path: Path) -> None:
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 26), "museum": range(26, 33)})

    assert texts(page_of(made), "students_served")[-1] == "33"


def test_a_total_of_several_hidden_ones_that_are_few_is_hidden(tmp_path: Path) -> None:
    """4 and 4: eight students are left when the bank's are taken away."""
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 24), "museum": range(24, 28)})

    assert texts(page_of(made), "students_served")[-1] == HIDDEN


def test_the_past_of_a_total_is_guarded_as_well(tmp_path: Path) -> None:
    """All are told today, but last quarter's total would give away who was few then."""
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40)})
    rows = [f"S{n},Bank,Visits,Visit,2025-11-11,2" for n in range(20)]
    rows += [f"S{n},Garage,Visits,Visit,2025-11-11,2" for n in range(20, 25)]
    export(made, "before.csv", csv_text("student_number,partner,program,activity,date,hours", rows))
    take_in(made)
    board = page_of(made)

    assert texts(board, "students_served")[-1] == "40"
    (line,) = (line for line in board.kpi_lines if line.kpi == "students_served")
    past = {board.release(code).population.period: board.release(code) for code in line.trend}
    assert past["2026-27 Q1"].text == "40"
    assert past["2025-26 Q2"].state is State.HIDDEN


@pytest.mark.parametrize(
    ("shared", "told"), [(0, "40"), (1, "31 to 40"), (9, "31 to 40"), (10, "30")], ids=["none", "one", "nine", "ten"]
)
def test_a_few_students_with_several_partners_are_not_told(tmp_path: Path, shared: int, told: str) -> None:
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20 - shared, 40 - shared)})
    board = page_of(made)

    assert texts(board, "students_served")[-1] == told
    assert board.headline.text.startswith(f"{told} students took part with 2 partners")


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=6))
def test_what_is_left_when_the_told_ones_are_taken_away_is_no_small_group(parts: list[tuple[bool, int]]) -> None:
    left = [students for told, students in parts if not told]

    if not gives_away(parts, Policy()):
        assert not left or (len(left) > 1 and sum(left) >= 10)
    else:
        assert len(left) == 1 or sum(left) < 10


@given(st.lists(st.integers(10, 80), min_size=1, max_size=5), st.integers(0, 40))
def test_a_range_holds_the_total_and_ten_numbers_of_shared_students(counts: list[int], shared: int) -> None:
    def release(value: float) -> Release:
        return Release("E1", "students_served", Population("", "", "", ""), State.SHOWN, "", value, value)

    every = sum(counts)
    told = told_with_parts(release(every - shared), [release(count) for count in counts], Policy())
    assert told.low is not None and told.high is not None and told.low <= every - shared <= told.high
    assert told.exact is (shared == 0 or shared >= 10)
    assert told.exact or told.high - told.low == 9


# Who is on the page.


def change(kind: str, on: str) -> str:
    return f'\n[[changes]]\non = {on}\nkind = "{kind}"\nwhat = "It is {kind}."\nreason = "A reason."\n'


def test_who_is_paused_or_has_ended_is_named(tmp_path: Path) -> None:
    files = {
        "garage": change("paused", "2026-09-30"),
        "museum": change("ended", "2025-12-01"),
        "library": change("ended", "2026-11-01"),
    }
    students = {"bank": range(20), "garage": range(20, 40), "museum": (), "library": range(40, 60), "zoo": ()}
    board = page_of(district(tmp_path / "d", students, files))

    assert [line.name for line in table_of(board).lines] == ["Bank", "Garage", "Library", "Zoo"]
    assert "Paused: Garage." in board.notes and "Ended: Museum." in board.notes
    assert not any("Library" in note for note in board.notes), "the quarter was over before it ended"
    assert texts(board, "students_served")[-2] == "no students"


def test_a_partner_outside_its_agreement_is_not_told_of(tmp_path: Path) -> None:
    agreement = "\n[agreement]\nstart = 2026-08-01\nend = 2026-11-22\n"
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40)}, {"garage": agreement})
    before, after = page_of(made, today=dt.date(2026, 11, 22)), page_of(made, today=dt.date(2026, 11, 23))

    assert texts(before, "students_served") == ["20", "20", "40"]
    assert texts(after, "students_served") == ["20", "outside its data-sharing agreement", HIDDEN]
    assert "Outside the data-sharing agreement: Garage." in after.notes


def test_data_that_an_agreement_does_not_cover_is_not_told(tmp_path: Path) -> None:
    agreement = '\n[agreement]\nstart = 2026-08-01\nend = 2027-08-01\nfields = ["engagement"]\n'
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40)}, {"garage": agreement})
    board = page_of(made)

    assert texts(board, "students_served") == ["20", "20", "40"]
    assert texts(board, "chronic_absence")[1:] == ["outside its data-sharing agreement", HIDDEN]


def test_the_largest_smallest_group_of_all_counts(tmp_path: Path) -> None:
    agreement = "\n[agreement]\nstart = 2026-08-01\nend = 2027-08-01\nminimum_group = 21\n"
    students = {"bank": range(30), "garage": range(30, 50), "museum": range(50, 70)}
    board = page_of(district(tmp_path / "d", students, {"bank": agreement}))

    assert texts(board, "students_served") == ["30", "fewer than 21 students", "fewer than 21 students", "70"]
    assert board.manifest is not None and board.manifest.minimum_group == 21


def test_money_is_told_to_the_community_when_all_have_agreed(tmp_path: Path) -> None:
    public = '\n[board]\nmoney = "public"\n'
    columns = {}
    for name, files in {"some": {"bank": public}, "all": {"bank": public, "garage": public}}.items():
        made = district(tmp_path / name, {"bank": range(20), "garage": range(20, 40)}, files)
        columns[name] = table_of(page_of(made, "community")).columns

    assert "Invested by the partner" not in columns["some"]
    assert "Invested by the partner" in columns["all"]


def test_without_a_partner_there_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match="no partner"):
        page_of(district(tmp_path / "d", {}))


def test_a_partner_of_the_same_name_as_the_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="id district"):
        page_of(district(tmp_path / "d", {"district": range(20)}))


# One page.


@pytest.mark.parametrize("number", [1, 6, 7, 24, 40])
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
def test_it_is_one_page_whatever_the_number_of_partners(sample_page: Board, number: int, long: bool) -> None:
    panel = table_of(sample_page)
    name = "The Workforce and Community Development Partnership of {} County and Its Towns" if long else "Partner {}"
    lines = tuple(dataclasses.replace(panel.lines[at % len(panel.lines)], name=name.format(at)) for at in range(number))
    many = tuple(dataclasses.replace(p, lines=lines) if p is panel else p for p in sample_page.panels)
    reader = pypdf.PdfReader(io.BytesIO(render("pdf", dataclasses.replace(sample_page, panels=many), TEMPLATES)))
    text = " ".join(reader.pages[0].extract_text().replace("\u00a0", " ").split())

    assert len(reader.pages) == 1
    printed = sum(name.format(at) in text for at in range(number))
    left = number - printed
    assert printed >= min(number, 8)
    assert (f"and {left} more partners, for whom this page has no room" in text) is (left > 0)
    assert "All partners, shared students once" in text


def test_partners_that_are_hidden_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """In the order of their numbers the rows would tell who has more."""
    students = {"zoo": range(8), "bank": range(8, 10), "museum": range(10, 15), "garage": range(20, 60)}
    board = page_of(district(tmp_path / "d", students))

    assert [line.name for line in table_of(board).lines] == ["Garage", "Bank", "Museum", "Zoo"]


# The address of its figures.


def test_a_figure_of_the_page_is_explained(sample: Workspace) -> None:
    found = explain(sample, "d1b", "", today=TODAY, period=QUARTER)
    (figure,) = found.figures

    assert (figure.release.population.partner, figure.kpi.id) == ("hospital", "attendance_rate")
    assert {source.table for source in figure.sources} >= {"attendance"}


def test_the_page_is_booked_verified_and_restated(tmp_path: Path) -> None:
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40)})
    path = report(made, "", today=TODAY, options=ReportOptions(QUARTER))
    assert path == made.root / "boards" / QUARTER / "district.pdf"
    first = verify(made, path, today=TODAY)
    assert first.holds and first.published == TODAY

    more = [f"S{n},Garage,Visits,Visit,2026-09-16,2" for n in range(40, 60)]
    export(made, "more.csv", csv_text("student_number,partner,program,activity,date,hours", more))
    take_in(made)

    again = verify(made, path, today=TODAY)
    changed = {(f.release.population.partner, f.release.kpi): f.now for f in again.figures if f.now != f.release.text}
    assert changed["garage", "students_served"] == "40" and changed["", "students_served"] == "60"
    assert ("bank", "students_served") not in changed
    notes = [note for note in page_of(made).notes if note.startswith("Restated")]
    assert any("Students served (garage) of 2026-27 Q1, 40, was 20" in note for note in notes)


def test_the_ledger_knows_whom_a_figure_is_about(tmp_path: Path) -> None:
    """A ledger from before there was a page of the district gets what it lacks."""
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40)})
    own = report(made, "bank", today=TODAY, options=ReportOptions(QUARTER, "json"))
    with open_for_writing(made.database, wait_seconds=1) as warehouse:
        warehouse.run("alter table published_figures drop column partner")
    with open_for_reading(made.database) as warehouse:
        old = told_figures(warehouse, hashlib.sha256(own.read_bytes()).hexdigest())
    path = report(made, "", today=TODAY, options=ReportOptions(QUARTER, "json"))
    with open_for_reading(made.database) as warehouse:
        new = told_figures(warehouse, hashlib.sha256(path.read_bytes()).hexdigest())
        still = told_figures(warehouse, hashlib.sha256(own.read_bytes()).hexdigest())

    assert {release.population.partner for release in old} == {"bank"} and still == old
    assert {release.population.partner for release in new} == {"", "bank", "garage"}


# The command.


def test_the_command_draws_the_page_and_says_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = district(tmp_path / "d", {"bank": range(20), "garage": range(20, 40)})
    options = ["--district", "--period", QUARTER, "--workspace", str(made.root)]

    assert run(["report", *options, "--format", "html", "--audience", "board"]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.name == "district-board.html" and "All partners" in path.read_text()
    assert run(["explain", "students_served", *options]) == 0
    assert "garage" in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--partner", "bank", "--district"]], ids=["neither", "both"])
@pytest.mark.parametrize("command", [["report"], ["explain", "E1"]])
def test_a_board_is_of_one_partner_or_of_the_district(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], options: list[str]
) -> None:
    made = workspace(tmp_path / "d")

    assert run([*command, *options, "--workspace", str(made.root)]) == 2
    assert [line.split(":")[0] for line in capsys.readouterr().err.strip().splitlines()] == ["Error", "Where", "Now"]
