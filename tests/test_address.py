"""From a code on the page back to the files, and whether a written board still holds."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pypdf
import pytest
from given import HOSPITAL, NOW, SETTINGS, TODAY, take_in
from told import GOAL, LAST, NOW_TOLD, PANELS, correct, district, written

from partnerkpi import assets
from partnerkpi.cli.app import run
from partnerkpi.config.workspace import SETTINGS_FILE, Workspace
from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.records.board_file import read_manifest
from partnerkpi.report.explain import explain
from partnerkpi.report.verify import Verdict, Verification, verify
from partnerkpi.undo import undo

pytestmark = pytest.mark.usefixtures("laid_out_here")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Forty students, with the spring's board written; do not write into it."""
    made = district(tmp_path_factory.mktemp("forty") / "d")
    written(made)
    return made


@pytest.fixture
def made(forty: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it."""
    return Workspace(shutil.copytree(forty.root, tmp_path / "d"))


def _board(made: Workspace) -> Path:
    return made.root / "boards" / LAST / "hospital.pdf"


def _checked(made: Workspace) -> Verification:
    return verify(made, _board(made), today=TODAY)


# Explaining.


@pytest.mark.parametrize(
    ("wanted", "code", "kpi"),
    [
        ("A1", "A1", "attendance_rate"),
        ("a2-T3", "A2-t3", "chronic_absence"),
        ("A1-d", "A1-d", "attendance_rate"),
        ("E1-y", "E1-y", "students_served"),
        ("P1b", "P1b", "attendance_rate"),
        ("V1", "A2", "chronic_absence"),
    ],
)
def test_a_code_leads_to_its_figure(forty: Workspace, wanted: str, code: str, kpi: str) -> None:
    (found,) = explain(forty, wanted, "hospital", today=TODAY, period=LAST).figures

    assert (found.release.code, found.kpi.id) == (code, kpi)
    assert {source.file for source in found.sources} >= {"participants.csv"}


def test_a_kpi_leads_to_all_its_codes(forty: Workspace) -> None:
    found = explain(forty, "attendance_rate", "hospital", today=TODAY, period=LAST).figures

    codes = [each.release.code for each in found]
    assert codes[:4] == ["A1", "A1-y", "A1-d", "A1-t1"] and codes[-1] == "P1b"
    assert {each.kpi.id for each in found} == {"attendance_rate"}


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [("A9", "A2"), ("chronic_absense", "chronic_absence"), ("V7", "V1"), ("attendence_rate", "attendance_rate")],
)
def test_an_unknown_code_is_refused_with_the_nearest_one(forty: Workspace, wanted: str, meant: str) -> None:
    with pytest.raises(UsageError, match="There is no figure or KPI") as caught:
        explain(forty, wanted, "hospital", today=TODAY, period=LAST)

    assert meant in caught.value.what or meant in caught.value.where
    assert "did you mean" in caught.value.what


def test_what_is_hidden_stays_hidden_when_it_is_explained(tmp_path: Path, capsys: Capture) -> None:
    made = district(tmp_path / "d", 9)
    where = ["--partner", "hospital", "--period", LAST, "--workspace", str(made.root)]
    assert run(["explain", "A1", *where]) == 0
    text = capsys.readouterr().out

    assert "A1 on the page, 2025-26 Q4: fewer than 10 students" in text
    assert "hidden: no figure is told about fewer than 10 people (R1)" in text
    assert "fewer than 500" in text and "not told: a small file" in text


def test_explain_tells_a_person_and_a_program_the_same(forty: Workspace, capsys: Capture) -> None:
    where = ["--partner", "hospital", "--period", LAST, "--workspace", str(forty.root)]
    assert run(["explain", "A2", *where]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert run(["explain", "A2", "--json", *where]) == 0
    document = json.loads(capsys.readouterr().out)

    assert document["schema"] == "partnerkpi.explain/1"
    (figure,) = document["figures"]
    for told in (figure["release"]["text"], figure["kpi"]["sha256"], figure["decision"], figure["kpi"]["definition"]):
        assert told in text
    assert "Setting: minimum_days = 10" in text and "chronic_absence.sql (shipped)" in text
    assert [source["file"] in text for source in figure["sources"]] == [True] * 3
    assert run(["explain", "students_served", *where]) == 0
    assert "E1-y" in capsys.readouterr().out


# Verifying.


def test_a_board_holds_while_nothing_changes(forty: Workspace) -> None:
    found = _checked(forty)

    assert found.holds and found.published == TODAY
    assert len(found.figures) == len(found.manifest.releases) > 40


def test_a_correction_restates_the_figures_it_touches_and_is_named(made: Workspace) -> None:
    correct(made)
    found = _checked(made)

    restated = {figure.release.code: figure for figure in found.figures if figure.verdict is Verdict.RESTATED}
    assert {"A1", "A2", "A3", "P1b"} & set(restated) == {"A1", "A2", "P1b"}
    assert not [code for code in restated if code.startswith("E")]
    assert restated["A2"].why == f"load 4 (april.csv) corrected attendance on {NOW.date()}"
    assert (restated["A2"].release.text, restated["A2"].now) == ("25%", "50%")


def test_an_undone_load_is_named(made: Workspace) -> None:
    undo(made, 1, now=NOW)
    figures = {figure.release.code: figure for figure in _checked(made).figures}

    assert figures["A1"].verdict is Verdict.RESTATED
    assert figures["A1"].why == f"load 1 (attendance.csv) was undone on {NOW.date()}"
    assert figures["E1"].verdict is Verdict.HOLDS


def _other_kpi_file(made: Workspace) -> None:
    own = made.root / "queries" / "kpis"
    own.mkdir(parents=True)
    shipped = assets.files("queries/kpis", ".sql")["chronic_absence"].read_text()
    (own / "chronic_absence.sql").write_text(shipped.replace("case when 10 *", "case when 1 *"))


def _settings(old: str, new: str) -> Callable[[Workspace], None]:
    def change(made: Workspace) -> None:
        path = made.root / SETTINGS_FILE
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


_AT_THE_END = '[[school_year]]\nname = "2026-27"'
_CHANGES: Sequence[tuple[Callable[[Workspace], None], str, str]] = [
    (_other_kpi_file, "A2", "the KPI file chronic_absence.sql changed"),
    (
        _settings(_AT_THE_END, f"[settings.chronic_absence]\nminimum_days = 40\n\n{_AT_THE_END}"),
        "A2",
        "the setting minimum_days changed from 10 to 40",
    ),
    (
        _settings(_AT_THE_END, f"[privacy]\nminimum_group = 30\n\n{_AT_THE_END}"),
        "P1a",
        "",
    ),
    (
        _settings("first_day = 2026-03-28", "first_day = 2026-04-08"),
        "A1",
        "the calendar, a scale, a rate, a rule or a partner's names and programs changed",
    ),
]


@pytest.mark.parametrize(("change", "code", "why"), _CHANGES, ids=["KPI file", "setting", "larger groups", "calendar"])
def test_whatever_else_changed_is_named(
    made: Workspace, change: Callable[[Workspace], None], code: str, why: str
) -> None:
    change(made)
    figures = {
        figure.release.code: figure for figure in verify(Workspace(made.root), _board(made), today=TODAY).figures
    }

    assert figures[code].why == why
    assert figures[code].verdict is (Verdict.RESTATED if why else Verdict.HOLDS)


def test_a_larger_smallest_group_hides_and_is_named(tmp_path: Path) -> None:
    made = district(tmp_path / "d", 20)
    board = written(made)
    _settings(_AT_THE_END, f"[privacy]\nminimum_group = 30\n\n{_AT_THE_END}")(made)
    figures = {figure.release.code: figure for figure in verify(Workspace(made.root), board, today=TODAY).figures}

    assert figures["A1"].now == "fewer than 30 students"
    assert figures["A1"].why == "the smallest group that is shown changed from 10 to 30"


def _no_partner(made: Workspace) -> None:
    (made.root / "partners" / "hospital.toml").unlink()


def _no_quarter(made: Workspace) -> None:
    (made.root / SETTINGS_FILE).write_text(SETTINGS.replace('name = "2025-26"', 'name = "2023-24"'))


def _another_district(made: Workspace) -> None:
    _settings("Test District", "Elsewhere")(made)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_no_partner, "There is no partner called hospital"),
        (_no_quarter, "There is no quarter called 2025-26 Q4"),
        (_another_district, "it is of another workspace: Test District"),
    ],
    ids=["partner", "quarter", "district"],
)
def test_what_keeps_a_board_from_being_checked_is_said(
    made: Workspace, change: Callable[[Workspace], None], why: str
) -> None:
    change(made)
    found = verify(Workspace(made.root), _board(made), today=TODAY)

    assert {(figure.verdict, figure.why) for figure in found.figures} == {(Verdict.UNCHECKED, why)}


def test_a_board_of_the_same_district_made_of_other_files_is_not_checked_here(made: Workspace, tmp_path: Path) -> None:
    other = district(tmp_path / "other", 30)
    found = verify(made, written(other), today=TODAY)

    assert {figure.why for figure in found.figures} == {"it is of another workspace: Test District"}
    assert found.published is None


def test_a_figure_whose_kpi_is_on_the_board_no_more_cannot_be_checked(made: Workspace) -> None:
    goal = GOAL.replace("chronic_absence", "gpa_weighted")
    path = made.root / "partners" / "hospital.toml"
    path.write_text(HOSPITAL + PANELS + goal)
    board = written(made, out=made.root / "b.pdf")
    path.write_text(HOSPITAL + PANELS)
    found = verify(made, board, today=TODAY)

    gone = {f.release.kpi: f.why for f in found.figures if f.verdict is Verdict.UNCHECKED}
    assert gone == {"gpa_weighted": "the board has no such figure now"}
    assert found.count(Verdict.RESTATED) == 0


@pytest.mark.parametrize(
    ("change", "code"), [(None, 0), (correct, 4), (_no_partner, 4)], ids=["holds", "restated", "not"]
)
def test_the_exit_code_of_verify(
    made: Workspace, capsys: Capture, change: Callable[[Workspace], None] | None, code: int
) -> None:
    if change is not None:
        change(made)
    where = ["--workspace", str(made.root)]
    assert run(["verify", str(_board(made)), *where]) == code
    told = capsys.readouterr().out
    assert run(["verify", str(_board(made)), "--json", *where]) == code
    document = json.loads(capsys.readouterr().out)

    assert document["schema"] == "partnerkpi.verify/1" and document["holds"] == (code == 0)
    others = [figure for figure in document["figures"] if figure["verdict"] != "holds"]
    assert bool(others) == (code == 4) and all(figure["why"] in told for figure in others)


def test_one_reason_for_all_figures_is_told_once(made: Workspace, capsys: Capture) -> None:
    _no_partner(made)
    assert run(["verify", str(_board(made)), "--workspace", str(made.root)]) == 4
    reason, sums = capsys.readouterr().out.splitlines()

    assert reason.startswith("None of ") and reason.endswith(" figures: There is no partner called hospital.")
    assert sums.startswith("0 hold, 0 restated, ")


def test_a_board_that_was_changed_is_not_the_one_in_the_books(made: Workspace, capsys: Capture) -> None:
    board = _board(made)
    board.write_bytes(board.read_bytes() + b"\n")

    assert run(["verify", str(board), "--workspace", str(made.root)]) == 0
    assert "not in the books" in capsys.readouterr().err


# Files that are no boards of ours.


def _pdf(folder: Path, attached: bytes | None = None) -> Path:
    writer, path = pypdf.PdfWriter(), folder / "board.pdf"
    writer.add_blank_page(100, 100)
    if attached is not None:
        writer.add_attachment("manifest.json", attached)
    writer.write(path)
    return path


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "board.pdf"
    path.write_bytes(content)
    return path


_FILES: Sequence[tuple[Callable[[Path], Path], str]] = [
    (lambda folder: folder / "absent.pdf", "no such file"),
    (lambda folder: _file(folder, b"student_number,school\n"), "it is not a PDF"),
    (lambda folder: _file(folder, b""), "it is not a PDF"),
    (lambda folder: _file(folder, b"%PDF-1.7\nnothing more"), "cannot be read as a PDF"),
    (_pdf, "no manifest.json attached"),
    (lambda folder: _pdf(folder, b"\xff\xfe"), "not JSON"),
    (lambda folder: _pdf(folder, b"[" * 100_000), "not JSON"),
    (lambda folder: _pdf(folder, b'{"schema": "partnerkpi.manifest/9"}'), "of the schema partnerkpi.manifest/9"),
    (lambda folder: _pdf(folder, b'{"schema": "\\u001b[31m"}'), "of no known schema"),
    (lambda folder: _pdf(folder, b'{"schema": "partnerkpi.manifest/1"}'), "has not the parts"),
]


@pytest.mark.parametrize(("make", "why"), _FILES, ids=range(len(_FILES)))
def test_a_file_that_is_no_board_is_refused_in_three_lines(
    forty: Workspace, tmp_path: Path, capsys: Capture, make: Callable[[Path], Path], why: str
) -> None:
    assert run(["verify", str(make(tmp_path)), "--workspace", str(forty.root)]) == 4
    told = capsys.readouterr()

    assert why in told.err and told.out == ""
    assert [line.split(":")[0] for line in told.err.strip().splitlines()] == ["Error", "Where", "Now"]


def _altered(made: Workspace, change: Callable[[dict[str, Any]], None], folder: Path) -> Path:
    (attached,) = pypdf.PdfReader(_board(made)).attachments["manifest.json"]
    content = json.loads(attached)
    change(content)
    return _pdf(folder, (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode())


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["releases"][0].update(text="\x1b]0;owned\x07"),
        lambda manifest: manifest.update(district="Test\u202eDistrict"),
        lambda manifest: manifest.update(unknown=1),
        lambda manifest: manifest["sources"][0].update(load="four"),
        lambda manifest: manifest.update(last_day="yesterday"),
        lambda manifest: manifest["kpis"].pop(),
    ],
    ids=["terminal", "right to left", "another key", "another type", "no day", "a KPI less"],
)
def test_a_manifest_that_is_not_as_it_was_written_is_refused(
    forty: Workspace, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(InputMissing, match="manifest"):
        read_manifest(_altered(forty, change, tmp_path))


def test_a_manifest_by_itself_can_be_verified(forty: Workspace, tmp_path: Path) -> None:
    (attached,) = pypdf.PdfReader(_board(forty)).attachments["manifest.json"]
    path = tmp_path / "manifest.json"
    path.write_bytes(attached)

    assert verify(forty, path, today=TODAY).holds
    assert read_manifest(_altered(forty, lambda manifest: None, tmp_path)) == read_manifest(path)


def test_names_that_are_not_to_be_read_do_no_harm(made: Workspace) -> None:
    path = correct(made, take=False)
    take_in(made, path.rename(path.with_name("april\x1b[31m\u202e\t.csv")))
    board = written(made)

    assert "april [31m  .csv" in {source.file for source in read_manifest(board).sources}
    assert verify(made, board, today=TODAY).holds


def test_a_board_of_another_quarter_is_measured_in_its_own(made: Workspace) -> None:
    board = written(made, NOW_TOLD)
    correct(made)
    found = verify(made, board, today=TODAY)

    restated = {figure.release.population.period for figure in found.figures if figure.verdict is Verdict.RESTATED}
    assert restated == {"2025-26 Q4"}
