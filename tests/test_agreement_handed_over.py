"""Partners merge and split: what becomes of their data-sharing agreements, and what a person is told of it."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from given import workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.records.partners import find_partner, read_partners

CLINIC = """\
name = "Mill Creek Clinic"

[[programs]]
id = "care"
name = "Care Careers"

[[programs]]
id = "labs"
name = "Lab Days"
"""
HOSPITAL = 'name = "Riverbend Health"\n'
OLD = "\n[agreement]\nstart = 2024-08-01\nend = 2026-07-31\n"
NARROW = "\n[[agreements]]\nstart = 2026-08-01\nend = 2027-07-31\n" + (
    'fields = ["attendance", "engagement"]\nminimum_group = 20\n'
)
NEXT = '\n[[agreements]]\nstart = 2027-08-01\nend = 2028-07-31\nfields = ["attendance"]\n'
WIDE = '\n[agreement]\nstart = 2026-08-01\nend = 2028-07-31\nfields = ["attendance", "engagement", "grades"]\n'


def district(folder: Path, clinic: str, hospital: str = "") -> Workspace:
    return workspace(folder / "d", partners={"clinic": CLINIC + clinic, "hospital": HOSPITAL + hospital})


def change(made: Workspace, *words: str) -> None:
    when = ["--on", "2026-10-01", "--reason", "as agreed", "--workspace", str(made.root)]
    assert run(["partner", *words, *when]) == 0


def split(made: Workspace, *more: str) -> None:
    change(made, "split", "clinic", "--to", "lab", "--name", "Lab Company", "--programs", "labs", *more)


def test_a_partner_that_splits_off_has_the_limits_of_the_one_it_was_part_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = district(tmp_path, OLD + NARROW + NEXT)
    split(made, "--plan")
    assert "+minimum_group = 20" in capsys.readouterr().out
    split(made)
    partners = read_partners(made.partners)
    clinic, lab = find_partner(partners, "clinic"), find_partner(partners, "lab")
    assert lab.agreements == clinic.agreements[1:] and len(lab.agreements) == 2
    assert capsys.readouterr().err.splitlines() == [
        "note: lab has the data-sharing agreement of clinic for now; agree on one of its own."
    ]


def test_without_an_agreement_nothing_is_written_and_nothing_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, agreement in enumerate(["", OLD.replace("2024-", "2023-").replace("2026-", "2025-")]):
        made = district(tmp_path / str(number), agreement)
        split(made)
        content = tomllib.loads((made.partners / "lab.toml").read_text())
        if agreement:
            # One that is over goes along: without it the new partner would have no limits at all.
            assert content["agreements"][0]["end"] == dt.date(2025, 7, 31)
        else:
            assert "agreements" not in content and capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("clinic", "hospital", "more"),
    [
        (NARROW, "", "hospital has none, so that nothing limits what is told"),
        (
            NARROW,
            WIDE,
            "it may tell of grades, and tells of groups of 10 students, not of 20 at least, and ends on 2028-07-31, "
            "not on 2027-07-31",
        ),
        (NARROW, NARROW.replace("= 20", "= 12"), "it tells of groups of 12 students, not of 20 at least"),
        (NARROW, NARROW.replace('fields = ["attendance", "engagement"]\n', ""), "it may tell of everything"),
        (WIDE, NARROW, ""),
        (NARROW, NARROW, ""),
        ("", "", ""),
        ("", NARROW, ""),
    ],
)
def test_a_merger_says_what_the_other_agreement_allows_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clinic: str, hospital: str, more: str
) -> None:
    made = district(tmp_path, clinic, hospital)
    change(made, "merge", "clinic", "--into", "hospital")
    said = capsys.readouterr().err.splitlines()
    expected = f"note: from 2026-10-01 on the data-sharing agreement of hospital holds for what was clinic's: {more}."
    assert said == ([expected] if more else [])
