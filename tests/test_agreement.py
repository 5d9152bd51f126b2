"""The data-sharing agreement: on which days a report may be made, from which data, and about how many people."""

import datetime as dt
import json
import tomllib
from pathlib import Path

import pytest
from given import HOSPITAL, TODAY, csv_text, export, take_in, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, PrivacyRefused
from partnerkpi.models.board import Board
from partnerkpi.models.release import State
from partnerkpi.records.partners import read_partner
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.agreement import agreement_lines, standing_on
from partnerkpi.report.verify import Verdict, verify
from partnerkpi.report.workflow import make_board

START, END = dt.date(2026, 8, 1), dt.date(2026, 12, 31)
AGREED = f"\n[agreement]\nstart = {START}\nend = {END}\n"


def district(folder: Path, agreement: str = "", *, students: int = 12, smallest: int = 10) -> Workspace:
    """A cohort of the hospital with a day of attendance, a mark and a visit each."""
    made = workspace(folder, partners={"hospital": HOSPITAL + agreement})
    settings = folder / "partnerkpi.toml"
    settings.write_text(settings.read_text() + f"\n[privacy]\nminimum_group = {smallest}\n")
    people = [f"S{number}" for number in range(students)]
    days = [dt.date(2026, 9, day) for day in range(1, 13)]
    exports = {
        "participants": ("student_number,partner,program,start", [f"{n},RIVERBEND,,2026-08-25" for n in people]),
        "attendance": (
            "student_number,school,date,status",
            [f"{n},North,{day},{'absent_excused' if n == 'S1' else 'present'}" for day in days for n in people],
        ),
        "engagement": (
            "student_number,partner,program,activity,date,hours",
            [f"{n},RIVERBEND,Health Academy,Lab visit,2026-09-15,2" for n in people],
        ),
        "grades": (
            "student_number,school_year,term,course,mark",
            [f"{n},2026-27,Q1,Biology,{'B' if n != 'S2' else 'C'}" for n in people],
        ),
    }
    for name, (header, rows) in exports.items():
        export(made, f"{name}.csv", csv_text(header, rows))
    take_in(made)
    return made


