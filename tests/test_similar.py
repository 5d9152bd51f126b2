"""Similar students: who stands in which arm, how they are weighted, and when nothing may be said."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from partnerkpi.errors import KpiFileError
from partnerkpi.measure import similar_together
from partnerkpi.measure.interval import Sums
from partnerkpi.measure.similar import NO_ROSTER, ONLY_PARTICIPANTS, compare, comparing
from partnerkpi.measure.similar_sql import arms_sql
from partnerkpi.measure.strata import Arm, Stratum, compared, matched_pairs
from partnerkpi.measure.strata_sql import Told
from partnerkpi.measure.sums_sql import Span
from partnerkpi.measure.weighted import Inexact, Weighted, weighted_sql
from partnerkpi.models.kpi import Counted, Domain, Grain, Kpi
from partnerkpi.models.school_year import Window
from partnerkpi.models.similar import Balance, Comparison, Estimate, Matching, Verdict
from partnerkpi.warehouse import Warehouse, scratch

PERIOD = 202511
EVERYTHING = ("school", "grade_level", "last_year_attendance", "last_year_gpa")
MATCHING = Matching(EVERYTHING, (8000, 9000, 9500), (100, 200, 300), 2, 0.5, 0.25)
FIGURES = "select student_id, 202511 as period_id, numerator, denominator from figures\n"


@dataclass(frozen=True)
class Student:
    """One student: roster of 2025-26 (a school of "" is none), with the partner or not, and a figure."""

    school: str = "North"
    attendance: int | None = 9300
    gpa: int | None = 250
    programs: tuple[str, ...] = ()  # of the hospital, in the period; "" is the whole partner
    past: bool = False
    figure: tuple[int, int] | None = (1, 1)
    group: str = "no"


def kpi(unit: str = "percent of days", sql: str = FIGURES) -> Kpi:
    """A KPI that reads what `district` wrote."""
    return Kpi(
        id="figure",
        name="Figure",
        domain=Domain.ATTENDANCE,
        unit=unit,
        better="higher",
        window=Window.YEAR_TO_DATE,
        grain=Grain.STUDENT,
        counted=Counted.MEMBERS,
        definition="",
        source="",
        settings=(),
        sql=sql,
        path=Path("figure.sql"),
        origin="shipped",
    )


def district(warehouse: Warehouse, students: Sequence[Student]) -> None:
    """Write the marts of a small district; students are numbered from 0."""
    warehouse.run(
        """
insert into periods (period_id, quarter_id, school_year, time_window, first_day, last_day) values
  (202510, 202510, '2025-26', 'quarter', date '2025-08-25', date '2025-10-24'),
  (202511, 202510, '2025-26', 'year to date', date '2025-08-25', date '2025-10-24');
insert into cohorts values (1, 'hospital', ''), (2, 'hospital', 'academy'), (3, 'hospital', 'interns'), (4, 'mill', '');
insert into cohort_names (partner, program, cohort_id, name_of, first_day, last_day) values
  ('Hospital', 'Academy', 1, 'hospital', date '0001-01-01', date '9999-12-31'),
  ('Hospital', 'Academy', 2, 'hospital', date '0001-01-01', date '9999-12-31');
