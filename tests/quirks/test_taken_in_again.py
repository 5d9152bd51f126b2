"""Exports that come again: the same file, the same month with corrections, months that overlap."""

import datetime as dt
from pathlib import Path

from given import csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.models.load import LoadStatus, RowCounts
from partnerkpi.warehouse import open_for_reading

ATTENDANCE = "student_number,school,date,status"
ACTIVITIES = "student_number,partner,program,activity,date,hours"
POWERSCHOOL = "Student_Number,SchoolID,Att_Date,Att_Mode_Code,Att_Code"


def _facts(made: Workspace, table: str = "attendance") -> list[tuple[object, ...]]:
    with open_for_reading(made.database) as warehouse:
        return warehouse.rows(f"select * exclude (load_id) from {table} order by all")


def test_the_same_file_twice_does_nothing_and_says_so(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    path = export(made, "a.csv", csv_text(ATTENDANCE, ["7,North,2025-09-01,present"]))
    take_in(made, path)
    before = _facts(made)
    again = take_in(made, path)[0]
    assert (again.status, again.load) == (LoadStatus.UNCHANGED, 1)
    assert "the same bytes were taken in as load 1" in again.reason
    assert _facts(made) == before


def test_the_same_file_under_another_name_does_nothing(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    text = csv_text(ATTENDANCE, ["7,North,2025-09-01,present"])
    loads = take_in(made, export(made, "a.csv", text), export(made, "copy of a.csv", text))
    assert [(load.status, load.load) for load in loads] == [(LoadStatus.LOADED, 1), (LoadStatus.UNCHANGED, 1)]


def test_the_same_month_with_corrections_replaces_its_school_days_and_nothing_else(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    first = ["1,North,2025-09-01,present", "2,North,2025-09-01,present", "1,North,2025-09-02,present"]
    take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, [*first, "3,South,2025-09-01,present"])))
    corrected = ["1,North,2025-09-01,absent_excused"]
    load = take_in(made, export(made, "b.csv", csv_text(ATTENDANCE, corrected)))[0]
    assert (load.counts.loaded, load.replaced) == (1, 2)
    with open_for_reading(made.database) as warehouse:
        kept = warehouse.rows("select school, date, status from attendance order by all")
        ended = warehouse.rows("select date, status, load_id, ended_by from attendance_history")
    assert kept == [
        ("North", dt.date(2025, 9, 1), "absent_excused"),
        ("North", dt.date(2025, 9, 2), "present"),
        ("South", dt.date(2025, 9, 1), "present"),
    ]
    assert ended == [(dt.date(2025, 9, 1), "present", 1, 2)] * 2


def test_a_correction_that_spoils_a_row_leaves_the_earlier_one(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    good = [f"{n},North,2025-09-01,present" for n in range(30)]
    take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, good)))
    load = take_in(made, export(made, "b.csv", csv_text(ATTENDANCE, [*good[1:], "0,North,2025-09-01,Q"])))[0]
    assert (load.counts.quarantined, load.counts.unchanged, load.replaced) == (1, 29, 0)
    assert len(_facts(made)) == 30


def test_a_correction_that_withdraws_an_absence_takes_it_out(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    days = [f"0012345,North,09/{day}/2025,ATT_ModeDaily,A" for day in ("08", "09", "10")]
    take_in(made, export(made, "a.csv", csv_text(POWERSCHOOL, days)))
    load = take_in(made, export(made, "b.csv", csv_text(POWERSCHOOL, [days[0], days[2]])))[0]
    assert (load.counts.unchanged, load.replaced) == (2, 1)
    with open_for_reading(made.database) as warehouse:
        dates = warehouse.rows("select date from attendance order by 1")
    assert [str(date) for (date,) in dates] == ["2025-09-08", "2025-09-10"]


def test_two_overlapping_exports_count_no_day_twice(tmp_path: Path) -> None:
    """September, and then the middle of September to the middle of October."""
    made = workspace(tmp_path / "d")

    def days(first: dt.date, last: dt.date) -> str:
        all_days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        return csv_text(ATTENDANCE, [f"{n},North,{day},present" for day in all_days for n in (1, 2)])

    september = export(made, "a.csv", days(dt.date(2025, 9, 1), dt.date(2025, 9, 30)))
    later = export(made, "b.csv", days(dt.date(2025, 9, 16), dt.date(2025, 10, 15)))
    first, second = take_in(made, september, later)
    assert first.counts == RowCounts(rows_in_file=60, loaded=60)
    assert (second.counts, second.replaced) == (RowCounts(rows_in_file=60, loaded=30, unchanged=30), 0)
    assert len(_facts(made)) == 2 * 45


def test_two_overlapping_exports_of_activities_are_matched_by_their_natural_key(tmp_path: Path) -> None:
    """Nobody's activities are taken out for not being in the later one; one of the two that overlap is corrected."""
    made = workspace(tmp_path / "d")
    visits = [f"7,Riverbend Health,Health Academy,visit,2025-10-0{day},{day}" for day in range(1, 5)]
    corrected = visits[2].removesuffix("3") + "3.5"
    first = export(made, "a.csv", csv_text(ACTIVITIES, visits[:3]))
    second = export(made, "b.csv", csv_text(ACTIVITIES, [visits[1], corrected, visits[3]]))
    _, load = take_in(made, first, second)
    assert (load.counts, load.replaced) == (RowCounts(rows_in_file=3, loaded=2, unchanged=1), 1)
    with open_for_reading(made.database) as warehouse:
        assert warehouse.rows("select minutes from engagement order by 1") == [(60,), (120,), (210,), (240,)]
