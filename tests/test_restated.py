"""The release ledger, and what the next board says of figures that were told differently before."""

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from given import NOW, SETTINGS, TODAY, csv_text, export, take_in
from told import LAST, NOW_TOLD, correct, district, manifest_of
from told import written as written_as

from partnerkpi import assets
from partnerkpi.config.workspace import SETTINGS_FILE, Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.ingest import ingest
from partnerkpi.models.board import Board
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.workflow import make_board
from partnerkpi.undo import undo
from partnerkpi.warehouse import open_for_reading, open_for_writing
from partnerkpi.warehouse.publications import publications, told_figures

pytestmark = pytest.mark.usefixtures("laid_out_here")


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Forty students, no board written; do not write into it."""
    return district(tmp_path_factory.mktemp("forty") / "d")


@pytest.fixture
def made(forty: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it."""
    return Workspace(shutil.copytree(forty.root, tmp_path / "d"))


def written(made: Workspace, period: str = LAST, **options: Any) -> Path:
    """The board, in the format that takes the least time."""
    return written_as(made, period, **{"format": "json", **options})


def _board(made: Workspace, period: str = NOW_TOLD, as_of: dt.date | None = None) -> Board:
    return make_board(made, "hospital", today=TODAY + dt.timedelta(days=9), period=period, as_of=as_of)[0]


def _notes(board: Board) -> list[str]:
    """What a board says about figures that were told differently."""
    return [note for note in board.notes if note.startswith(("Restated: ", "And "))]


def _booked(made: Workspace) -> list[tuple[object, ...]]:
    with open_for_reading(made.database) as warehouse:
        return [
            tuple(row)
            for row in warehouse.rows(
                "select period, day, version, format, sha256 from published_boards order by board_id"
            )
        ]


# The ledger.


def test_a_written_board_is_booked_once_with_its_figures(made: Workspace) -> None:
    board = written(made, format="pdf")
    again = written(made, format="pdf")
    with open_for_reading(made.database) as warehouse:
        (booked,) = publications(warehouse, "hospital", ["2025-26 Q4"])
        figures = told_figures(warehouse, booked.sha256)

    manifest = manifest_of(board)
    assert board == again and booked.version == manifest["version"] and booked.day == TODAY
    assert [(f.code, f.kpi, f.population.period, f.state.value, f.text) for f in figures] == [
        (f["code"], f["kpi"], f["population"]["period"], f["state"], f["text"]) for f in manifest["releases"]
    ]
    assert {figure.low for figure in figures} == {None}


def test_each_format_is_a_file_of_its_own(made: Workspace) -> None:
    for suffix in ("json", "html", "json"):
        written(made, format=suffix)

    assert [row[3] for row in _booked(made)] == ["json", "html"]


def test_a_plan_and_a_board_that_looks_back_are_not_booked(made: Workspace) -> None:
    written(made, plan=True)
    written(made, as_of=TODAY)

    assert _booked(made) == []


def test_a_database_from_before_the_ledger_gets_one_with_the_first_board(made: Workspace) -> None:
    with open_for_writing(made.database) as warehouse:
        warehouse.run("drop table published_figures; drop table published_boards")
    assert _notes(_board(made)) == []
    written(made)

    assert len(_booked(made)) == 1


# The line on the next board.


def test_the_next_board_says_what_was_restated_since_and_why(made: Workspace) -> None:
    written(made)
    correct(made)
    notes = _notes(_board(made))

    # A quarter of 40 students missed 6 of 12 days, now it is half of them.
    assert notes == [
        "Restated: Attendance rate of 2025-26 Q4, 75%, was 88% (board of 2025-26 Q4): april.csv taken in since.",
        "Restated: Chronic absence of 2025-26 Q4, 50%, was 25% (board of 2025-26 Q4): april.csv taken in since.",
    ]


def test_the_same_quarter_drawn_anew_says_it_as_well_however_often(made: Workspace) -> None:
    written(made)
    correct(made)
    first = written(made, format="pdf").read_bytes()
    second = written(made, format="pdf").read_bytes()

    assert first == second and len(_booked(made)) == 2
    assert _notes(_board(made, LAST)) and _notes(_board(made, LAST)) == _notes(_board(made, LAST))


def test_without_a_change_nothing_is_said(made: Workspace) -> None:
    written(made)
    written(made, NOW_TOLD)

    assert _notes(_board(made)) == _notes(_board(made, LAST)) == []


def test_what_is_put_right_again_was_what_it_was_told_last(made: Workspace) -> None:
    written(made)
    correct(made)
    written(made)
    undo(made, 4, now=NOW)

    assert "Restated: Chronic absence of 2025-26 Q4, 25%, was 50% (board of 2025-26 Q4)." in _notes(_board(made, LAST))


def test_another_definition_is_the_reason(made: Workspace) -> None:
    written(made)
    own = made.root / "queries" / "kpis"
    own.mkdir(parents=True)
    shipped = assets.files("queries/kpis", ".sql")["chronic_absence"].read_text()
    (own / "chronic_absence.sql").write_text(shipped.replace("case when 10 *", "case when 1 *"))

    assert _notes(_board(made, LAST))[0] == (
        "Restated: Chronic absence of 2025-26 Q4, 5% or less, was 25% (board of 2025-26 Q4): another definition."
    )


def test_a_manifest_that_another_version_wrote_gives_no_cause(made: Workspace) -> None:
    written(made)
    with open_for_writing(made.database) as warehouse:
        warehouse.run("update published_boards set manifest = replace(manifest, 'manifest/1', 'manifest/0')")
    correct(made)

    assert "Restated: Chronic absence of 2025-26 Q4, 50%, was 25% (board of 2025-26 Q4)." in _notes(_board(made, LAST))


