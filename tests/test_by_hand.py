"""The hospital's figures counted again from the exports by another road: plain dicts over the rows of the files.

Nothing of the product has a part in the recount, only `csv` and `gzip`. The product's sums must be the same to the
last hundredth, and the page must print their rounding, or the range a small group is given.
"""

import csv
import gzip
import io
import json
import math
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from given import TODAY

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.results import measure
from partnerkpi.measure.settings import setting_values
from partnerkpi.models.board import Board, KpiLine
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

HOSPITAL = {"Riverbend Health", "RIVERBEND HEALTH SYSTEM", "Cedar County Memorial Hospital"}
PROGRAMS = {"academy": "Health Sciences Academy", "internships": "Clinical Internships"}
FINAL_MARKS = {"A": True, "B": True, "C": True, "D": True, "P": True, "F": False, "WF": False, "FF": False}
NOT_FINAL = {"W", "WP", "AUD", "INC", ""}
# In order of time.
COLLEGE_TERMS = ("2024FA", "2025SP", "2025FA", "2026SP", "2026SU", "2026FA", "2027SP")
COLLEGE_FILES = ("college_credits_2024-25.csv.gz", "college_credits_2025-26.csv.gz", "college_credits_2026-27.csv")
ATTENDANCE_STATUSES = {"present", "absent_excused", "absent_unexcused", "suspended"}


@dataclass(frozen=True)
class YearToDate:
    """A school year up to the end of a quarter: its exports, its days, and the terms closed by its last day.

    Days and terms are those of the sample's partnerkpi.toml.
    """

    period_id: int
    label: str
    attendance: tuple[str, ...]
    grades: str
    engagement: str
    first_day: date
    last_day: date
    terms: frozenset[str]
    college_terms: frozenset[str]


Q1 = YearToDate(
    period_id=202611,
    label="2026-27 Q1",
    attendance=("attendance_2026-27_Q1.csv.gz",),
    grades="grades_2026-27_Q1.csv.gz",
    engagement="engagement_2026-27_Q1.csv.gz",
    first_day=date(2026, 8, 24),
    last_day=date(2026, 10, 23),
    terms=frozenset({"Q1"}),
    college_terms=frozenset({"2026SU"}),
)
WHOLE_YEAR = YearToDate(
    period_id=202541,
    label="2025-26 Q4",
    attendance=("attendance_2025-26.csv.gz", "attendance_2025-26_corrected_2025-10.csv.gz"),
    grades="grades_2025-26.csv.gz",
    engagement="engagement_2025-26.csv.gz",
    first_day=date(2025, 8, 25),
    last_day=date(2026, 6, 10),
    terms=frozenset({"Q1", "Q2", "S1", "Q3", "Q4", "S2"}),
    college_terms=frozenset({"2025FA", "2026SP"}),
)


class Sums(NamedTuple):
    """What a KPI comes to over the students of a cohort; `most` is the largest numerator of one student."""

    students: int
    numerator: int
    denominator: int
    contributors: int
    most: int


Measures = dict[str, tuple[int, int]]


