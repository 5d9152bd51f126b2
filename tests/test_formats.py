"""Boards as text, CSV and JSON: golden files, nothing of what is hidden, and what other programs make of them."""

import csv
import dataclasses
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from given import ROOT, TODAY
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.release import Release, State
from partnerkpi.render import formats, render, suffix
from partnerkpi.render.csv import HEADINGS, safe
from partnerkpi.render.text import COLUMNS, MOST_WORDS
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
GOLDEN = Path(__file__).parent / "golden"
SCHEMA = ROOT / "docs" / "schemas" / "board-2.schema.json"
PARTNERS = ("hospital", "college", "manufacturer")


@pytest.fixture(scope="module")
def boards(sample: Workspace) -> dict[tuple[str, str], Board]:
    """Every board of the sample district, by partner and audience."""
    return {
        (partner, audience.value): make_board(sample, partner, today=TODAY, audience=audience.value)[0]
        for partner in PARTNERS
        for audience in Audience
    }


@pytest.fixture(scope="module")
def board(boards: dict[tuple[str, str], Board]) -> Board:
    """The hospital's board for executives."""
    return boards["hospital", "executive"]


def assert_golden(name: str, actual: bytes) -> None:
    """Compare with the golden file; UPDATE_GOLDEN=1 writes it anew instead."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(actual)
    assert actual == path.read_bytes(), f"{name} has changed; if it should, run the tests with UPDATE_GOLDEN=1"


def hidden(release: Release) -> Release:
    """The release as it is when it may not be shown."""
    return dataclasses.replace(
        release, state=State.HIDDEN, text="fewer than ten", low=None, high=None, reason="fewer than ten"
    )


def all_hidden(board: Board) -> Board:
    """The board with nothing to show."""
    return dataclasses.replace(board, releases=tuple(map(hidden, board.releases)))


def rows_of(board: Board) -> list[dict[str, str]]:
    """The CSV as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(render("csv", board, TEMPLATES).decode("utf-8-sig"))))


@pytest.mark.parametrize("name", ["text", "csv"])
def test_the_file_is_the_golden_one(board: Board, name: str) -> None:
    assert_golden(f"board.{suffix(name)}", render(name, board, TEMPLATES))


def test_the_help_of_report_lists_the_formats_and_loads_none_of_them() -> None:
    look = "import sys, partnerkpi.cli.app as app; app.run(['report', '--help']); print(*sorted(sys.modules))"
    environment = {**os.environ, "COLUMNS": "200"}
    done = subprocess.run([sys.executable, "-c", look], env=environment, check=True, capture_output=True, text=True)
    told, _, loaded = done.stdout.rstrip().rpartition("\n")
    assert f"One of: {', '.join(formats())}." in told and {"csv", "pptx", "text"} <= set(formats())
    assert not {"jinja2", "lxml", "pptx", "weasyprint"} & set(loaded.split())


def test_every_board_is_read_aloud_in_ninety_seconds(boards: dict[tuple[str, str], Board]) -> None:
    for of, board in boards.items():
        assert 50 < len(render("text", board, TEMPLATES).split()) <= MOST_WORDS, of


def test_the_script_says_the_vision_the_headline_the_story_and_the_ask_and_no_code(board: Board) -> None:
    script = render("text", board, TEMPLATES).decode()
    said = " ".join(script.split())
    assert script.splitlines()[0] == board.title
    for part in (board.vision, board.ask, board.story[0].text, board.story[-1].text):
        assert " ".join(part.replace("\u00a0", " ").split()) in said
    assert "88 percent of placements" in said and "behind on our goal “Attendance rate”" in said and "%" not in said
    assert not {code for code in board.codes if f" {code} " in f" {said} "}
    assert max(map(len, script.splitlines())) <= COLUMNS


def test_what_is_hidden_is_said_once_for_neighbours_and_without_a_number(board: Board) -> None:
    said = " ".join(render("text", board, TEMPLATES).decode().split())
    assert said.count("To protect privacy, we do not show: college hours earned") == 1
    assert "fewer than" not in said


def test_a_long_vision_is_not_read(board: Board) -> None:
    long = dataclasses.replace(board, vision="so many words " * 60)
    script = render("text", long, TEMPLATES).decode()
    assert "so many words" not in script and len(script.split()) <= MOST_WORDS


def test_a_script_has_nothing_that_steers_a_terminal(board: Board) -> None:
    steered = dataclasses.replace(board, title="A\u001b[2J title\nof\u202e two\u200b lines")
    assert render("text", steered, TEMPLATES).decode().splitlines()[0] == "A[2J title of two lines"