create temp table students (
  student_id bigint, school_year varchar, school varchar, grade_level varchar,
  last_year_attendance_hundredths integer, last_year_gpa_hundredths integer
);
create temp table student_group_values (
  student_id bigint, school_year varchar, group_by varchar, group_value varchar
);
create temp table participants (student_id bigint, partner varchar, program varchar, start_date date);
create temp table cohort_members (cohort_id integer, student_id bigint, period_id integer);
create temp table students_by_period (student_id bigint, period_id integer);
create temp table figures (student_id bigint, numerator bigint, denominator bigint)"""
    )
    for number, student in enumerate(students):
        _write(warehouse, number, student)


def _write(warehouse: Warehouse, number: int, student: Student) -> None:
    who = {"id": number}
    warehouse.run("insert into students_by_period values ($id, 202511)", who)
    if student.school:
        values = {**who, "school": student.school, "attendance": student.attendance, "gpa": student.gpa}
        warehouse.run("insert into students values ($id, '2025-26', $school, '11', $attendance, $gpa)", values)
        values = {**who, "value": student.group}
        warehouse.run("insert into student_group_values values ($id, '2025-26', 'group_lunch', $value)", values)
    for program in student.programs:
        cohort = {"": 1, "academy": 2, "interns": 3}[program]
        warehouse.run(f"insert into cohort_members values ({cohort}, $id, 202511)", who)
        if program:
            warehouse.run("insert into cohort_members values (1, $id, 202511)", who)
    if student.past:
        warehouse.run("insert into participants values ($id, 'Hospital', 'Academy', date '2021-08-25')", who)
    if student.figure:
        x, d = student.figure
        warehouse.run("insert into figures values ($id, $x, $d)", {**who, "x": x, "d": d})


def compare_one(
    students: Sequence[Student], *, matching: Matching = MATCHING, program: str = "", of: Kpi | None = None
) -> Comparison:
    """The hospital's or a program's students of a small district beside similar ones."""
    with scratch() as warehouse:
        district(warehouse, students)
        return compare(
            warehouse,
            of or kpi(),
            period_id=PERIOD,
            cohorts=[("hospital", program)],
            settings={},
            matching=matching,
        )[0]


def academy(**fields: object) -> Student:
    """A student of the academy."""
    return replace(Student(programs=("academy",)), **fields)  # type: ignore[arg-type]


# Who stands in which arm.

some_student = st.builds(
    Student,
    school=st.sampled_from(["North", "South", ""]),
    attendance=st.sampled_from([None, 7000, 9200, 9900]),
    gpa=st.sampled_from([None, 150, 350]),
    programs=st.sampled_from([(), (), ("academy",), ("interns",), ("academy", "interns")]),
    past=st.booleans(),
    figure=st.just(None) | st.just((1, 1)),
)


def _alike(one: Student, other: Student) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in ("school", "attendance", "gpa", "group"))


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.lists(some_student, max_size=30), st.sampled_from(["", "academy"]))
def test_nobody_stands_in_both_arms(students: list[Student], program: str) -> None:
    """Every student has a power of two as numerator, so that a sum says who is in it."""
    students = [replace(s, figure=s.figure and (2**number, 1)) for number, s in enumerate(students)]
    with scratch() as warehouse:
        district(warehouse, students)
        with comparing(warehouse, period_id=PERIOD, cohorts=[("hospital", program)], matching=MATCHING):
            rows = warehouse.records(arms_sql(kpi(), PERIOD))
    in_arm = {arm: [row["x"] for row in rows if row["participant"] is arm] for arm in (True, False)}
    mine = {n for n, s in enumerate(students) if s.figure and (program in s.programs or (not program and s.programs))}
    theirs = {n for n, s in enumerate(students) if s.figure and s.school and not s.programs and not s.past}

    assert sum(in_arm[True]) == sum(2**number for number in mine)
    assert not mine & theirs
    # Others are looked at where there are participants: never anybody else, and whoever is the same in everything.
    of_program = [s for s in students if program in s.programs or (not program and s.programs)]
    twins = {n for n in theirs if any(_alike(students[n], member) for member in of_program)}
    found = sum(int(x) for x in in_arm[False])
    assert {n for n in range(len(students)) if found >> n & 1} <= theirs
    assert twins <= {n for n in theirs if found >> n & 1}
    assert all(row["n"] == int(row["x"]).bit_count() for row in rows)


def test_only_students_alike_in_every_variable_are_beside_each_other() -> None:
    others = [Student(school="South"), Student(attendance=9500), Student(gpa=300), Student(gpa=None)]
    alike = [Student(attendance=9000), Student(attendance=9499), Student(gpa=200), Student(gpa=299)]
    found = compare_one([academy(), academy(), *others, *alike])

    assert (found.participants, found.matched, found.similar) == (2, 2, 4)


def test_unknown_is_a_band_of_its_own() -> None:
    found = compare_one([academy(gpa=None), academy(gpa=None), Student(gpa=None), Student(gpa=None), Student(gpa=0)])

    assert (found.matched, found.similar) == (2, 2)
    assert found.balance[3] == Balance("last_year_gpa", None, 0.0, None, None, Verdict.UNKNOWN)


def test_a_participant_off_the_roster_is_counted_and_not_matched() -> None:
    found = compare_one([academy(), academy(), academy(school=""), Student(), Student(), Student(school="")])

    assert (found.members, found.participants, found.matched, found.similar) == (3, 3, 2, 2)
    assert found.coverage == pytest.approx(2 / 3)


def test_a_student_of_two_schools_is_in_one_stratum() -> None:
    with scratch() as warehouse:
        district(warehouse, [academy(), academy(), Student(), Student(gpa=None)])
        warehouse.run("insert into students values (3, '2025-26', 'South', '11', null, 250)")
        warehouse.run("insert into students values (0, '2025-26', 'South', '11', null, null)")
        found = compare(warehouse, kpi(), period_id=PERIOD, cohorts=[("hospital", "")], settings={}, matching=MATCHING)[
            0
        ]

    assert (found.participants, found.matched, found.similar) == (2, 2, 2)


def test_several_cohorts_come_from_one_query_in_the_order_asked() -> None:
    students = [academy(), academy(), Student(programs=("interns",)), Student(), Student()]
    with scratch() as warehouse:
        district(warehouse, students)
        found = compare(
            warehouse,
            kpi(),
            period_id=PERIOD,
            cohorts=[("mill", ""), ("hospital", "interns"), ("hospital", "")],
            settings={},
            matching=MATCHING,
        )

    assert [(c.partner, c.program, c.members, c.participants) for c in found] == [
        ("mill", "", 0, 0),
        ("hospital", "interns", 1, 1),
        ("hospital", "", 3, 3),
    ]
    assert [c.similar for c in found] == [0, 2, 2]


def test_for_no_cohort_there_is_nothing(small: Warehouse) -> None:
    assert compare(small, kpi(), period_id=PERIOD, cohorts=[], settings={}, matching=MATCHING) == ()


# Weights.

arms = st.integers(1, 40).map(lambda n: Arm(Sums(n, n, n, n, n, n), {}, True)) | st.none()
strata_lists = st.lists(st.builds(Stratum, participants=arms, controls=arms, on_roster=st.booleans()), max_size=20)


@given(strata_lists)
def test_the_weights_of_each_stratum_sum_to_the_participants_share(strata: list[Stratum]) -> None:
    pairs = matched_pairs(strata)
    mine, theirs = sum(p.participants.sums.n for p in pairs), sum(p.controls.sums.n for p in pairs)

    assert len(pairs) == sum(bool(s.participants and s.controls and s.on_roster) for s in strata)
    for pair in pairs:
        assert pair.weight * pair.controls.sums.n / theirs == Fraction(pair.participants.sums.n, mine)
    assert sum(pair.weight * pair.controls.sums.n for pair in pairs) == theirs


def test_a_difference_is_what_it_is_by_hand() -> None:
    """North: 2 of 3 participants, attending 8 and 9 of 10, beside others with 9 and 5. South: one with 6 beside 4.

    The others count two thirds in North, where they attend 14 of 20, and a third in South: 6 of 10, beside 23 of 30.
    """
    figures = [(8, 10), (9, 10)], [(9, 10), (5, 10)]
    north = [*(academy(figure=f) for f in figures[0]), *(Student(figure=f) for f in figures[1])]
    south = [academy(school="South", figure=(6, 10)), Student(school="South", figure=(4, 10))]
    found = compare_one([*north, *south], matching=replace(MATCHING, maximum_baseline=9))

    assert found.value == pytest.approx(23 / 30)
    assert found.similar_value == pytest.approx((2 / 3 * 14 / 20) + (1 / 3 * 4 / 10))
    assert found.difference is not None and found.effect_kind == "Hedges g"
    assert found.difference.value == pytest.approx(23 / 30 - 0.6)


def test_of_a_total_who_has_no_row_has_nothing() -> None:
    """Two participants with 3 and no hours, two others with 1 and none: 1.5 beside 0.5 a student."""
    pairs = [academy(figure=(300, 100)), academy(figure=None), Student(figure=(100, 100)), Student(figure=None)]
    found = compare_one(pairs, of=kpi("credit hours"))

    assert (found.participants, found.similar) == (2, 2)
    assert (found.value, found.similar_value) == (1.5, 0.5)


def test_a_share_that_nobody_has_gives_a_difference_and_no_effect_size() -> None:
    found = compare_one([academy(figure=(0, 1)), academy(figure=(0, 1)), Student(), Student(figure=(0, 1))])

    assert found.difference is not None and found.difference.value == -0.5
    assert found.difference.low < -0.5 < found.difference.high
    assert (found.effect, found.effect_kind) == (None, "Cox index")
    assert found.no_effect == "a share of none or of all has no odds"


# Which variables.


def test_a_variable_nobody_has_is_left_out_and_named() -> None:
    students = [academy(gpa=None), academy(gpa=None), Student(gpa=None), Student(gpa=None)]
    found = compare_one(students)

    assert found.left_out == ("last_year_gpa",)
    assert found.variables == EVERYTHING[:3]
    assert found.difference is not None


def test_a_group_of_the_roster_can_make_students_similar() -> None:
    matching = replace(MATCHING, variables=("school", "group_lunch", "group_unknown"))
    students = [academy(group="yes"), academy(group="yes"), Student(group="yes"), Student(group="yes"), Student()]
    found = compare_one(students, matching=matching)

    assert (found.variables, found.left_out) == (("school", "group_lunch"), ("group_unknown",))
    assert (found.matched, found.similar) == (2, 2)


# When nothing may be said.


def figures(found: Comparison) -> tuple[object, ...]:
    """Everything that a withheld comparison must not have."""
    return found.value, found.similar_value, found.difference, found.effect


def arm(n: int, gpa: int, *, spread: int = 50) -> Arm:
    """Students with a KPI of 0 and 1 in turn, and last year's GPA around a value (hundredths)."""
    before = [gpa + (spread if number % 2 else -spread) for number in range(n)]
    ones = n // 2
    return Arm(
        Sums(n, ones, n, ones, ones, n),
        {"last_year_gpa": Sums(n, sum(before), n, sum(g * g for g in before), sum(before), n)},
        True,
    )


