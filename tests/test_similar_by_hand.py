"""Similar students found again from the exports by another road: plain dicts over the rows of the files.

Nothing of the product has a part in it, only `csv`, `gzip` and `math`. Strata, weights, coverage, balance, effect sizes
and intervals of the year 2025-26 must be the product's.
"""

import csv
import gzip
import io
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.similar import compare
from partnerkpi.models.similar import Comparison, Verdict
from partnerkpi.warehouse import open_for_reading

PERIOD, YEAR, FIRST_DAY, LAST_DAY = 202541, "2025-26", date(2025, 8, 25), date(2026, 6, 10)
ATTENDANCE = ("attendance_2025-26.csv.gz", "attendance_2025-26_corrected_2025-10.csv.gz")
NAMES = {
    "hospital": {"Riverbend Health", "RIVERBEND HEALTH SYSTEM", "Cedar County Memorial Hospital"},
    "manufacturer": {"Tallgrass Machine Works"},
}
PROGRAMS = {"": None, "academy": "Health Sciences Academy", "internships": "Clinical Internships"}
COHORTS = [("hospital", ""), ("hospital", "academy"), ("hospital", "internships"), ("manufacturer", "")]
POINTS = {"A": 4, "B": 3, "C": 2, "D": 1, "F": 0, "WF": 0, "FF": 0}
Z = 1.6448536269514722

Figures = Mapping[str, tuple[int, int]]


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of an export as wide as its header, each distinct row once."""
    lines = csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline=""))
    header = next(lines)
    for cells in dict.fromkeys(map(tuple, lines)):
        if len(cells) == len(header) and cells[0]:
            yield dict(zip(header, cells, strict=True))


@cache
def days(exports: Path) -> dict[str, tuple[int, int]]:
    """Hundredths of days absent and enrolled; a corrected day of a school counts as corrected."""
    by_day: dict[tuple[str, str], list[dict[str, str]]] = {}
    for name in ATTENDANCE:
        of_file = defaultdict(list)
        for row in rows_of(exports / name):
            if row["status"] in ("present", "absent_excused", "absent_unexcused", "suspended"):
                of_file[row["school"], row["date"]].append(row)
        by_day |= of_file
    absent: Counter[str] = Counter()
    enrolled: Counter[str] = Counter()
    for rows in by_day.values():
        for row in rows:
            enrolled[row["student_number"]] += 100
            absent[row["student_number"]] += round(100 * float(row["fraction"]))
    return {student: (absent[student], of) for student, of in enrolled.items()}


@cache
def final_marks(exports: Path) -> list[dict[str, str]]:
    """Rows of semester marks."""
    return [
        row
        for row in rows_of(exports / "grades_2025-26.csv.gz")
        if row["credits_attempted"].replace(".", "", 1).isdigit()
        and row["final"] == "yes"
        and row["term"] in ("S1", "S2")
    ]


def chronic_absence(exports: Path) -> Figures:
    return {s: (int(10 * absent >= of), 1) for s, (absent, of) in days(exports).items() if of >= 1000}


def course_pass_rate(exports: Path) -> Figures:
    """Passing marks out of final marks."""
    passed: Counter[str] = Counter()
    final: Counter[str] = Counter()
    for row in final_marks(exports):
        if row["mark"] in {*POINTS, "P"}:
            final[row["student_number"]] += 1
            passed[row["student_number"]] += row["mark"] in ("A", "B", "C", "D", "P")
    return {student: (passed[student], marks) for student, marks in final.items()}


def gpa_unweighted(exports: Path) -> Figures:
    """Millionths of a grade point."""
    attempted: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for row in final_marks(exports):
        if row["mark"] in POINTS:
            hundredths = round(100 * float(row["credits_attempted"]))
            attempted[row["student_number"]] += hundredths
            points[row["student_number"]] += hundredths * POINTS[row["mark"]]
    return {s: (round(1_000_000 * points[s] / of), 1_000_000) for s, of in attempted.items() if of}


KPIS = {"course_pass_rate": course_pass_rate, "chronic_absence": chronic_absence, "gpa_unweighted": gpa_unweighted}


@cache
def roster(exports: Path) -> dict[str, tuple[str, str, float | None, float | None]]:
    """School, grade level, last year's attendance in percent and GPA."""
    found = {}
    for row in rows_of(exports / "students.csv.gz"):
        if row["school_year"] == YEAR:
            before = [float(row[name]) if row[name] else None for name in ("last_year_attendance", "last_year_gpa")]
            assert row["student_number"] not in found
            found[row["student_number"]] = (row["school"], row["grade_level"], before[0], before[1])
    return found


