"""A district whose boards are written, corrected and written again: 40 students, or as many as a test wants."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pypdf
from given import HOSPITAL, SETTINGS, TODAY, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.report import ReportOptions, report

# Programs too, so that there are figures of a part of the cohort.
PANELS = """
[board]
panels = ["outcomes", "work", "goals", "programs"]
"""
GOAL = """
[[goals]]
kpi = "chronic_absence"
target = 5
due = "2026-27 Q4"
"""
LAST, NOW_TOLD = "2025-26-Q4", "2026-27-Q1"
SPRING = [dt.date(2026, 4, day) for day in range(1, 13)]
AUTUMN = [dt.date(2026, 9, day) for day in range(1, 13)]
ATTENDANCE = "student_number,school,date,status"
_PEOPLE = "student_number,partner,program,start"
_VISITS = "student_number,partner,program,activity,date,hours"


def district(folder: Path, students: int = 40, *, settings: str = SETTINGS) -> Workspace:
    """The hospital's cohort with attendance of two quarters and two visits each."""
    made = workspace(folder, settings=settings, partners={"hospital": HOSPITAL + PANELS + GOAL})
    names = [f"S{number:03}" for number in range(students)]
    people = [f"{name},RIVERBEND,Health Academy,2026-01-05" for name in names]
    visits = [f"{name},RIVERBEND,Health Academy,Lab,{day},2" for name in names for day in (SPRING[0], AUTUMN[0])]
    export(made, "participants.csv", csv_text(_PEOPLE, people))
    export(made, "engagement.csv", csv_text(_VISITS, visits))
    export(made, "attendance.csv", csv_text(ATTENDANCE, days(names, [*SPRING, *AUTUMN], absent=4)))
    take_in(made)
    return made


def days(names: list[str], on: list[dt.date], *, absent: int) -> list[str]:
    """Rows of attendance; one student in `absent` is there on every second day only."""
    return [
        f"{name},North,{day},{'absent_excused' if place % absent == 0 and day.day % 2 else 'present'}"
        for day in on
        for place, name in enumerate(names)
    ]


def correct(made: Workspace, *, take: bool = True) -> Path:
    """A corrected export of the spring, in which more students were away; taken in unless told not to."""
    names = [f"S{number:03}" for number in range(40)]
    path = export(made, "april.csv", csv_text(ATTENDANCE, days(names, SPRING, absent=2)))
    if take:
        take_in(made, path)
    return path


def written(made: Workspace, period: str = LAST, **options: Any) -> Path:
    """The hospital's board of a quarter, written as a PDF unless `format` says otherwise."""
    return report(made, "hospital", today=TODAY, options=ReportOptions(period=period, **options))


def manifest_of(board: Path) -> dict[str, Any]:
    """The manifest attached to a PDF, read by another library than the toolkit's."""
    (attached,) = pypdf.PdfReader(io.BytesIO(board.read_bytes())).attachments["manifest.json"]
    content: dict[str, Any] = json.loads(attached)
    return content
