"""The manifest: what every figure was made of, attached to the page, and as silent as the page about small groups."""

import datetime as dt
import hashlib
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pypdf
import pytest
from given import NOW, SETTINGS, TODAY, csv_text, export, take_in
from told import LAST, district, manifest_of, written

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import rows_told
from partnerkpi.ingest import ingest
from partnerkpi.models.load import RowCounts
from partnerkpi.models.manifest import manifest_json
from partnerkpi.models.release import State
from partnerkpi.render import render
from partnerkpi.report.workflow import make_board

pytestmark = pytest.mark.usefixtures("laid_out_here")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Forty students; do not write into it."""
    return district(tmp_path_factory.mktemp("forty") / "d")


def _texts(made: Workspace, period: str = LAST) -> str:
    board = make_board(made, "hospital", today=TODAY, period=period)[0]
    assert board.manifest is not None
    return manifest_json(board.manifest)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_manifest_in_the_pdf_names_every_file_with_its_hash(made: Workspace, tmp_path: Path) -> None:
    manifest = manifest_of(written(made, out=tmp_path / "board.pdf"))

    assert manifest["schema"] == "partnerkpi.manifest/1"
    assert (manifest["partner"], manifest["period"], manifest["last_day"]) == ("hospital", "2025-26 Q4", "2026-06-10")
    kpis = {kpi["id"]: kpi for kpi in manifest["kpis"]}
    files = assets.files("queries/kpis", ".sql")
    assert {name: kpi["sha256"] for name, kpi in kpis.items()} == {name: _sha256(files[name]) for name in kpis}
    assert kpis["attendance_rate"]["tables"] == ["attendance", "calendar", "engagement", "enrollments", "participants"]
    assert kpis["chronic_absence"]["settings"] == [{"name": "minimum_days", "since": "", "value": 10.0}]
    assert {source["file"]: source["sha256"] for source in manifest["sources"]} == {
        path.name: _sha256(path) for path in made.inbox.iterdir()
    }


def test_the_manifest_has_each_figure_as_the_page_tells_it(made: Workspace) -> None:
    board = make_board(made, "hospital", today=TODAY, period=LAST)[0]
    figures = json.loads(_texts(made))["releases"]

    told = [(release.code, release.text, release.low, release.high) for release in board.releases]
    assert [(figure["code"], figure["text"], figure["low"], figure["high"]) for figure in figures] == told
    assert json.loads(_texts(made))["version"] == board.version


def test_the_attachment_says_what_it_is_and_its_time_is_that_of_the_quarter(made: Workspace, tmp_path: Path) -> None:
    catalog: Any = pypdf.PdfReader(io.BytesIO(written(made, out=tmp_path / "b.pdf").read_bytes())).trailer["/Root"]
    (named,) = catalog["/AF"]
    found = named.get_object()

    assert (found["/UF"], found["/AFRelationship"]) == ("manifest.json", "/Data")
    times = found["/EF"]["/F"]["/Params"]
    assert times["/CreationDate"] == times["/ModDate"] == "D:20260610000000Z"


def test_the_same_exports_in_another_workspace_give_the_same_bytes(made: Workspace, tmp_path: Path) -> None:
    other = Workspace(tmp_path / "other")
    elsewhere = district(other.root)

    here, there = (written(each, out=tmp_path / f"{n}.pdf") for n, each in enumerate((made, elsewhere)))
    assert here.read_bytes() == there.read_bytes()


def test_json_and_html_leave_the_manifest_out(made: Workspace) -> None:
    board = make_board(made, "hospital", today=TODAY, period=LAST)[0]

    assert "manifest" not in json.loads(render("json", board, ()))
    assert "partnerkpi.manifest" not in render("html", board, assets.search_path("templates")).decode()


def test_a_board_that_looks_back_names_only_what_was_known_then(tmp_path: Path) -> None:
    made = district(tmp_path / "d")
    late = export(made, "late.csv", csv_text("student_number,school,date,status", ["S001,North,2026-04-20,present"]))
    ingest(made, [late], now=NOW + dt.timedelta(days=2))
    files = {}
    for as_of in (TODAY, None):
        board = make_board(made, "hospital", today=TODAY + dt.timedelta(days=3), period=LAST, as_of=as_of)[0]
        assert board.manifest is not None
        files[as_of] = {source.file for source in board.manifest.sources}

    assert files[None] - files[TODAY] == {"late.csv"}


# Small groups.


@pytest.mark.parametrize("students", [9, 5])
def test_the_manifest_of_a_hidden_cohort_has_no_figure_and_no_count_of_it(tmp_path: Path, students: int) -> None:
    made = district(tmp_path / "d", students)
    manifest = manifest_of(written(made))

    assert all(figure["low"] is None and figure["high"] is None for figure in manifest["releases"])
    counts = [text for source in manifest["sources"] for text in source["rows"].values()]
    assert len(counts) == 3 * 7
    numbers = {int(number.replace(",", "")) for text in counts for number in re.findall(r"[\d,]+", text)}
    # 24 days of attendance for each of them: any number near 9 x 24 would be divided by 24.
    assert min(numbers) >= 10 and {text for text in counts if text != "none"} <= {
        "fewer than 10",
        "fewer than 20",
        "fewer than 500",
    }
    assert {(source["sha256"], source["first_day"], source["last_day"]) for source in manifest["sources"]} == {
        ("", "", "")
    }


def test_the_manifests_of_nine_and_of_five_are_the_same(tmp_path: Path) -> None:
    assert _texts(district(tmp_path / "nine", 9)) == _texts(district(tmp_path / "five", 5))


def test_nothing_says_that_all_students_have_the_same_value(tmp_path: Path) -> None:
    made = district(tmp_path / "d", 12)
    marks = [f"S{number:03},2025-26,S2,Biology,B" for number in range(12)]
    take_in(made, export(made, "grades.csv", csv_text("student_number,school_year,term,course,mark", marks)))
    board = make_board(made, "hospital", today=TODAY, period=LAST)[0]

    gpa = next(release for release in board.releases if release.kpi == "gpa_unweighted")
    assert (gpa.state, gpa.text, gpa.reason) == (State.HIDDEN, gpa.text, gpa.text)
    assert "same value" not in repr(board) and "same value" not in _texts(made)


@pytest.mark.parametrize("rows_each", [1, 2, 7, 26, 180])
def test_rows_are_told_in_steps_that_hold_a_whole_smallest_group(rows_each: int) -> None:
    """Who knows how many rows each person has learns the number of people no finer than by ten."""
    told = Counter(
        rows_told(RowCounts(people * rows_each, people * rows_each), people, 10).loaded for people in range(1, 400)
    )
    *whole, _last = told.values()

    assert whole[0] >= 9 and min(whole[1:]) >= 10


@pytest.mark.parametrize(
    ("counts", "people", "in_file", "quarantined"),
    [
        (RowCounts(0), None, "none", "none"),
        (RowCounts(264_613, 264_610, quarantined=3), 1_480, "264,000 to 265,999", "fewer than 10"),
        (RowCounts(312, 300, quarantined=12), 12, "fewer than 500", "fewer than 500"),
        (RowCounts(90, 90), 0, "fewer than 100", "none"),
        (RowCounts(37, 37), None, "30 to 39", "none"),
    ],
    ids=["empty", "district", "cohort of twelve", "nobody knows whose", "about nobody"],
)
def test_counts_in_words(counts: RowCounts, people: int | None, in_file: str, quarantined: str) -> None:
    told = rows_told(counts, people, 10)

    assert (told.rows_in_file, told.quarantined) == (in_file, quarantined)


def test_a_district_that_hides_larger_groups_tells_rows_in_larger_steps(tmp_path: Path) -> None:
    made = district(tmp_path / "d", 13, settings=f"{SETTINGS}\n[privacy]\nminimum_group = 14\n")
    manifest = json.loads(_texts(made))

    rows = {source["file"]: source["rows"]["rows_in_file"] for source in manifest["sources"]}
    assert rows["participants.csv"] == "fewer than 20"
    assert manifest["minimum_group"] == 14
