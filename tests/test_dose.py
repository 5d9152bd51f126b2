"""Dose: the students of a cohort by their hours of engagement with it."""

from collections.abc import Sequence

import pytest
from given import HOSPITAL, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.dose import BY_HOURS, NO_HOURS, dose_labels
from partnerkpi.measure.results import measure
from partnerkpi.warehouse import open_for_reading

Q1, Q1_YTD, Q2, Q2_YTD = 202510, 202511, 202520, 202521
INTERNS = """
[[programs]]
id = "interns"
name = "Interns"
"""
BANDS = (1, 10, 40)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ten students of the hospital's academy; what each did says the comment beside it."""
    made = workspace(tmp_path_factory.mktemp("dose") / "d", partners={"hospital": HOSPITAL + INTERNS})
    days = [f"{n},North,{day},present" for n in range(1, 11) for day in ("2025-09-01", "2025-11-03")]
    export(made, "attendance.csv", csv_text("student_number,school,date,status", days))
    people = [f"{n},Riverbend Health,Health Academy,2025-08-25" for n in range(1, 11)]
    people += ["9,Riverbend Health,Interns,2025-08-25"]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    activities = [
        "2,Health Academy,visit,2025-09-02,0.5,completed",  # under an hour
        "3,Health Academy,visit,2025-09-02,1,completed",  # an edge begins a band
        "4,Health Academy,visit,2025-09-02,5,completed",  # 9 h 59 min in two activities
        "4,Health Academy,shadow,2025-09-03,4.98,completed",
        "5,Health Academy,visit,2025-09-02,5,completed",  # 10 hours
        "5,Health Academy,shadow,2025-09-03,5,completed",
        "6,Health Academy,visit,2025-09-02,50,in_progress",  # not completed
        "7,Health Academy,visit,2025-09-02,4,completed",  # 4 hours in the first quarter, 40 with the second
        "7,Health Academy,shadow,2025-11-03,36,completed",
        "8,Health Academy,visit,2025-09-02,,completed",  # completed, of hours unknown
        "9,Interns,work,2025-09-02,60,completed",  # with another program of the partner
        "10,Health Academy,visit,2025-11-03,2,completed",  # in the second quarter
    ]
    rows = [f"{row.partition(',')[0]},Riverbend Health,{row.partition(',')[2]}" for row in activities]
    export(made, "engagement.csv", csv_text("student_number,partner,program,activity,date,hours,status", rows))
    assert [load.status.value for load in take_in(made)] == ["loaded"] * 3
    return made


def students_by_hours(made: Workspace, period: int, program: str, bands: Sequence[float] = BANDS) -> dict[str, int]:
    """How many students of a cohort stand in each band."""
    kpi = load_catalogue(made.root).find("attendance_rate")
    with open_for_reading(made.database) as warehouse:
        frame = measure(warehouse, [kpi], period_ids={kpi.id: [period]}, settings={}, by=[BY_HOURS], dose_bands=bands)
    rows = frame.select("program", "by", "group", "students").rows()
    assert {by for _, by, *_ in rows} == {"", BY_HOURS}
    found = {group: students for of, by, group, students in rows if of == program and by}
    assert sum(found.values()) == next(students for of, by, _, students in rows if of == program and not by)
    return found


def test_each_student_falls_in_the_band_of_all_completed_hours(made: Workspace) -> None:
    assert students_by_hours(made, Q1_YTD, "academy") == {
        NO_HOURS: 5,
        "under 1 hour": 1,
        "1 to under 10 hours": 3,
        "10 to under 40 hours": 1,
    }


def test_hours_with_another_program_count_for_the_partner_alone(made: Workspace) -> None:
    assert students_by_hours(made, Q1_YTD, "")["40 hours or more"] == 1
    assert students_by_hours(made, Q1_YTD, "interns") == {"40 hours or more": 1}


def test_a_quarter_counts_the_hours_since_the_school_year_began(made: Workspace) -> None:
    expected = {NO_HOURS: 4, "under 1 hour": 1, "1 to under 10 hours": 3, "10 to under 40 hours": 1}

    assert students_by_hours(made, Q2, "academy") == {**expected, "40 hours or more": 1}
    assert students_by_hours(made, Q2, "academy") == students_by_hours(made, Q2_YTD, "academy")
    assert students_by_hours(made, Q1, "academy") == students_by_hours(made, Q1_YTD, "academy")


def test_bands_are_a_districts_own(made: Workspace) -> None:
    assert students_by_hours(made, Q1_YTD, "academy", [0.5, 4.5]) == {
        NO_HOURS: 5,
        "0.5 to under 4.5 hours": 3,
        "4.5 hours or more": 2,
    }


@pytest.mark.parametrize(
    ("bands", "labels"),
    [
        ([1, 10, 40], ["under 1 hour", "1 to under 10 hours", "10 to under 40 hours", "40 hours or more"]),
        ([1], ["under 1 hour", "1 hour or more"]),
        ([0.5], ["under 0.5 hours", "0.5 hours or more"]),
    ],
)
def test_bands_are_named_in_words(bands: list[float], labels: list[str]) -> None:
    assert dose_labels(bands) == (NO_HOURS, *labels)
