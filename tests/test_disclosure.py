"""Disclosure control of single figures: rules R1 to R4, R6 and R8, through `disclose` and `change_of`."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from partnerkpi.disclosure import Policy, change_of, disclose, unavailable
from partnerkpi.models.kpi import UNITS, Domain, Grain, Kpi, Measure
from partnerkpi.models.release import Population, Release, State
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Window

POPULATION = Population("hospital", "", "2026-27 Q1", "year to date")
SINCE = "2025-26 Q1"
TO_PROTECT = "not shown, to protect privacy"


def kpi_in(unit: str) -> Kpi:
    """A KPI of which nothing matters but its unit."""
    return Kpi(
        id="days",
        name="Days",
        domain=Domain.ATTENDANCE,
        unit=unit,
        better="higher",
        window=Window.YEAR_TO_DATE,
        grain=Grain.STUDENT,
        definition="",
        source="",
        settings=(),
        sql="",
        path=Path("days.sql"),
        origin="shipped",
    )


def sums(
    students: int,
    numerator: int,
    denominator: int,
    *,
    contributors: int | None = None,
    largest: int | None = None,
    uniform: bool = False,
) -> Result:
    """A result of so many students; by default each of them contributes and nobody stands out."""
    return Result(
        kpi="days",
        partner="hospital",
        program="",
        period_id=202611,
        by="",
        group="",
        students=students,
        numerator=numerator,
        denominator=denominator,
        value=numerator / denominator,
        low=None,
        high=None,
        contributors=students if contributors is None else contributors,
        largest=2 * numerator // max(students, 1) if largest is None else largest,
        uniform=uniform,
    )


def released(result: Result, unit: str, minimum_group: int = 10) -> Release:
    """What becomes of a result."""
    return disclose(result, kpi_in(unit), Policy(minimum_group), code="A1", population=POPULATION)


def percent(students: int, value: float) -> Release:
    """A percentage, given to a tenth of a point, of so many students."""
    return released(sums(students, round(10 * value), 1000), "percent of days")


def change(now: Release, before: Release, unit: str, *, outside_noise: bool = True) -> Release:
    """The change between two releases."""
    return change_of(now, before, kpi_in(unit), Policy(), code="A1-d", outside_noise=outside_noise, since=SINCE)


@st.composite
def results(draw: st.DrawFn, least: int = 1, most: int = 400) -> Result:
    """Any result with between `least` and `most` students."""
    students = draw(st.integers(least, most))
    denominator = students * draw(st.integers(1, 180))
    numerator = draw(st.integers(0, denominator))
    return sums(
        students,
        numerator,
        denominator,
        contributors=draw(st.integers(0, students)),
        largest=draw(st.integers(-(-numerator // max(students, 1)), numerator)),
        uniform=draw(st.booleans()),
    )


units = st.sampled_from(sorted(UNITS))


# R1 and R2: the size of the group decides how fine a percentage is.

ENDS_AND_BANDS = {
    (10, 13, 19): [
        (0, "20% or less"),
        (19.9, "20% or less"),
        (20, "20% or less"),
        (20.1, "20 to 30%"),
        (29.9, "20 to 30%"),
        (30, "30 to 40%"),
        (30.1, "30 to 40%"),
        (79.9, "70 to 80%"),
        (80, "80% or more"),
        (80.1, "80% or more"),
        (100, "80% or more"),
    ],
    (20, 25, 39): [
        (0, "10% or less"),
        (9.9, "10% or less"),
        (10, "10% or less"),
        (10.1, "10 to 15%"),
        (14.9, "10 to 15%"),
        (15, "15 to 20%"),
        (55, "55 to 60%"),
        (89.9, "85 to 90%"),
        (90, "90% or more"),
        (100, "90% or more"),
    ],
    (40, 99): [
        (0, "5% or less"),
        (5, "5% or less"),
        (5.6, "6%"),
        (50.4, "50%"),
        (50.6, "51%"),
        (94.4, "94%"),
        (95, "95% or more"),
        (100, "95% or more"),
    ],
    (100, 299): [
        (0, "2% or less"),
        (2, "2% or less"),
        (2.6, "3%"),
        (97.4, "97%"),
        (98, "98% or more"),
        (100, "98% or more"),
    ],
    (300, 1500): [
        (0, "1% or less"),
        (1, "1% or less"),
        (1.6, "2%"),
        (98.4, "98%"),
        (99, "99% or more"),
        (100, "99% or more"),
    ],
}


@pytest.mark.parametrize(
    ("students", "value", "text"),
    [(n, value, text) for sizes, table in ENDS_AND_BANDS.items() for n in sizes for value, text in table],
)
def test_a_percentage_is_as_fine_as_its_group_is_large(students: int, value: float, text: str) -> None:
    release = percent(students, value)

    assert (release.state, release.text) == (State.SHOWN, text)


@pytest.mark.parametrize("value", [0, 20, 50, 100])
def test_nine_students_have_no_percentage(value: float) -> None:
    release = percent(9, value)

    assert (release.state, release.text) == (State.HIDDEN, "fewer than 10 students")


@pytest.mark.parametrize(
    ("successes", "students", "text"),
    [(12, 13, "80% or more"), (24, 25, "90% or more"), (39, 40, "95% or more")],
)
def test_case_6_one_child_missing_from_a_full_house_does_not_show(successes: int, students: int, text: str) -> None:
    missing_one, nobody_missing = (
        released(sums(students, count, students), "percent of students") for count in (successes, students)
    )

    assert missing_one.text == text
    assert missing_one == nobody_missing


@given(results(), units)
def test_the_text_says_what_low_and_high_say(result: Result, unit: str) -> None:
    release = released(result, unit)
    assume(release.state is State.SHOWN)
    numbers = [float(number.replace(",", "")) for number in re.findall(r"[\d,]+(?:\.\d+)?", release.text)]

    if release.text.endswith("or more"):
        assert (release.low, release.high) == (numbers[0], 100)
    elif release.text.endswith("or less"):
        assert (release.low, release.high) == (0, numbers[0])
    else:
        assert (release.low, release.high) == (numbers[0], numbers[-1])


@given(results(least=10, most=39))
def test_below_forty_students_a_percentage_is_a_true_range_of_five_points_or_more(result: Result) -> None:
    release = released(result, "percent of credit hours")

    assert release.low is not None and release.high is not None
    assert release.high - release.low >= (10 if result.students < 20 else 5)
    assert release.low <= 100 * result.numerator / result.denominator <= release.high


@given(results(least=40))
def test_from_forty_students_a_percentage_is_right_to_half_a_point(result: Result) -> None:
    release = released(result, "percent of students")

    assert release.low is not None and release.high is not None
    assert release.low - 0.5 <= 100 * result.numerator / result.denominator <= release.high + 0.5


# R1: zero, and the cohort of nine.


@pytest.mark.parametrize("unit", ["students", "placements"])
def test_that_nobody_took_part_is_shown(unit: str) -> None:
    release = released(sums(0, 0, 1), unit)

    assert (release.state, release.text, release.low, release.high) == (State.SHOWN, "0", 0.0, 0.0)


@pytest.mark.parametrize("unit", sorted({*UNITS} - {"students", "placements"}))
def test_a_zero_of_anything_else_is_not_shown(unit: str) -> None:
    assert released(sums(0, 0, 1), unit).state is State.HIDDEN


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_that_none_of_twelve_students_has_something_is_never_a_plain_zero(unit: str) -> None:
    release = released(sums(12, 0, 12, contributors=0, uniform=True), unit)

    assert release.text in ("20% or less", TO_PROTECT, "fewer than 10 students behind it")


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_case_13_a_cohort_of_nine_has_no_figure_of_any_unit(unit: str) -> None:
    release = released(sums(9, 540, 900, largest=60), unit)

    assert (release.state, release.text) == (State.HIDDEN, "fewer than 10 students")
    assert (release.low, release.high) == (None, None)


@given(result=results(most=60), unit=units, minimum_group=st.integers(5, 30))
def test_fewer_students_than_the_district_has_set_are_hidden(result: Result, unit: str, minimum_group: int) -> None:
    release = released(result, unit, minimum_group)

    if result.students < minimum_group:
        assert (release.state, release.text) == (State.HIDDEN, f"fewer than {minimum_group} students")


# R3 and R4: means and sums.


@pytest.mark.parametrize(
    ("numerator", "text"), [(3_100_000, "3.1"), (3_149_000, "3.1"), (3_151_000, "3.2"), (2_000_000, "2.0")]
)
def test_a_mean_has_one_decimal(numerator: int, text: str) -> None:
    release = released(sums(10, 10 * numerator, 10_000_000), "grade points")

    assert (release.text, release.exact) == (text, True)


@pytest.mark.parametrize(
    ("unit", "numerator", "uniform"),
    [("grade points", 3_000_000, True), ("grade points", 4_000_000, True), ("hours per student", 40_000, False)],
    ids=["all equal", "all at the top", "rounds to nothing"],
)
def test_a_mean_that_tells_of_every_student_is_hidden(unit: str, numerator: int, uniform: bool) -> None:
    release = released(sums(200, 200 * numerator, 200 * 1_000_000, uniform=uniform), unit)

    assert (release.state, release.text) == (State.HIDDEN, TO_PROTECT)


@pytest.mark.parametrize(
    ("contributors", "largest", "text"),
    [
        (10, 60, "20"),
        (9, 60, "fewer than 10 students behind it"),
        (0, 0, "fewer than 10 students behind it"),
        (10, 600, "20"),
        (10, 601, TO_PROTECT),
    ],
    ids=["ten contribute", "nine contribute", "nobody contributes", "one has half", "one has more than half"],
)
def test_a_sum_needs_ten_contributors_and_none_with_more_than_half(contributors: int, largest: int, text: str) -> None:
    release = released(sums(30, 1200, 60, contributors=contributors, largest=largest), "hours")

    assert release.text == text


def test_case_10_thirteen_credit_hours_of_a_few_students_are_not_printed() -> None:
    release = released(sums(13, 1300, 100, contributors=4, largest=400), "credit hours")

    assert release.state is State.HIDDEN
    assert "13" not in repr(release)


# R6 and R8: what is hidden stays hidden, and no state looks like another.


@given(result=results(), unit=units, minimum_group=st.integers(5, 30))
def test_a_hidden_release_has_no_number_but_the_minimum_group(result: Result, unit: str, minimum_group: int) -> None:
    release = released(result, unit, minimum_group)
    assume(release.state is State.HIDDEN)

    assert (release.low, release.high, release.exact) == (None, None, False)
    assert set(re.findall(r"\d+", release.text + release.reason)) <= {str(minimum_group)}


@given(st.tuples(results(), results()), units)
def test_no_two_of_the_four_states_share_a_text(pair: tuple[Result, Result], unit: str) -> None:
    releases = [released(result, unit) for result in pair]
    releases += [
        unavailable(state, kpi_in(unit), code="A1", population=POPULATION, reason=reason)
        for state, reason in ((State.NOT_DUE, "not due yet"), (State.MISSING, "no attendance data"))
    ]
    states = {release.text: release.state for release in releases}

    assert all(states[release.text] is release.state for release in releases)


@pytest.mark.parametrize("state", [State.NOT_DUE, State.MISSING])
def test_a_figure_that_is_not_there_has_a_reason_and_no_number(state: State) -> None:
    release = unavailable(state, kpi_in("hours"), code="E1", population=POPULATION, reason="no engagement data")

    assert (release.state, release.text, release.reason) == (state, "no engagement data", "no engagement data")
    assert (release.low, release.high) == (None, None)


# R6: changes.


@given(pair=st.tuples(results(), results()), unit=units, outside_noise=st.booleans())
def test_a_change_is_shown_only_between_two_exact_figures(
    pair: tuple[Result, Result], unit: str, outside_noise: bool
) -> None:
    now, before = (released(result, unit) for result in pair)
    release = change(now, before, unit, outside_noise=outside_noise)

    assert (release.state is State.SHOWN) == (now.exact and before.exact)
    if release.state is not State.SHOWN:
        assert (release.low, release.high) == (None, None)
        assert not re.search(r"\d", release.text.replace(SINCE, ""))


def _ordinary(result: Result) -> Result:
    """The same sums, made by students of whom none stands out."""
    largest = -(-2 * result.numerator // result.students)
    return replace(result, uniform=False, contributors=result.students, largest=largest)


ordinary = results(least=40).map(_ordinary)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(pair=st.tuples(ordinary, ordinary), unit=units, outside_noise=st.booleans())
def test_a_change_never_contradicts_the_published_figures(
    pair: tuple[Result, Result], unit: str, outside_noise: bool
) -> None:
    now, before = (released(result, unit) for result in pair)
    release = change(now, before, unit, outside_noise=outside_noise)
    assume(release.state is State.SHOWN)
    assert now.low is not None and before.low is not None and release.low == release.high

    if UNITS[unit] is Measure.TOTAL:
        assert release.text == f"{before.text} in {SINCE}"
        assert release.low == now.low - before.low
    elif outside_noise and now.text != before.text:
        direction, number = re.split(r"\s", release.text)[:2]
        assert direction == ("up" if now.low > before.low else "down")
        assert float(number) == pytest.approx(abs(now.low - before.low))
        assert release.low == pytest.approx(now.low - before.low)
    else:
        assert (release.text, release.low) == (f"about the same as {SINCE}", 0.0)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (88, 94, "down 6 points from 2025-26 Q1"),
        (89, 88, "up 1 point from 2025-26 Q1"),
        (88.4, 87.6, "about the same as 2025-26 Q1"),
    ],
)
def test_a_change_of_percentages_is_told_in_whole_points(now: float, before: float, text: str) -> None:
    release = change(percent(50, now), percent(50, before), "percent of days")

    assert release.text.replace("\u00a0", " ") == text
