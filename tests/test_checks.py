"""Every data check has an example folder: exports it finds something in, and the same exports put right.

`tests/checks/<check>/given/<table>.csv` and `good/<table>.csv` are exports, in the plain layout where that can hold
the fault; `expect.csv` says what the check finds in `given`. In `good` no check at all finds anything.
"""

import csv
import tomllib
from pathlib import Path

import pytest
from given import NOW, ROOT, TODAY, begun, csv_text, export, take_in, workspace

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.ingest import ingest
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.models.load import LoadStatus
from partnerkpi.warehouse import open_for_reading

EXAMPLES = Path(__file__).parent / "checks"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
CHECKS = assets.files("queries/checks", ".sql")


def test_every_check_has_an_example() -> None:
    """A check comes with an example of its own."""
    lacking = sorted(set(CHECKS) - set(FOLDERS))
    assert not lacking, f"add tests/checks/<id>/given/*.csv, good/*.csv and expect.csv for: {', '.join(lacking)}"


def test_every_example_has_a_check() -> None:
    """An example whose check was renamed or taken away would never run again."""
    orphaned = sorted(set(FOLDERS) - set(CHECKS))
    assert not orphaned, f"no check of this name for the example: {', '.join(orphaned)}"


def test_the_documentation_lists_every_check() -> None:
    """docs/checks.md has a line for each check and for no other, with its severity."""
    lines = (ROOT / "docs" / "checks.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| `")]
    severities = {check: _header(CHECKS[check])["severity"] for check in CHECKS}
    assert {row[1].strip("`"): row[3] for row in rows} == severities


@pytest.mark.parametrize("check", sorted(set(FOLDERS) & set(CHECKS)))
def test_a_check_finds_its_fault_and_nothing_when_it_is_put_right(check: str, tmp_path: Path) -> None:
    """`given` gives the rows of expect.csv, told once after ingest; `good` gives silence."""
    expected = _expected(EXAMPLES / check / "expect.csv")
    bad, heard = _taken_in(tmp_path / "bad", EXAMPLES / check / "given", EXAMPLES / check / "break.toml")
    told = next(finding for finding in heard if finding.check == check)
    assert (told.rows, set(told.examples)) == (sum(rows for _, rows in expected), {what for what, _ in expected})
    assert list(_findings(bad).values()) == heard
    right, heard = _taken_in(tmp_path / "good", EXAMPLES / check / "good")
    assert [str(finding) for finding in heard] == []
    assert _findings(right) == {}


def test_the_checks_find_nothing_in_the_sample_district(sample: Workspace) -> None:
    """Its flaws are refused rows, and one month that a corrected export has put right."""
    assert [str(finding) for finding in _findings(sample).values()] == []


def test_the_sample_before_its_correction_has_students_who_had_left(exports_folder: Path, tmp_path: Path) -> None:
    """The flaw of October 2025 that the README of the sample tells."""
    made = workspace(tmp_path / "d")
    take_in(made, exports_folder / "attendance_2025-26.csv.gz", exports_folder / "enrollments.csv.gz")
    found = _findings(made)
    assert {check: finding.rows for check, finding in found.items()} == {"attendance_outside_enrollment": 12}
    assert all(example.endswith("2025-10") for example in found["attendance_outside_enrollment"].examples)


def test_a_finding_is_told_in_one_line() -> None:
    """Severity, name, how much, where, what to do; a long list is cut short."""
    one = Finding("late", "Late schools", "warning", 1, ("North, last day 2025-09-15",), "Ask them.")
    many = Finding("late", "Late schools", "error", 1200, ("North", "South", "..."), "Ask them.")
    assert str(one) == "warning: Late schools (1 row: North, last day 2025-09-15). Ask them."
    assert str(many) == "error: Late schools (1,200 rows: North; South; ...). Ask them."


@pytest.mark.parametrize(
    "text",
    [
        "-- name: x\n-- severity: warning\n-- advice: y\n\ndrop table grades\n",
        "-- name: x\n-- severity: grave\n-- advice: y\n\nselect mark as what, 1 as row_count from grades\n",
        "-- name: x\n-- severity: warning\n\nselect mark as what, 1 as row_count from grades\n",
        "-- name: x\n-- severity: warning\n-- advice: y\n\nselect mark as what from grades\n",
    ],
    ids=["no select", "unknown severity", "no advice", "no row_count"],
)
def test_a_check_that_breaks_its_contract_is_refused_with_file_and_line(tmp_path: Path, text: str) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text("student_number,school_year,term,course,mark", ["1,2025-26,S1,E,B"])))
    folder = made.root / "queries" / "checks"
    folder.mkdir(parents=True)
    (folder / "mine.sql").write_text(text)
    with pytest.raises(KpiFileError) as raised:
        _findings(made)
    assert "mine.sql, line 1" in str(raised.value)


def _taken_in(folder: Path, exports: Path, break_file: Path | None = None) -> tuple[Workspace, list[Finding]]:
    """A workspace with every export of an example taken in whole, and what ingest said of it.

    `break_file`, where there is one, says what to do to a mart before: to break a join of it, say.
    """
    made = workspace(folder)
    if break_file is not None and break_file.exists():
        change = tomllib.loads(break_file.read_text("utf-8"))
        shipped = assets.files("queries/marts", ".sql")[change["mart"]].read_text("utf-8")
        assert shipped.count(change["replace"]) == 1, break_file
        overlay = made.root / "queries" / "marts" / f"{change['mart']}.sql"
        overlay.parent.mkdir(parents=True, exist_ok=True)
        overlay.write_text(shipped.replace(change["replace"], change["with"]))
    heard: list[Finding] = []
    for load in ingest(begun(made), [exports], now=NOW, found=heard.append):
        assert load.status is LoadStatus.LOADED, f"{load.file}: {load.reason}"
        assert load.counts.loaded == load.counts.rows_in_file, load.file
    return made, heard


def _findings(made: Workspace) -> dict[str, Finding]:
    with open_for_reading(made.database) as warehouse:
        return {finding.check: finding for finding in run_checks(warehouse, read_checks(made), today=TODAY)}


def _expected(path: Path) -> list[tuple[str, int]]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["what", "row_count"], path
    assert rows, f"{path} expects nothing"
    return [(what, int(row_count)) for what, row_count in rows]


def test_a_check_without_its_columns_is_told_also_where_it_finds_nothing(sample: Workspace, tmp_path: Path) -> None:
    """`what` and `row_count` are asked for before there is anything to tell."""
    made = workspace(tmp_path / "d")
    overlay = made.root / "queries" / "checks" / "unnamed.sql"
    overlay.parent.mkdir(parents=True)
    header = "-- name:     Unnamed\n-- severity: error\n-- advice:   None.\n\n"
    overlay.write_text(f"{header}select count(*) as row_count\nfrom periods\nhaving count(*) < 0\n")
    (check,) = [check for check in read_checks(made) if check.id == "unnamed"]
    with open_for_reading(sample.database) as warehouse, pytest.raises(KpiFileError, match="what"):
        run_checks(warehouse, [check], today=TODAY)


def _header(path: Path) -> dict[str, str]:
    lines = [line[3:].partition(":") for line in path.read_text("utf-8").splitlines() if line.startswith("-- ")]
    return {key: text.strip() for key, _, text in lines}