BARE = Comparison("figure", "hospital", "", PERIOD, variables=("last_year_gpa",))
STRICT = Matching(("last_year_gpa",), (), (100, 200, 300), 30, 0.8, 0.25)


def test_with_enough_similar_students_there_is_a_figure() -> None:
    found = compared(BARE, [Stratum(arm(30, 250), arm(30, 250))], STRICT)

    assert found.withheld == () and None not in figures(found)
    assert found.balance[0].verdict is Verdict.GOOD


@pytest.mark.parametrize(("mine", "theirs"), [(29, 100), (100, 29)])
def test_withheld_with_fewer_than_30_in_an_arm(mine: int, theirs: int) -> None:
    found = compared(BARE, [Stratum(arm(mine, 250), arm(theirs, 250))], STRICT)

    reason = f"fewer than 30 students in an arm: {mine} participants, {theirs} similar students"
    assert any(text == reason for text in found.withheld)
    assert figures(found) == (None, None, None, None)


@pytest.mark.parametrize(("alone", "withheld"), [(10, False), (11, True)])
def test_withheld_when_less_than_80_percent_are_matched(alone: int, withheld: bool) -> None:
    strata = [Stratum(arm(40, 250), arm(80, 250)), Stratum(arm(alone, 350), None)]
    found = compared(BARE, strata, STRICT)

    assert found.withheld == (
        (f"40 of {40 + alone} participants have similar students, less than 80 percent",) if withheld else ()
    )
    assert (figures(found) == (None,) * 4) is withheld