def test_a_script_is_a_txt_file(sample: Workspace, tmp_path: Path) -> None:
    made = report(sample, "hospital", today=TODAY, options=ReportOptions(format="text", out=tmp_path))
    assert made == tmp_path / "hospital.txt"


def test_the_table_has_a_row_for_each_release_with_its_panel_and_name(boards: dict[tuple[str, str], Board]) -> None:
    for of, board in boards.items():
        rows = rows_of(board)
        assert [row["code"] for row in rows] == [release.code for release in board.releases], of
        assert all(row["panel"] and row["name"] for row in rows), of
    by_code = {row["code"]: row for row in rows_of(boards["hospital", "board"])}
    assert {name: by_code["A1"][name] for name in ("panel", "name", "figure", "value", "low", "target", "status")} == {
        "panel": "Student outcomes",
        "name": "Attendance rate",
        "figure": "now",
        "value": "96%",
        "low": "96",
        "target": "97%",
        "status": "behind",
    }
    assert (by_code["A1-s"]["figure"], by_code["P2b"]["program"], by_code["I6"]["figure"]) == (
        "similar students",
        "internships",
        "planned",
    )


def test_the_table_opens_in_excel_as_utf_8(board: Board) -> None:
    content = render("csv", dataclasses.replace(board, partner="Clínica Ñandú"), TEMPLATES)
    assert content.startswith(b"\xef\xbb\xbfcode,panel,") and content.endswith(b"\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == len(board.releases) + 1
    assert "Clínica Ñandú" in content.decode("utf-8-sig")


def test_a_hidden_row_has_no_number(board: Board) -> None:
    for row in rows_of(all_hidden(board)):
        assert (row["state"], row["low"], row["high"], row["value"]) == ("hidden", "", "", "fewer than ten")
    assert {row["low"] == "" for row in rows_of(board)} == {True, False}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200b=1", "＝1+1"])
def test_a_cell_that_would_be_a_formula_is_defused(board: Board, text: str) -> None:
    hostile = dataclasses.replace(
        board, partner=text, panels=tuple(dataclasses.replace(panel, title=text) for panel in board.panels)
    )
    for row in rows_of(hostile):
        assert row["partner"] == row["panel"] == "'" + text.strip("\t\r \u200b")


@given(st.text())
def test_no_cell_begins_a_formula_or_another_row(text: str) -> None:
    cell = safe(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and len(cell.splitlines()) <= 1


def test_a_number_below_zero_stays_a_number(board: Board) -> None:
    falls = {row["code"]: row for row in rows_of(board)}["E2-d"]
    assert (falls["low"], falls["value"]) == ("-6", "down 6 points from 2025-26 Q1")


def test_there_are_as_many_cells_as_headings(board: Board) -> None:
    table = csv.reader(io.StringIO(render("csv", board, TEMPLATES).decode("utf-8-sig")))
    assert {len(row) for row in table} == {len(HEADINGS)}


def test_the_schema_is_what_the_script_makes_of_the_dataclasses(tmp_path: Path) -> None:
    made = tmp_path / "schema.json"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "board_schema.py"), str(made)], check=True, timeout=60)
    assert made.read_text("utf-8") == SCHEMA.read_text("utf-8"), "run `make board-schema` and commit docs/schemas"


def _faults(board: Any) -> Iterator[str]:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    yield from (error.message for error in validator.iter_errors(board))


def test_boards_shown_and_hidden_have_the_schema(boards: dict[tuple[str, str], Board]) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))
    for of, board in boards.items():
        assert list(_faults(json.loads(render("json", board, TEMPLATES)))) == [], of
        assert list(_faults(json.loads(render("json", all_hidden(board), TEMPLATES)))) == [], of


def test_the_golden_json_has_the_schema() -> None:
    assert list(_faults(json.loads((GOLDEN / "board.json").read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda board: board.update(schema="partnerkpi.board/1"),
        lambda board: board.pop("headline"),
        lambda board: board.update(names_of_students=["A. Student"]),
        lambda board: board["releases"][0].update(state="hidden"),
        lambda board: board["releases"][0].update(low=None),
        lambda board: board["panels"][0]["lines"][0].update(numerator=3),
    ],
)
def test_what_is_no_board_has_not_the_schema(board: Board, change: Any) -> None:
    content = json.loads(render("json", board, TEMPLATES))
    change(content)
    assert list(_faults(content))