def board_on(made: Workspace, day: dt.date, *, as_of: dt.date | None = None) -> Board:
    return make_board(made, "hospital", today=day, period="2026-27-Q1", as_of=as_of)[0]


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A district with an agreement from August to December 2026; do not write into it."""
    return district(tmp_path_factory.mktemp("agreed") / "d", AGREED)


@pytest.mark.parametrize(
    ("day", "state", "days"),
    [
        (dt.date(2026, 7, 31), "early", None),
        (dt.date(2026, 8, 1), "in force", 152),
        (dt.date(2026, 10, 31), "in force", 61),
        (dt.date(2026, 11, 1), "ending", 60),
        (dt.date(2026, 12, 30), "ending", 1),
        (dt.date(2026, 12, 31), "ending", 0),
        (dt.date(2027, 1, 1), "over", None),
    ],
)
def test_where_an_agreement_stands_on_each_edge_day(agreed: Workspace, day: dt.date, state: str, days: int) -> None:
    stands = standing_on(read_partner(agreed.partners / "hospital.toml"), day)

    assert (stands.state, stands.days) == (state, days)


@pytest.mark.parametrize("day", [START, END], ids=["first day", "last day"])
def test_a_report_is_made_on_the_first_and_on_the_last_day(agreed: Workspace, day: dt.date) -> None:
    assert board_on(agreed, day).partner_id == "hospital"


@pytest.mark.parametrize(
    ("day", "when"),
    [(START - dt.timedelta(days=1), "begins on 2026-08-01"), (END + dt.timedelta(days=1), "ended on 2026-12-31")],
    ids=["the day before", "the day after"],
)
def test_a_report_outside_the_agreement_is_refused(agreed: Workspace, day: dt.date, when: str) -> None:
    with pytest.raises(PrivacyRefused, match=when) as caught:
        report(agreed, "hospital", today=day, options=ReportOptions("2026-27-Q1", "html"))

    assert caught.value.exit_code == 5
    assert "partners/hospital.toml" in caught.value.where
    assert not (agreed.root / "boards" / "2026-27-Q1").exists()


def test_the_day_looked_back_to_counts(agreed: Workspace) -> None:
    """Made in 2027 as it was known in December; what was known in July was under no agreement."""
    assert board_on(agreed, dt.date(2027, 3, 1), as_of=END).partner_id == "hospital"
    with pytest.raises(PrivacyRefused, match="begins on"):
        board_on(agreed, TODAY, as_of=START - dt.timedelta(days=1))


def test_a_day_to_come_does_not_count(agreed: Workspace) -> None:
    """Looking ahead to 2027 makes no report of today one of 2027."""
    assert board_on(agreed, END, as_of=dt.date(2027, 6, 1)).partner_id == "hospital"


@pytest.mark.parametrize(("days", "heard"), [(61, 0), (60, 1), (0, 1)])
def test_every_report_of_the_last_sixty_days_warns(agreed: Workspace, tmp_path: Path, days: int, heard: int) -> None:
    said: list[str] = []
    options = ReportOptions("2026-27-Q1", "html", tmp_path / "page.html", plan=True)
    report(agreed, "hospital", today=END - dt.timedelta(days=days), options=options, warn=said.append)

    assert len(said) == heard
    assert all("2026-12-31" in line and "hospital" in line for line in said)


def test_without_an_agreement_nothing_changes(tmp_path: Path) -> None:
    said: list[str] = []
    made = district(tmp_path / "d")
    options = ReportOptions("2026-27-Q1", "html", tmp_path / "page.html")
    assert report(made, "hospital", today=dt.date(2030, 1, 1), options=options, warn=said.append).is_file()
    assert said == []


def test_data_it_does_not_name_is_left_out_and_the_page_says_so(tmp_path: Path) -> None:
    made = district(tmp_path / "d", AGREED + 'fields = ["attendance", "engagement"]\n')
    board = board_on(made, TODAY)

    assert {line.kpi for line in board.kpi_lines} >= {"attendance_rate", "students_served"}
    assert not {release.kpi for release in board.releases} & {"course_pass_rate", "gpa_unweighted"}
    assert board.manifest is not None and "grades" not in {source.table for source in board.manifest.sources}
    (note,) = (note for note in board.notes if "agreement" in note)
    assert note.startswith("The data-sharing agreement covers attendance, engagement;")
    assert not any("there is no such KPI" in note for note in board.notes)
    assert [through.source for through in board.data_through] == ["attendance", "engagement"]
    assert {p.id: p.empty for p in board.panels if p.id == "college"} == {
        "college": "The data-sharing agreement does not cover it."
    }


def test_a_goal_on_data_it_does_not_name_is_no_unknown_kpi(tmp_path: Path) -> None:
    goal = '\n[[goals]]\nkpi = "course_pass_rate"\ntarget = 98\ndue = "2026-27 Q4"\n'
    board = board_on(district(tmp_path / "d", goal + AGREED + 'fields = ["attendance"]\n'), TODAY)

    assert board.goals == ()
    assert not any("no such KPI" in note for note in board.notes)


def test_a_table_that_there_is_not_is_refused(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL + AGREED + 'fields = ["marks"]\n'})
    with pytest.raises(ConfigurationError, match="marks"):
        read_partner(made.partners / "hospital.toml")


@pytest.mark.parametrize(
    ("of_district", "of_agreement", "shown"), [(10, 13, False), (10, 12, True), (13, 5, False), (12, 5, True)]
)
def test_the_smallest_group_is_raised_and_never_lowered(
    tmp_path: Path, of_district: int, of_agreement: int, shown: bool
) -> None:
    """A cohort of 12."""
    made = district(tmp_path / "d", AGREED + f"minimum_group = {of_agreement}\n", smallest=of_district)
    board = board_on(made, TODAY)
    (served,) = (line for line in board.kpi_lines if line.kpi == "students_served")

    assert (board.release(served.now).state is State.SHOWN) is shown
    assert board.manifest is not None and board.manifest.minimum_group == max(of_district, of_agreement)
    assert any(f"fewer than {max(of_district, of_agreement)} students" in note for note in board.notes)


def test_verify_says_why_a_board_cannot_be_checked_any_more(tmp_path: Path) -> None:
    made = district(tmp_path / "d", AGREED)
    path = report(made, "hospital", today=TODAY, options=ReportOptions("2026-27-Q1"))
    found = verify(made, path, today=dt.date(2027, 1, 1))

    assert {figure.verdict for figure in found.figures} == {Verdict.UNCHECKED}
    assert "ended on 2026-12-31" in found.figures[0].why


def test_check_tells_where_the_agreements_stand_and_who_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = dt.date.today()
    files = {
        "hospital": (today, today + dt.timedelta(days=60)),
        "bank": (today - dt.timedelta(days=9), today - dt.timedelta(days=1)),
        "garage": (today + dt.timedelta(days=1), today + dt.timedelta(days=400)),
        "museum": (today, today + dt.timedelta(days=61)),
    }
    partners = {
        name: f'name = "{name}"\n[agreement]\nstart = {start}\nend = {end}\n' for name, (start, end) in files.items()
    }
    made = workspace(tmp_path / "d", partners={**partners, "library": 'name = "Library"\n'})
    export(made, "a.csv", csv_text("student_number,school,date,status", ["S1,North,2026-09-01,present"]))
    take_in(made)

    code = run(["check", "--workspace", str(made.root), "--json"])
    told = capsys.readouterr()

    assert code == 0
    listed = {each["partner"]: each["state"] for each in json.loads(told.out)["agreements"]}
    assert listed == {"hospital": "ending", "bank": "over", "garage": "early", "museum": "in force", "library": "none"}
    lines = [line for line in told.err.splitlines() if "agreement" in line]
    assert len(lines) == 4
    assert "in 60 days" in lines[2] and "ended on" in lines[0] and "begins on" in lines[1]
    assert lines[-1] == "information: no data-sharing agreement is in the file of: library."


RENEWED = f"{AGREED}\n[[agreements]]\nstart = 2027-01-01\nend = 2027-12-31\n"
LATER = RENEWED.replace("2027-01-01", "2027-02-01")


def test_a_renewed_agreement_leaves_the_boards_of_the_one_before(tmp_path: Path) -> None:
    made = district(tmp_path / "d", AGREED)
    before = board_on(made, TODAY)
    path = made.partners / "hospital.toml"
    path.write_text(path.read_text() + RENEWED.removeprefix(AGREED))

    assert board_on(made, dt.date(2027, 3, 1), as_of=TODAY) == before
    assert board_on(made, dt.date(2027, 3, 1)).partner_id == "hospital"


@pytest.mark.parametrize(
    ("text", "day", "state", "days"),
    [
        (RENEWED, dt.date(2026, 7, 31), "early", None),
        (RENEWED, dt.date(2026, 12, 31), "in force", 0),
        (RENEWED, dt.date(2027, 1, 1), "in force", 364),
        (RENEWED, dt.date(2027, 12, 1), "ending", 30),
        (RENEWED, dt.date(2028, 1, 1), "over", None),
        (LATER, dt.date(2026, 12, 31), "ending", 0),
        (LATER, dt.date(2027, 1, 15), "early", None),
        (LATER, dt.date(2027, 2, 1), "in force", 333),
    ],
)
def test_where_several_agreements_stand(tmp_path: Path, text: str, day: dt.date, state: str, days: int | None) -> None:
    """One that goes on under the next without a gap needs no warning."""
    path = tmp_path / "hospital.toml"
    path.write_text(HOSPITAL + text)
    stands = standing_on(read_partner(path), day)

    assert (stands.state, stands.days) == (state, days)


@pytest.mark.parametrize(
    ("today", "as_of", "smallest", "marks"),
    [
        (dt.date(2026, 12, 1), None, "10", True),
        (dt.date(2027, 2, 1), None, "12", False),
        (dt.date(2027, 2, 1), dt.date(2026, 12, 1), "10", True),
    ],
    ids=["under the first", "under the next", "looking back"],
)
def test_of_several_agreements_the_one_of_the_day_says_what_may_be_told(
    tmp_path: Path, today: dt.date, as_of: dt.date | None, smallest: str, marks: bool
) -> None:
    """A narrower renewal leaves what was told under the one before as it was."""
    first = AGREED + 'fields = ["attendance", "grades", "engagement"]\n'
    made = district(
        tmp_path / "d",
        first + RENEWED.removeprefix(AGREED) + 'fields = ["attendance", "engagement"]\nminimum_group = 12\n',
    )
    found = board_on(made, today, as_of=as_of)
    told = {release.kpi for release in found.releases}

    assert f"fewer than {smallest} students" in found.notes[0]
    assert ("course_pass_rate" in told) is marks and "attendance_rate" in told


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (RENEWED.replace("2027-01-01", "2026-12-31"), "two agreements cover 2026-12-31"),
        (RENEWED.replace("2027-12-31", "2026-12-30"), "ends before it starts"),
    ],
)
def test_agreements_that_cannot_be_are_told(tmp_path: Path, text: str, mistake: str) -> None:
    path = tmp_path / "hospital.toml"
    path.write_text(HOSPITAL + text)
    with pytest.raises(ConfigurationError, match=mistake):
        read_partner(path)


def test_the_command_ends_with_five_and_three_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = district(tmp_path / "d", "\n[agreement]\nstart = 2020-01-01\nend = 2020-12-31\n")

    code = run(["report", "--partner", "hospital", "--format", "html", "--workspace", str(made.root)])
    told = capsys.readouterr()

    assert (code, told.out) == (5, "")
    assert [line.split(":")[0] for line in told.err.strip().splitlines()] == ["Error", "Where", "Now"]


def test_nothing_is_said_of_an_agreement_that_holds(agreed: Workspace) -> None:
    content = tomllib.loads((agreed.partners / "hospital.toml").read_text())
    assert content["agreement"]["end"] == END
    assert agreement_lines([standing_on(read_partner(agreed.partners / "hospital.toml"), START)]) == []