@pytest.mark.parametrize(
    ("gap", "verdict"),
    [(0, Verdict.GOOD), (2, Verdict.GOOD), (4, Verdict.ROUGH), (12, Verdict.ROUGH), (13, Verdict.APART)],
)
def test_withheld_when_the_arms_differed_before(gap: int, verdict: Verdict) -> None:
    """Within one band the GPA may still differ: by so many hundredths, at a deviation of 50."""
    found = compared(BARE, [Stratum(arm(100, 250 + gap), arm(100, 250))], STRICT)
    told = [
        "before it began, the two differed too much in last_year_gpa: effect size 0.26",
    ]

    assert found.balance[0].verdict is verdict
    assert list(found.withheld) == (told if verdict is Verdict.APART else [])
    assert (figures(found) == (None,) * 4) is (verdict is Verdict.APART)


def test_withheld_without_a_roster() -> None:
    found = compare_one([academy(school=""), Student(school="")])

    assert found.withheld == (NO_ROSTER,) and figures(found) == (None,) * 4


def test_withheld_when_nobody_has_a_figure() -> None:
    found = compare_one([academy(figure=None), academy(figure=None), Student(), Student()])

    assert found.members == 2
    assert found.withheld == ("no participant has a figure",)


def test_what_only_participants_do_has_no_comparison() -> None:
    own = kpi(sql="select student_id, 1 as cohort_id, 202511 as period_id, numerator, denominator from figures\n")

    assert compare_one([academy(), Student()], of=own).withheld == (ONLY_PARTICIPANTS,)