# Reading the exports.


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of an export as wide as its header, each distinct row once."""
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    lines = csv.reader(io.StringIO(text, newline=""))
    header = next(lines)
    for cells in dict.fromkeys(map(tuple, lines)):
        if len(cells) == len(header) and cells[0] != "Total":
            yield dict(zip(header, cells, strict=True))


def day(text: str) -> date | None:
    """The day a cell names, or None where there is no such day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def number(text: str) -> Decimal | None:
    """The number in a cell, or None where it is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


@cache
def absences(exports: Path, year: YearToDate) -> dict[str, list[Decimal]]:
    """For each student the part absent of each day of attendance in the window; a corrected day counts as corrected."""
    school_days: dict[tuple[str, str], list[dict[str, str]]] = {}
    for file in year.attendance:
        of_file = defaultdict(list)
        for row in rows_of(exports / file):
            if attendance_is_sound(row):
                of_file[row["school"], row["date"]].append(row)
        school_days |= of_file
    absent = defaultdict(list)
    for (_, text), rows in school_days.items():
        if year.first_day <= date.fromisoformat(text) <= year.last_day:
            for row in rows:
                present = (row["student_number"], text) in with_a_partner(exports)
                absent[row["student_number"]].append(Decimal(0) if present else Decimal(row["fraction"]))
    return absent


@cache
def with_a_partner(exports: Path) -> set[tuple[str, str]]:
    """The days on which students were at a shadow, an internship or an apprenticeship: who is there is present."""
    return {
        (row["student_number"], row["date"])
        for file in sorted(exports.glob("engagement_*.csv*"))
        for row in rows_of(file)
        if row["tier"] in ("exploration", "preparation", "training")
        and row["status"] != "withdrawn"
        and day(row["date"])
        and number(row["hours"]) is not None
        and row.get("end_date", "") in ("", row["date"])
    }


def attendance_is_sound(row: dict[str, str]) -> bool:
    """Whether a row of attendance has a student, a day there is, a known status and a fraction of a day."""
    fraction = number(row["fraction"])
    known = row["student_number"] and day(row["date"]) and row["status"] in ATTENDANCE_STATUSES
    return bool(known) and fraction is not None and 0 <= fraction <= 1


@cache
def activities(exports: Path, year: YearToDate) -> list[dict[str, str]]:
    """The hospital's activities of the window, under any of its names."""
    return [
        row
        for row in rows_of(exports / year.engagement)
        if row["partner"] in HOSPITAL
        and (began := day(row["date"]))
        and year.first_day <= began <= year.last_day
        and number(row["hours"]) is not None
    ]


@cache
def members(exports: Path, program: str, year: YearToDate) -> set[str]:
    """Who took part in the hospital's program (in any, without a name) on some day of the window."""
    return {
        row["student_number"]
        for row in rows_of(exports / "participants.csv.gz")
        if row["partner"] in HOSPITAL
        and program in ("", row["program"])
        and date.fromisoformat(row["start"]) <= year.last_day
        and (not row["end"] or date.fromisoformat(row["end"]) >= year.first_day)
    }


# One function per KPI: the numerator and denominator of each student.


def attendance_rate(exports: Path, _: str, year: YearToDate) -> Measures:
    """Hundredths of days attended out of hundredths of days enrolled."""
    found = {}
    for student, absent in absences(exports, year).items():
        enrolled = 100 * len(absent)
        found[student] = (enrolled - int(100 * sum(absent)), enrolled)
    return found


def chronic_absence(exports: Path, _: str, year: YearToDate) -> Measures:
    """1 for a student absent on a tenth of the days or more, of those with ten days or more."""
    found = {}
    for student, absent in absences(exports, year).items():
        if len(absent) >= 10:
            found[student] = (1 if sum(absent) / len(absent) >= Decimal("0.1") else 0, 1)
    return found


def course_pass_rate(exports: Path, _: str, year: YearToDate) -> Measures:
    """Passing marks out of final marks, of semesters only."""
    passed: Counter[str] = Counter()
    final: Counter[str] = Counter()
    for row in rows_of(exports / year.grades):
        sound = row["student_number"] and number(row["credits_attempted"]) is not None
        if not sound or row["final"] != "yes" or row["term"] not in year.terms:
            continue
        assert row["mark"] in FINAL_MARKS or row["mark"] in NOT_FINAL
        if row["mark"] in FINAL_MARKS:
            final[row["student_number"]] += 1
            passed[row["student_number"]] += FINAL_MARKS[row["mark"]]
    return {student: (passed[student], marks) for student, marks in final.items()}


def college_hours_earned(exports: Path, _: str, year: YearToDate) -> Measures:
    """Hundredths of college hours; a course that was earned before, in whichever year, is not earned again."""
    rows = [row for file in COLLEGE_FILES for row in rows_of(exports / file) if row["student_number"]]
    rows.sort(key=lambda row: COLLEGE_TERMS.index(row["term"]))
    earned_before = set()
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        student, hours = row["student_number"], int(100 * Decimal(row["hours_earned"]))
        course = (student, row["institution"], row["course"])
        if row["term"] in year.college_terms:
            found[student] += 0 if course in earned_before else hours
        if hours:
            earned_before.add(course)
    return {student: (hours, 100) for student, hours in found.items()}