def participants(exports: Path, partner: str, program: str) -> tuple[set[str], set[str]]:
    """Who is in the cohort, and who was ever with the partner."""
    cohort, ever = set(), set()
    for row in rows_of(exports / "participants.csv.gz"):
        if row["partner"] in NAMES[partner] and date.fromisoformat(row["start"]) <= LAST_DAY:
            ever.add(row["student_number"])
            still = not row["end"] or date.fromisoformat(row["end"]) >= FIRST_DAY
            if still and PROGRAMS[program] in (None, row["program"]):
                cohort.add(row["student_number"])
    return cohort, ever


def band(value: float | None, edges: tuple[float, ...]) -> int | None:
    return None if value is None else sum(value >= edge for edge in edges)


@dataclass(frozen=True)
class Student:
    """One matched student: weight, numerator, denominator, and last year's attendance and GPA."""

    weight: float
    x: float
    d: float
    before: tuple[float | None, float | None]


@dataclass(frozen=True)
class Matched:
    participants: int
    first: list[Student]
    second: list[Student]
    unweighted: list[Student]


@cache
def matched(exports: Path, kpi: str, partner: str, program: str) -> Matched:
    figures, listed = KPIS[kpi](exports), roster(exports)
    cohort, ever = participants(exports, partner, program)
    arms: dict[tuple[object, ...], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for student in figures.keys() & listed.keys():
        school, grade, attendance, gpa = listed[student]
        stratum = (school, grade, band(attendance, (80, 90, 95)), band(gpa, (1, 2, 3)))
        if student in cohort:
            arms[stratum][0].append(student)
        elif student not in ever:
            arms[stratum][1].append(student)
    both = {stratum: pair for stratum, pair in arms.items() if pair[0] and pair[1]}
    n1 = sum(len(mine) for mine, _ in both.values())
    n0 = sum(len(theirs) for _, theirs in both.values())

    def one(number: str, weight: float) -> Student:
        return Student(weight, *figures[number], listed[number][2:])

    return Matched(
        participants=len(cohort & figures.keys()),
        first=[one(number, 1) for mine, _ in both.values() for number in mine],
        second=[one(t, len(m) / n1 * n0 / len(o)) for m, o in both.values() for t in o],
        # Of the last year of everybody else, whether or not the KPI has a figure of them.
        unweighted=[Student(1, 0, 1, listed[n][2:]) for n in sorted(listed.keys() - ever)],
    )


def moments(students: list[Student]) -> tuple[int, float, float, float, float]:
    """Number, effective number, ratio, deviation between students, standard error; one student at a time."""
    n, weights = len(students), [s.weight for s in students]
    total = math.fsum(s.weight * s.d for s in students)
    ratio = math.fsum(s.weight * s.x for s in students) / total
    mean_d = total / math.fsum(weights)
    linear = [(s.x - ratio * s.d) / mean_d for s in students]
    variance = math.fsum(w * u * u for w, u in zip(weights, linear, strict=True)) / math.fsum(weights) * n / (n - 1)
    error = math.fsum((w * u) ** 2 for w, u in zip(weights, linear, strict=True)) * n / (n - 1)
    effective = math.fsum(weights) ** 2 / math.fsum(w * w for w in weights)
    return n, effective, ratio, math.sqrt(variance), math.sqrt(error) / math.fsum(weights)


def g(first: list[Student], second: list[Student]) -> tuple[float, float]:
    """Hedges g and its standard error."""
    (n1, e1, m1, s1, _), (n2, e2, m2, s2, _) = moments(first), moments(second)
    d = (m1 - m2) / math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
    w = 1 - 3 / (4 * (n1 + n2) - 9)
    return w * d, w * math.sqrt((e1 + e2) / (e1 * e2) + d * d / (2 * (e1 + e2)))


def cox(first: list[Student], second: list[Student]) -> tuple[float, float]:
    """Cox index and its standard error."""
    (n1, e1, p1, *_), (n2, e2, p2, *_) = moments(first), moments(second)
    w = 1 - 3 / (4 * (n1 + n2) - 9)
    logit = math.log(p1) - math.log(1 - p1) - math.log(p2) + math.log(1 - p2)
    variance = 1 / (e1 * p1) + 1 / (e1 * (1 - p1)) + 1 / (e2 * p2) + 1 / (e2 * (1 - p2))
    return w * logit / 1.65, w * math.sqrt(variance) / 1.65


def wilson(share: float, n: float) -> tuple[float, float]:
    """The two shares whose score test just does not refuse this one."""
    a, b, c = 1 + Z * Z / n, -(2 * share + Z * Z / n), share * share
    root = math.sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def difference(kpi: str, first: list[Student], second: list[Student]) -> tuple[float, float, float]:
    (_, e1, m1, _, error1), (_, e2, m2, _, error2) = moments(first), moments(second)
    if kpi != "chronic_absence":
        spread = Z * math.sqrt(error1**2 + error2**2)
        return m1 - m2, m1 - m2 - spread, m1 - m2 + spread
    (low1, high1), (low2, high2) = wilson(m1, e1), wilson(m2, e2)
    below = math.sqrt((m1 - low1) ** 2 + (high2 - m2) ** 2)
    return m1 - m2, m1 - m2 - below, m1 - m2 + math.sqrt((high1 - m1) ** 2 + (m2 - low2) ** 2)


@pytest.fixture(scope="module")
def found(sample: Workspace) -> dict[tuple[str, str, str], Comparison]:
    """What the product says, by KPI and cohort."""
    catalogue, matching = load_catalogue(sample.root), sample.settings.similar.matching()
    with open_for_reading(sample.database) as warehouse:
        told = [
            compare(warehouse, catalogue.find(kpi), period_id=PERIOD, cohorts=COHORTS, settings={}, matching=matching)
            for kpi in KPIS
        ]
    return {(c.kpi, c.partner, c.program): c for of_kpi in told for c in of_kpi}


every_one = pytest.mark.parametrize(
    ("kpi", "partner", "program"), [(kpi, *cohort) for kpi in KPIS for cohort in COHORTS]
)
Found = dict[tuple[str, str, str], Comparison]


@every_one
def test_who_is_matched_is_who_is_alike(
    kpi: str, partner: str, program: str, found: Found, exports_folder: Path
) -> None:
    told, mine = found[kpi, partner, program], matched(exports_folder, kpi, partner, program)
    cohort, _ = participants(exports_folder, partner, program)

    assert (told.members, told.participants) == (len(cohort), mine.participants)
    assert (told.matched, told.similar) == (len(mine.first), len(mine.second))
    assert told.coverage == pytest.approx(len(mine.first) / mine.participants, rel=1e-12)
    assert told.similar_effective == pytest.approx(moments(mine.second)[1], rel=1e-9)
    assert told.withheld == ()


@every_one
def test_last_year_is_balanced_as_far_as_is_said(
    kpi: str, partner: str, program: str, found: Found, exports_folder: Path
) -> None:
    told, mine = found[kpi, partner, program], matched(exports_folder, kpi, partner, program)

    assert [row.verdict for row in told.balance[:2]] == [Verdict.EXACT, Verdict.EXACT]
    for index, row in enumerate(told.balance[2:]):
        arms = [
            [Student(s.weight, before, 1, s.before) for s in arm if (before := s.before[index]) is not None]
            for arm in (mine.first, mine.unweighted, mine.second)
        ]
        assert row.participants == pytest.approx(moments(arms[0])[2], rel=1e-9)
        assert row.before == pytest.approx(moments(arms[1])[2], rel=1e-9)
        assert row.after == pytest.approx(moments(arms[2])[2], rel=1e-9)
        effect, _ = g(arms[0], arms[2])
        assert row.effect == pytest.approx(effect, rel=1e-9, abs=1e-12)
        assert row.verdict is (Verdict.GOOD if abs(effect) <= 0.05 else Verdict.ROUGH)


@every_one
def test_the_difference_and_the_effect_size_are_those_of_the_students(
    kpi: str, partner: str, program: str, found: Found, exports_folder: Path
) -> None:
    told, mine = found[kpi, partner, program], matched(exports_folder, kpi, partner, program)
    effect, error = (cox if kpi == "chronic_absence" else g)(mine.first, mine.second)

    assert told.value == pytest.approx(moments(mine.first)[2], rel=1e-9)
    assert told.similar_value == pytest.approx(moments(mine.second)[2], rel=1e-9)
    assert told.difference is not None and told.effect is not None
    assert (told.difference.value, told.difference.low, told.difference.high) == pytest.approx(
        difference(kpi, mine.first, mine.second), rel=1e-9, abs=1e-12
    )
    assert (told.effect.value, told.effect.low, told.effect.high) == pytest.approx(
        (effect, effect - Z * error, effect + Z * error), rel=1e-9, abs=1e-12
    )
    assert told.effect_kind == ("Cox index" if kpi == "chronic_absence" else "Hedges g")


def test_the_recount_meets_the_traps(exports_folder: Path) -> None:
    """Without past and other participants among the others, and unmatched ones, it would prove nothing of them."""
    listed = roster(exports_folder)
    cohort, ever = participants(exports_folder, "hospital", "academy")
    whole, _ = participants(exports_folder, "hospital", "")
    assert whole - cohort, "students of the other program"
    assert (ever - whole) & listed.keys(), "past participants who are still on the roster"
    assert any(before is None for *_, before in listed.values()), "students without last year's GPA"
    mine = matched(exports_folder, "gpa_unweighted", "hospital", "")
    assert len(mine.first) < mine.participants < len(whole), "unmatched ones, and some without a figure"
