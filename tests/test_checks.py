"""Data checks: what no KPI would count is told, and tells no person."""

from pathlib import Path

import pytest
from given import NOW, ROOT, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.ingest import ingest
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.warehouse import open_for_reading

GRADES = "student_number,school_year,term,course,mark"
CREDITS = "student_number,institution,term,course,hours_attempted,hours_earned"
ACTIVITIES = "student_number,partner,program,activity,date"

# For each check: an export it finds something in, what it says, and the same export put right.
EXAMPLES = {
    "grade_term_unplaced": (GRADES, "1,2025-26,T2,ENG,B", "2025-26 T2", "1,2025-26,s1,ENG,B"),
    "grade_outside_scale": (GRADES, "1,2025-26,S1,ENG,A-", "A-", "1,2025-26,S1,ENG,a"),
    "college_term_unplaced": (CREDITS, "1,Ridge,2031FA,BIO,4,4", "2031FA", "1,Ridge,2025fa,BIO,4,4"),
    "unknown_partner": (ACTIVITIES, "1,Riverbent,Health Academy,visit,2025-10-01", "Riverbent",
                        "1,riverbend health,Health Academy,visit,2025-10-01"),
}  # fmt: skip


def _findings(made: Workspace) -> dict[str, Finding]:
    with open_for_reading(made.database) as warehouse:
        return {finding.check: finding for finding in run_checks(warehouse, made.root)}


def test_every_shipped_check_has_an_example() -> None:
    assert {path.stem for path in (ROOT / "queries" / "checks").glob("*.sql")} == set(EXAMPLES)


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_check_finds_what_it_is_for_and_nothing_else(tmp_path: Path, check: str) -> None:
    header, bad, what, good = EXAMPLES[check]
    made = workspace(tmp_path / "bad")
    heard: list[Finding] = []
    ingest(made, [export(made, "a.csv", csv_text(header, [bad]))], now=NOW, found=heard.append)
    assert [(finding.check, finding.rows, finding.examples) for finding in heard] == [(check, 1, (what,))]
    assert _findings(made) == {check: heard[0]}
    right = workspace(tmp_path / "good")
    take_in(right, export(right, "a.csv", csv_text(header, [good])))
    assert _findings(right) == {}


def test_a_check_that_breaks_its_contract_is_refused_with_file_and_line(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(GRADES, ["1,2025-26,S1,ENG,B"])))
    folder = made.root / "queries" / "checks"
    folder.mkdir(parents=True)
    (folder / "mine.sql").write_text("-- name: x\n-- severity: warning\n-- advice: y\n\ndrop table grades\n")
    with pytest.raises(KpiFileError, match=r"mine\.sql, line 1"):
        _findings(made)