def test_a_figure_that_is_lost_is_said_to_be(made: Workspace) -> None:
    written(made)
    path, year = made.root / SETTINGS_FILE, '[[school_year]]\nname = "2026-27"'
    path.write_text(path.read_text().replace(year, f"[settings.chronic_absence]\nminimum_days = 13\n\n{year}"))
    board = _board(Workspace(made.root), LAST)

    assert board.release("A2").text == "no students"
    assert _notes(board) == [
        f"Restated: Chronic absence{program} of 2025-26 Q4, told on the board of 2025-26 Q4, is not known now."
        for program in ("", " (academy)")
    ]


def test_a_restated_board_has_another_version_and_its_manifest_names_it(made: Workspace) -> None:
    correct(made)
    plain = _board(made, LAST)
    undo(made, 4, now=NOW)
    written(made)
    take_in(made, made.inbox / "april.csv")
    restated = _board(made, LAST)

    assert [release.text for release in plain.releases] == [release.text for release in restated.releases]
    assert plain.version != restated.version
    assert restated.manifest is not None and restated.manifest.version == restated.version


def test_many_restatements_are_three_lines_and_a_number(made: Workspace) -> None:
    written(made)
    correct(made)
    marks = [f"S{n:03},2025-26,S2,Biology,{'F' if n % 4 else 'B'}" for n in range(40)]
    grades = "student_number,school_year,term,course,mark"
    take_in(made, export(made, "grades.csv", csv_text(grades, marks)))
    late = written(made)
    better = [f"S{n:03},2025-26,S2,Biology,{'F' if n % 2 else 'A'}" for n in range(40)]
    take_in(made, export(made, "better.csv", csv_text(grades, better)))
    notes = _notes(_board(made, LAST))

    assert late.exists() and len(notes) == 4
    assert all(note.startswith("Restated: ") for note in notes[:3])
    assert notes[3].startswith("And ") and notes[3].endswith(" more: partnerkpi verify.")


def test_a_figure_that_was_not_known_yet_is_news_and_no_restatement(made: Workspace) -> None:
    written(made)
    marks = [f"S{n:03},2025-26,S2,Biology,B" for n in range(40)]
    take_in(made, export(made, "grades.csv", csv_text("student_number,school_year,term,course,mark", marks)))
    board = _board(made, LAST)

    assert board.release("G1").low is not None
    assert _notes(board) == []


def test_a_board_that_looks_back_compares_with_what_was_told_by_then(made: Workspace) -> None:
    written(made)
    ingest(made, [correct(made, take=False)], now=NOW + dt.timedelta(days=3))
    report(made, "hospital", today=TODAY + dt.timedelta(days=5), options=ReportOptions(period=LAST))
    days = [TODAY + dt.timedelta(days=number) for number in (0, 4, 6)]
    before, between, after = (_notes(_board(made, LAST, as_of=day)) for day in days)

    assert before == [] and between and between == after


# Small groups.


def _with_participants(made: Workspace, students: int) -> None:
    """From now on the cohort is these students alone."""
    for load in (3, 2, 1):
        undo(made, load, now=NOW)
    for path in made.inbox.iterdir():
        path.unlink()
    smaller = district(made.root.parent / f"of{students}", students)
    for path in smaller.inbox.iterdir():
        shutil.copyfile(path, made.inbox / path.name)
    take_in(made)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (12, 9, "told on the board of 2025-26 Q4, is not shown now, to protect privacy."),
        (9, 12, "not shown on the board of 2025-26 Q4, is told now."),
    ],
)
def test_what_was_or_is_hidden_is_restated_without_a_number_or_a_cause(
    tmp_path: Path, before: int, after: int, said: str
) -> None:
    made = district(tmp_path / "d", before)
    written(made)
    _with_participants(made, after)
    notes = _notes(_board(made, LAST))

    assert notes and all(note.endswith((said, "partnerkpi verify.")) for note in notes)
    assert not any("%" in note or ".csv" in note for note in notes)


def test_two_hidden_texts_are_no_restatement(tmp_path: Path) -> None:
    made = district(tmp_path / "d", 9)
    written(made)
    path = made.root / SETTINGS_FILE
    path.write_text(f"{SETTINGS}\n[privacy]\nminimum_group = 12\n")
    board = _board(Workspace(made.root), LAST)

    assert board.release("A1").text == "fewer than 12 students" and _notes(board) == []


@pytest.mark.parametrize(
    ("students", "told"),
    [(45, "45, was another figure (board of"), (52, "52, was 40 (board of")],
    ids=["five more", "a dozen more"],
)
def test_two_counts_side_by_side_do_not_count_a_few(made: Workspace, students: int, told: str) -> None:
    """R7: the new count is told in any case; beside the old one it would say how many have come."""
    written(made)
    new = [f"N{number},RIVERBEND,Health Academy" for number in range(40, students)]
    people = csv_text("student_number,partner,program,start", [f"{each},2026-01-05" for each in new])
    visits = csv_text(
        "student_number,partner,program,activity,date,hours", [f"{each},Lab,2026-04-01,2" for each in new]
    )
    take_in(made, export(made, "people.csv", people), export(made, "visits.csv", visits))
    notes = _notes(_board(made, LAST))
    (served,) = [note for note in notes if "Students served of" in note]

    assert f"2025-26 Q4, {told} 2025-26 Q4)" in served


def test_a_board_that_cannot_be_written_is_not_booked(made: Workspace) -> None:
    """And what stands there and is no file, such as a device, is not replaced by one."""
    pipe = made.root / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(ConfigurationError, match="no ordinary file"):
        written(made, out=pipe)

    assert pipe.is_fifo() and _booked(made) == []
    assert written(made).is_file() and len(_booked(made)) == 1
