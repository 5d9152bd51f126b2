"""A small cohort with attendance and a lab visit in the first quarters of two years; one in three is often absent."""

import datetime as dt
from pathlib import Path

from given import HOSPITAL, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace


def small_cohort(folder: Path, students: int, *, partner: str = HOSPITAL) -> Workspace:
    """`students` of the partner, each with 12 days; 4 days absent are a third, and so chronic."""
    made = workspace(folder, partners={"hospital": partner})
    people = [f"S{n},RIVERBEND,Health Academy,2025-08-25" for n in range(students)]
    days = [dt.date(year, 9, day) for year in (2025, 2026) for day in range(1, 13)]
    rows = [
        f"S{n},North,{day},{'absent_unexcused' if n % 3 == 0 and day.day % 3 == 0 else 'present'}"
        for day in days
        for n in range(students)
    ]
    visits = [
        f"S{n},RIVERBEND,Health Academy,Lab visit,{day},2" for day in (days[0], days[-1]) for n in range(students)
    ]
    export(made, "engagement.csv", csv_text("student_number,partner,program,activity,date,hours", visits))
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    export(made, "attendance.csv", csv_text("student_number,school,date,status", rows))
    take_in(made)
    return made