@pytest.fixture
def small() -> Iterator[Warehouse]:
    """Two participants beside two others."""
    with scratch() as warehouse:
        district(warehouse, [academy(), academy(), Student(), Student()])
        yield warehouse


@pytest.mark.parametrize(
    ("unit", "more"),
    [("percent of days", "(0, 1, 1)"), ("credit hours", "(5, 1, 60)")],
    ids=["a student twice", "two denominators of a total"],
)
def test_a_file_that_counts_wrong_is_refused(small: Warehouse, unit: str, more: str) -> None:
    small.run(f"insert into students_by_period values (5, 202511); insert into figures values {more}")
    small.run("insert into students values (5, '2025-26', 'North', '11', 9300, 250)")
    with pytest.raises(KpiFileError):
        compare(small, kpi(unit), period_id=PERIOD, cohorts=[("hospital", "")], settings={}, matching=MATCHING)


def test_a_day_before_the_period_makes_a_past_participant_and_a_day_after_does_not(small: Warehouse) -> None:
    for student, day in ((2, dt.date(2025, 10, 24)), (3, dt.date(2025, 10, 25))):
        small.run("insert into participants values ($id, 'Hospital', 'Academy', $day)", {"id": student, "day": day})
    found = compare(small, kpi(), period_id=PERIOD, cohorts=[("hospital", "")], settings={}, matching=MATCHING)

    assert found[0].similar == 1


@pytest.mark.parametrize(("merged", "similar"), [(dt.date(2025, 10, 24), 1), (dt.date(2025, 10, 25), 2)])
def test_students_of_a_partner_that_was_merged_into_it_are_its_own_from_that_day(
    small: Warehouse, merged: dt.date, similar: int
) -> None:
    small.run(
        "insert into cohort_names values ('Clinic', 'Care', 1, 'clinic', $day, date '9999-12-31')", {"day": merged}
    )
    small.run("insert into participants values (2, 'Clinic', 'Care', date '2024-09-01')")
    found = compare(small, kpi(), period_id=PERIOD, cohorts=[("hospital", "")], settings={}, matching=MATCHING)

    assert found[0].similar == similar


# Several KPIs and cohorts at once.

SHARES = """
select student_id, 202511 as period_id, case when numerator > 1 then 1 else 0 end as numerator, 1 as denominator
from figures"""
SEVERAL = (
    replace(kpi(), id="ratio"),
    replace(kpi("percent of students", SHARES), id="share"),
    replace(kpi("hours", FIGURES.replace("denominator", "60 as denominator")), id="total"),
    replace(kpi("hours per student", FIGURES.replace("denominator", "60 as denominator")), id="mean"),
    replace(kpi(sql=f"{FIGURES}where numerator > 5\n"), id="some"),
    replace(kpi(sql=f"{FIGURES}where numerator > 5000\n"), id="none"),
)
ALL_COHORTS = [("hospital", ""), ("mill", ""), ("hospital", "academy"), ("hospital", "interns")]
LENIENT = Matching(("school", "last_year_attendance", "last_year_gpa"), (8000,), (), 2, 0.0, 0.5)
compared_student = st.builds(
    Student,
    school=st.sampled_from(["North", "South", ""]),
    attendance=st.sampled_from([None, 9200, 9201, 9900]),
    gpa=st.sampled_from([None, 150, 350]),
    programs=st.sampled_from([(), (), ("academy",), ("interns",), ("academy", "interns")]),
    past=st.sampled_from([False, False, True]),
    figure=st.none() | st.tuples(st.sampled_from([0, 1, 2, 7, 900, 1000]), st.sampled_from([1, 1, 2, 1000])),
)


def near(found: object, wanted: object) -> bool:
    """The same, but for the last digits of numbers with a point."""
    if isinstance(found, float) and isinstance(wanted, float):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    if is_dataclass(found) and type(found) is type(wanted):
        return all(near(getattr(found, each.name), getattr(wanted, each.name)) for each in fields(found))
    if isinstance(found, tuple) and isinstance(wanted, tuple):
        return len(found) == len(wanted) and all(near(*pair) for pair in zip(found, wanted, strict=True))
    return found == wanted


