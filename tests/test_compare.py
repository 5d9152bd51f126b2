"""The command compare: what a district reads about similar students, and what it must never take for more."""

import json
from pathlib import Path
from typing import Any

import pytest
from given import workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace

Capture = pytest.CaptureFixture[str]


def compared(sample: Workspace, capsys: Capture, *arguments: str) -> dict[str, Any]:
    """The JSON document of the command."""
    assert run(["compare", "--workspace", str(sample.root), "--json", *arguments]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def said(sample: Workspace, capsys: Capture, *arguments: str) -> str:
    """What a person reads."""
    assert run(["compare", "--workspace", str(sample.root), *arguments]) == 0
    return capsys.readouterr().out


def test_a_year_of_the_hospital_as_a_person_reads_it(sample: Workspace, capsys: Capture) -> None:
    wanted = ("chronic_absence", "course_pass_rate", "college_success_rate", "gpa_unweighted")
    kpis = [word for kpi in wanted for word in ("--kpi", kpi)]
    text = said(sample, capsys, "--partner", "hospital", "--period", "2025-26-Q4", *kpis)
    lines = text.splitlines()

    assert lines[0] == "Riverbend Health, 2025-26 Q4: internal, not for release"
    assert "similar students, not proof of cause" in text
    assert "Balance of Courses passed, GPA, unweighted" in lines
    assert "of 139 participants (95 percent) have similar students" in text
    assert "2 of 141 students of the cohort have no figure." in lines
    assert any(line.startswith("last_year_attendance") and "roughly similar" in line for line in lines)
    assert any(line.startswith("Chronic absence, percent of students") and "(Cox index)" in line for line in lines)
    assert any(line.startswith("GPA, unweighted, grade points") and "(Hedges g)" in line for line in lines)
    assert "College hours passed: withheld, 18 of 23 participants have similar students, less than 80 percent." in lines
    assert not any(line.startswith("College hours passed, percent") and "Hedges" in line for line in lines)
    assert any(line.startswith("Chronic absence") and "40 hours or more" in line for line in lines)


def test_without_names_every_kpi_that_others_can_have_is_compared(sample: Workspace, capsys: Capture) -> None:
    told = compared(sample, capsys, "--partner", "manufacturer", "--period", "2025-26-Q4")
    found = {kpi["kpi"] for kpi in told["kpis"]}

    assert {"attendance_rate", "chronic_absence", "gpa_unweighted", "college_hours_earned"} <= found
    assert not {"engagement_hours", "students_served", "completion_rate"} & found
    assert next(kpi["unit"] for kpi in told["kpis"] if kpi["kpi"] == "college_hours_earned").endswith(" per student")


def test_the_document_has_everything_with_its_schema(sample: Workspace, capsys: Capture) -> None:
    told = compared(
        sample,
        capsys,
        "--partner",
        "hospital",
        "--program",
        "academy",
        "--period",
        "SY26 Q4",
        "--kpi",
        "gpa_unweighted",
    )
    (kpi,) = told.pop("kpis")

    assert told == {
        "schema": "partnerkpi.compare/1",
        "notice": "internal, not for release",
        "caution": "similar students, not proof of cause",
        "partner": "hospital",
        "program": "academy",
        "period": "2025-26-Q4",
        "matching": {
            "variables": ["school", "grade_level", "last_year_attendance", "last_year_gpa"],
            "attendance_bands": [80, 90, 95],
            "gpa_bands": [1, 2, 3],
            "minimum_arm": 30,
            "minimum_coverage": 0.8,
            "maximum_baseline": 0.25,
        },
    }
    assert kpi["coverage"] == kpi["matched"] / kpi["participants"]
    assert kpi["effect"]["low"] < kpi["effect"]["value"] < kpi["effect"]["high"]
    assert kpi["difference"]["value"] == pytest.approx(kpi["value"] - kpi["similar_value"])
    assert (kpi["effect_kind"], kpi["withheld"], kpi["no_effect"]) == ("Hedges g", [], "")
    assert [row["variable"] for row in kpi["balance"]] == told["matching"]["variables"]
    assert sum(band["students"] for band in kpi["by_hours"]) == kpi["participants"]
    assert [band["hours"] for band in kpi["by_hours"]] == [
        "no hours",
        "1 to under 10 hours",
        "10 to under 40 hours",
        "40 hours or more",
    ]


@pytest.mark.parametrize(
    ("kpi", "period", "reason"),
    [
        ("gpa_unweighted", "2026-27-Q1", "not due yet"),
        ("students_served", "2025-26-Q4", "it counts what only the students of a partner do"),
        ("college_success_rate", "2025-26-Q4", "18 of 23 participants have similar students, less than 80 percent"),
    ],
)
def test_what_is_withheld_says_why_and_nothing_else(
    kpi: str, period: str, reason: str, sample: Workspace, capsys: Capture
) -> None:
    arguments = ("--partner", "hospital", "--period", period, "--kpi", kpi)
    (told,) = compared(sample, capsys, *arguments)["kpis"]

    assert reason in told["withheld"]
    assert {told[name] for name in ("value", "similar_value", "difference", "effect")} == {None}
    assert reason in said(sample, capsys, *arguments)


def test_settings_say_what_is_similar_and_what_is_enough(own_sample: Workspace, capsys: Capture) -> None:
    path = own_sample.root / "partnerkpi.toml"
    rules = '[similar]\nvariables = ["grade_level", "group_lunch"]\nminimum_arm = 200\n[dose]\nbands = [20]\n\n'
    path.write_text(path.read_text("utf-8").replace("[privacy]", f"{rules}[privacy]"), "utf-8")
    own = Workspace(own_sample.root)
    (told,) = compared(own, capsys, "--partner", "hospital", "--period", "2025-26-Q4", "--kpi", "chronic_absence")[
        "kpis"
    ]

    assert [row["variable"] for row in told["balance"]] == ["grade_level", "group_lunch"]
    assert told["matched"] == 141
    assert told["withheld"][0].startswith("fewer than 200 students in an arm: 141 participants, ")
    assert [band["hours"] for band in told["by_hours"]] == ["no hours", "under 20 hours", "20 hours or more"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--partner", "hospitol"], "hospital"),
        (["--partner", "hospital", "--program", "acadamy"], "academy"),
        (["--partner", "hospital", "--kpi", "gpa_unweigted"], "gpa_unweighted"),
        (["--partner", "hospital", "--period", "2030-31-Q1"], "2026-27-Q1"),
    ],
)
def test_a_mistake_names_the_nearest(arguments: list[str], word: str, sample: Workspace, capsys: Capture) -> None:
    assert run(["compare", "--workspace", str(sample.root), *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == "" and word in told.err


def test_without_data_it_says_so(tmp_path: Path, capsys: Capture) -> None:
    made = workspace(tmp_path / "district")
    assert run(["compare", "--workspace", str(made.root), "--partner", "hospital"]) == 4
    told = capsys.readouterr()
    assert told.out == "" and "No export has been taken in yet" in told.err