def students_served(exports: Path, program: str, year: YearToDate) -> Measures:
    """1 for a student with any activity."""
    rows = activities(exports, year)
    return {row["student_number"]: (1, 1) for row in rows if program in ("", row["program"])}


def engagement_hours(exports: Path, program: str, year: YearToDate) -> Measures:
    """Minutes of completed activities, 60 to the hour."""
    minutes: defaultdict[str, int] = defaultdict(int)
    for row in activities(exports, year):
        if program in ("", row["program"]):
            minutes[row["student_number"]] += int(60 * Decimal(row["hours"])) if row["status"] == "completed" else 0
    return {student: (total, 60) for student, total in minutes.items()}


RECOUNTS: dict[str, Callable[[Path, str, YearToDate], Measures]] = {
    recount.__name__: recount
    for recount in (
        attendance_rate,
        chronic_absence,
        course_pass_rate,
        college_hours_earned,
        students_served,
        engagement_hours,
    )
}
OF_STUDENTS = ("attendance_rate", "chronic_absence", "course_pass_rate", "college_hours_earned")
TOTALS = {"college_hours_earned": 100, "students_served": 1, "engagement_hours": 60}


def recounted(kpi: str, exports: Path, program: str, year: YearToDate) -> Sums | None:
    """The KPI over the students of the hospital, or of one of its programs; None when there is nobody."""
    measures = RECOUNTS[kpi](exports, program, year)
    return sums_of(measures[student] for student in members(exports, program, year) & measures.keys())


def sums_of(measures: Iterable[tuple[int, int]]) -> Sums | None:
    """Sums over students; None over nobody."""
    pairs = list(measures)
    if not pairs:
        return None
    numerators = [numerator for numerator, _ in pairs]
    return Sums(
        students=len(pairs),
        numerator=sum(numerators),
        denominator=sum(denominator for _, denominator in pairs),
        contributors=sum(1 for numerator in numerators if numerator),
        most=max(numerators),
    )


# The comparison with the product.


@pytest.mark.parametrize("year", [Q1, WHOLE_YEAR], ids=lambda year: year.label)
@pytest.mark.parametrize("kpi", RECOUNTS)
def test_the_sums_are_those_of_the_exports(kpi: str, year: YearToDate, sample: Workspace, exports_folder: Path) -> None:
    """Numerator, denominator and students of the hospital and of each program agree exactly."""
    expected = {"": recounted(kpi, exports_folder, "", year)}
    expected |= {name: recounted(kpi, exports_folder, program, year) for name, program in PROGRAMS.items()}
    chosen = [one for one in load_catalogue(sample.root).kpis if one.id == kpi]
    with open_for_reading(sample.database) as warehouse:
        frame = measure(warehouse, chosen, period_ids={kpi: [year.period_id]}, settings={})
    found: dict[str, Sums | None] = dict.fromkeys(expected)
    for row in frame.iter_rows(named=True):
        if row["partner"] == "hospital":
            columns = ("students", "numerator", "denominator", "contributors", "largest")
            found[row["program"]] = Sums(*(row[column] for column in columns))
    assert found == expected


@pytest.mark.parametrize("year", [Q1, WHOLE_YEAR], ids=lambda year: year.label)
@pytest.mark.parametrize("kpi", OF_STUDENTS)
def test_the_sums_over_the_district_are_those_of_the_exports(
    kpi: str, year: YearToDate, sample: Workspace, exports_folder: Path
) -> None:
    """The same over all 1,500 students, where every refused, doubled or corrected row has its part."""
    measures = RECOUNTS[kpi](exports_folder, "", year)
    expected = (len(measures), sum(n for n, _ in measures.values()), sum(d for _, d in measures.values()))
    chosen = load_catalogue(sample.root).find(kpi)
    with open_for_reading(sample.database) as warehouse:
        rows = warehouse.records(chosen.sql, setting_values(chosen, {}))
    of_year = [row for row in rows if row["period_id"] == year.period_id]
    found = (len(of_year), sum(row["numerator"] for row in of_year), sum(row["denominator"] for row in of_year))
    assert found == expected