@hypothesis_settings(max_examples=12, deadline=None)
@given(st.lists(compared_student, min_size=6, max_size=40))
def test_many_cohorts_are_compared_as_each_of_them_alone(students: list[Student]) -> None:
    """The database weighs the strata of many in doubles; of one, Python weighs them in whole numbers."""
    with scratch() as warehouse:
        district(warehouse, students)
        with comparing(warehouse, period_id=PERIOD, cohorts=ALL_COHORTS, matching=LENIENT) as prepared:
            together = prepared.compare_all(SEVERAL, {})
            apart = {each.id: prepared.compare(each, {}) for each in SEVERAL}
        with comparing(warehouse, period_id=PERIOD, cohorts=ALL_COHORTS[:1], matching=LENIENT) as prepared:
            one = prepared.compare_all(SEVERAL, {})
    assert list(together) == [each.id for each in SEVERAL]
    assert [name for name in apart if not near(together[name], apart[name])] == []
    assert {name: found[:1] for name, found in apart.items()} == one


def test_where_all_are_alike_doubles_will_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of everything is no double: what is 0 in whole numbers would be some last digits."""
    mine = [Student(figure=(n, 3 * n), programs=(program,)) for n in (1, 7, 10) for program in ("academy", "interns")]
    theirs = [Student(figure=(n, 3 * n)) for n in (1, 7, 10, 11, 13, 17, 1000)]
    asked: list[int] = []
    by_stratum = similar_together._by_stratum

    def listening(prepared: Any, places: Any, numbers: Any) -> Any:
        asked.append(len(places))
        return by_stratum(prepared, places, numbers)

    monkeypatch.setattr(similar_together, "_by_stratum", listening)
    with scratch() as warehouse:
        district(warehouse, [*mine, *theirs])
        with comparing(warehouse, period_id=PERIOD, cohorts=ALL_COHORTS, matching=MATCHING) as prepared:
            (found, *_) = prepared.compare_all([kpi()], {})["figure"]
    assert asked == [4]
    assert found.effect is not None and (found.effect.value, found.difference) == (0.0, Estimate(0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("unit", "more", "says"),
    [("percent of days", "(0, 1, 1)", "more than one row"), ("credit hours", "(5, 1, 60)", "denominator of a total")],
)
def test_a_file_that_counts_wrong_is_refused_among_others(small: Warehouse, unit: str, more: str, says: str) -> None:
    small.run(f"insert into students_by_period values (5, 202511); insert into figures values {more}")
    small.run("insert into students values (5, '2025-26', 'North', '11', 9300, 250)")
    good = replace(kpi("percent of students", SHARES.replace("from figures", "from figures group by all")), id="good")
    bad = replace(kpi(unit), path=Path("bad.sql"))
    with (
        comparing(small, period_id=PERIOD, cohorts=ALL_COHORTS, matching=MATCHING) as prepared,
        pytest.raises(KpiFileError, match=says) as refused,
    ):
        prepared.compare_all([good, bad], {})
    assert "bad.sql" in str(refused.value.where)


@pytest.mark.parametrize(("off", "told"), [(0.01, True), (1e-12, False), (0.0, False)])
def test_a_weighted_share_of_all_but_some_last_digits_is_left_to_whole_numbers(off: float, told: bool) -> None:
    """It has odds as a double and none as it is."""
    share = Told(SEVERAL[1], 0, 0, Span(9, 9, 0, 1, 1, 1, 1))
    sums = dict.fromkeys(weighted_sql(share), 0.0)
    sums |= {
        "all": 4,
        "m_n": 4,
        "m_x": 2,
        "c_n": 5,
        "w_n": 4.0,
        "v_n": 4.5,
        "w_x": 4.0 * (1 - off),
        "v_x": 4.5 * (1 - off),
    }
    bare = Comparison("share", "hospital", "", PERIOD)
    weighted = Weighted(share, sums)
    if told:
        assert weighted.compared(bare, MATCHING, {}).effect is not None
    else:
        with pytest.raises(Inexact):
            weighted.compared(bare, MATCHING, {})
