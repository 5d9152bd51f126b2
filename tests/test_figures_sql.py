"""The formulas as SQL and as Python: the same figures from the same sums, to the last rows either of them makes."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerkpi.measure import frame
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.figures_sql import figures_sql, left_over_sql
from partnerkpi.measure.rows import Row, student_result
from partnerkpi.measure.sums_sql import SUMS
from partnerkpi.models.kpi import Kpi
from partnerkpi.warehouse import Warehouse, scratch

Student = tuple[int, int]
NEAR = 1e-9
RATIO, SHARE, TOTAL = (
    load_catalogue().find(name) for name in ("attendance_rate", "chronic_absence", "college_hours_earned")
)
LIMIT_OF_DOUBLES = 2**53


def told(warehouse: Warehouse, of: Kpi, groups: Sequence[Sequence[Student]]) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows of groups of students, each with numerator and denominator: by SQL, what SQL leaves, all by Python."""
    warehouse.run(SUMS)
    warehouse.run("create or replace temp table group_names as select 0 as group_id, '' as group_by, '' as group_value")
    warehouse.run("delete from cohorts; insert into cohorts values (1, 'hospital', '')")
    python = []
    for number, students in enumerate(groups):
        sums = of_students(students)
        written = ", ".join("null" if each is None else str(each) for each in (1, *sums))
        warehouse.run(f"insert into sums values (3, 1, {number}, 0, {written})")
        python.append(student_result(of, "hospital", "", number, "", "", 1, *sums))
    kpis = {3: of}
    by_sql = [(of.id, *row[1:]) for row in warehouse.rows(figures_sql(kpis))]
    left = [student_result(of, *row[1:]) for row in warehouse.rows(left_over_sql(kpis))]
    return by_sql, left, python


def of_students(students: Sequence[Student]) -> tuple[int, int, int, int, int, int, int, int, bool, int, int, bool]:
    """What `sums` has of them, from the number of students on."""
    xs, ds = [x for x, _ in students], [d for _, d in students]
    return (
        len(students),
        sum(xs),
        sum(ds),
        sum(x * x for x in xs),
        sum(x * d for x, d in students),
        sum(d * d for d in ds),
        sum(x > 0 for x in xs),
        max(xs),
        all(d == 1 and x in (0, 1) for x, d in students),
        min(ds),
        max(ds),
        len({x / d for x, d in students}) == 1,
    )


def same(found: Row, wanted: Row) -> bool:
    """Whole numbers to the last unit, quotients and ends of intervals within a billionth of their size."""
    return len(found) == len(wanted) and all(
        math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR) if isinstance(one, float) and other is not None
        else one == other
        for one, other in zip(found, wanted, strict=True)
    )  # fmt: skip


numbers = st.integers(0, 9) | st.integers(-50, 20_000) | st.integers(0, 10**7) | st.integers(0, 10**17)
ratios = st.tuples(numbers, st.integers(1, 9) | st.integers(1, 20_000) | st.integers(1, 10**17))
shares = st.tuples(st.integers(0, 1), st.just(1))
# Students who differ in the last digit only: the squares cancel but for the last of thirty digits.
nearly = st.integers(10**6, 10**9).flatmap(lambda d: st.tuples(st.integers(d - 1, d), st.just(d)))
totals = st.tuples(numbers, st.just(100))


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.tuples(st.just(RATIO), st.lists(st.lists(ratios, min_size=1, max_size=30), min_size=1, max_size=8)),
        st.tuples(st.just(RATIO), st.lists(st.lists(nearly, min_size=1, max_size=30), min_size=1, max_size=8)),
        st.tuples(st.just(RATIO), st.lists(st.lists(totals, min_size=1, max_size=30), min_size=1, max_size=8)),
        st.tuples(st.just(SHARE), st.lists(st.lists(shares, min_size=1, max_size=30), min_size=1, max_size=8)),
        st.tuples(st.just(TOTAL), st.lists(st.lists(totals, min_size=1, max_size=30), min_size=1, max_size=8)),
    )
)
def test_sql_and_python_tell_the_same(case: tuple[Kpi, list[list[Student]]]) -> None:
    of, groups = case
    with scratch() as warehouse:
        by_sql, left, python = told(warehouse, of, groups)
    found = {row[3]: row for row in (*by_sql, *left)}
    assert len(by_sql) + len(left) == len(groups)
    assert [row for row in python if not same(found[row[3]], row)] == []


def test_of_usual_figures_sql_leaves_none() -> None:
    days = [(17_000 - 100 * n, 18_000 - n) for n in range(1_000)]
    hours = [(60 * n, 60) for n in range(1_000)]
    with scratch() as warehouse:
        by_sql, left, python = told(warehouse, RATIO, [days, hours, days[:1], days[:2], hours[:2]])
    assert left == [] and all(same(*pair) for pair in zip(sorted(by_sql), sorted(python), strict=True))
    assert [row[10] is None for row in sorted(by_sql)] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("of", "students"),
    [
        (TOTAL, [(LIMIT_OF_DOUBLES + 1, 100)]),
        (RATIO, [(3, LIMIT_OF_DOUBLES + 1)]),
        (RATIO, [(10**7, 10**7 + n) for n in range(100_000)]),
    ],
    ids=["a sum beyond a double", "a denominator beyond a double", "squares beyond 127 bits"],
)
def test_what_sql_cannot_hold_is_left_to_python(of: Kpi, students: list[Student]) -> None:
    with scratch() as warehouse:
        by_sql, left, python = told(warehouse, of, [students])
    assert (by_sql, left) == ([], python)


def test_what_is_to_be_objected_to_is_left_to_python() -> None:
    with scratch() as warehouse:
        told(warehouse, replace(TOTAL, id="other"), [[(1, 100), (1, 100)]])
        warehouse.run("update sums set given = 2")
        doubled = warehouse.rows(left_over_sql({3: TOTAL}))
        warehouse.run("update sums set given = 1, smallest_denominator = 60")
        two_units = warehouse.rows(left_over_sql({3: TOTAL}))
        ratio = warehouse.rows(left_over_sql({3: RATIO}))
    assert (len(doubled), len(two_units), len(ratio)) == (1, 1, 0)


words = st.text(alphabet="abZ \u00e9\U0001f600", max_size=3)
places = st.tuples(words, words, words, st.integers(202510, 202541), words, words)


@settings(max_examples=50, deadline=None)
@given(st.lists(places, max_size=30, unique=True), st.sampled_from([2**62, 4]))
def test_a_frame_is_sorted_by_its_words_however_many_there_are(rows: list[tuple[object, ...]], most: int) -> None:
    figures = [(*row, 1, 1, 1, 1.0, None, None, 1, 1, True) for row in rows]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(frame, "_PLACES", most)
        found = frame.frame_of(figures).rows()
    assert found == sorted(figures, key=lambda row: (*row[:3], *row[4:6], row[3]))