def test_the_recount_meets_the_traps(exports_folder: Path) -> None:
    """There is something to count, no final mark is known in autumn, and the corrected month changes the recount."""
    for kpi in RECOUNTS:
        assert recounted(kpi, exports_folder, "", WHOLE_YEAR) is not None
    assert recounted("course_pass_rate", exports_folder, "", Q1) is None
    uncorrected = replace(WHOLE_YEAR, attendance=WHOLE_YEAR.attendance[:1])
    before = sums_of(attendance_rate(exports_folder, "", uncorrected).values())
    after = sums_of(attendance_rate(exports_folder, "", WHOLE_YEAR).values())
    assert before and after and before.denominator - after.denominator == 12 * 100
    assert before.numerator != after.numerator


@pytest.fixture(scope="module")
def boards(sample_made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Board]:
    """The hospital's pages of both quarters with every KPI that is counted here, by the quarter's name."""
    own = Workspace(shutil.copytree(sample_made, tmp_path_factory.mktemp("by_hand") / "district"))
    with (own.partners / "hospital.toml").open("a") as file:
        file.write(f"\n[board.kpis]\noutcomes = {json.dumps(sorted(RECOUNTS))}\n")
    made = [make_board(own, "hospital", today=TODAY, period=year.label) for year in (Q1, WHOLE_YEAR)]
    return {quarter.label: board for board, quarter in made}


@pytest.mark.parametrize("page", [Q1, WHOLE_YEAR], ids=lambda page: page.label)
@pytest.mark.parametrize("kpi", RECOUNTS)
def test_the_page_prints_what_was_counted(
    kpi: str, page: YearToDate, boards: dict[str, Board], exports_folder: Path
) -> None:
    """The figure on the page is the rounding of the recount, under the rule for its size of group.

    No final mark is known in the first quarter: that page tells of the school year before, and says so.
    """
    line = line_of(boards[page.label], kpi)
    year = WHOLE_YEAR if kpi == "course_pass_rate" else page
    sums = recounted(kpi, exports_folder, "", year)
    assert sums is not None
    printed = total_as_printed(sums, TOTALS[kpi]) if kpi in TOTALS else share_as_printed(sums)
    release = boards[page.label].release(line.now)
    assert (release.text, release.population.period) == (printed, year.label)
    assert line.window.startswith(WHOLE_YEAR.label) == (year is not page)


def line_of(board: Board, kpi: str) -> KpiLine:
    """The line of a KPI on the page."""
    return next(line for line in board.kpi_lines if line.kpi == kpi)


def share_as_printed(sums: Sums) -> str:
    """Rule R2: no figure under ten students, a range up to 39, then whole percent with the ends left open."""
    percent = 100 * Fraction(sums.numerator, sums.denominator)
    if sums.students < 10:
        return "fewer than 10 students"
    if sums.students < 40:
        width, end = (10, 20) if sums.students < 20 else (5, 10)
        if percent >= 100 - end:
            return f"{100 - end}% or more"
        low = percent // width * width
        return f"{end}% or less" if percent <= end else f"{low} to {low + width}%"
    end = 5 if sums.students < 100 else 2 if sums.students < 300 else 1
    rounded = half_up(percent)
    if rounded >= 100 - end:
        return f"{100 - end}% or more"
    return f"{end}% or less" if rounded <= end else f"{rounded}%"


def total_as_printed(sums: Sums, minor_units: int) -> str:
    """Rule R4: at least ten contributors, and none of them with more than half of the sum."""
    if sums.students < 10 or sums.contributors < 10:
        return "fewer than 10 students behind it" if sums.students >= 10 else "fewer than 10 students"
    if 2 * sums.most > sums.numerator:
        return "not shown, to protect privacy"
    return f"{half_up(Fraction(sums.numerator, minor_units)):,}"


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return math.floor(value + Fraction(1, 2))
