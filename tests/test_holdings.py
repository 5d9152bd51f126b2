"""Whose rows are whose, by date: whatever merges and splits, every day of every name counts once."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.models.partner import Change, ChangeKind, FormerProgram, Partner, Program
from partnerkpi.records.holdings import holdings
from partnerkpi.records.partners import cohort_names, cohorts

DAY = dt.timedelta(days=1)
IDS = ("a", "b", "c", "d")
D1, D2 = dt.date(2026, 3, 1), dt.date(2026, 9, 1)


def partner(name: str, *changes: Change, programs: tuple[str, ...] = ("x", "y")) -> Partner:
    """A partner whose names and programs' names are their ids."""
    made = tuple(Program(each, each, ()) for each in programs)
    return Partner(name, name.upper(), (), (), made, "", (), "", "#000000", changes=changes)


def change(kind: ChangeKind, on: dt.date, other: str, *programs: str, **renamed: str) -> Change:
    """A change between two partners."""
    return Change(on, kind, "", "because", other, programs, tuple(renamed.items()))


def held(partners: list[Partner], name: str, program: str) -> list[tuple[str, str, dt.date, dt.date]]:
    """Who holds a pair of names, with the program, from when to when."""
    known = {each.id: each for each in partners}
    found = holdings(known, known[name], program)
    return [(h.partner.id, h.program.id if h.program else "", h.first_day, h.last_day) for h in found]


def test_rows_of_a_merged_partner_count_for_it_before_and_for_the_other_from_the_day_on() -> None:
    partners = [partner("a", change(ChangeKind.MERGED, D1, "b", "x", x="x2")), partner("b", programs=("x2",))]
    assert held(partners, "a", "x") == [("a", "x", dt.date.min, D1 - DAY), ("b", "x2", D1, dt.date.max)]
    assert held(partners, "a", "") == [("a", "", dt.date.min, D1 - DAY), ("b", "", D1, dt.date.max)]
    assert held(partners, "b", "x2") == [("b", "x2", dt.date.min, dt.date.max)]


def test_rows_follow_through_two_mergers() -> None:
    first, second = change(ChangeKind.MERGED, D1, "b", "x"), change(ChangeKind.MERGED, D2, "c", "x")
    partners = [partner("a", first), partner("b", second), partner("c")]
    assert [(who, first) for who, _, first, _ in held(partners, "a", "x")] == [("a", dt.date.min), ("b", D1), ("c", D2)]


def test_a_split_takes_its_programs_and_leaves_the_rest() -> None:
    partners = [
        partner("a", change(ChangeKind.SPLIT, D1, "b", "x")),
        partner("b", change(ChangeKind.SPLIT_OFF, D1, "a", "x"), programs=("x",)),
    ]
    assert held(partners, "a", "x") == [("a", "x", dt.date.min, D1 - DAY), ("b", "x", D1, dt.date.max)]
    assert held(partners, "a", "y") == [("a", "y", dt.date.min, dt.date.max)]
    # An export that tells the past under the new name is told to have been the old partner's.
    assert held(partners, "b", "x") == [("a", "x", dt.date.min, D1 - DAY), ("b", "x", D1, dt.date.max)]


def test_files_that_merge_in_a_circle_end_somewhere() -> None:
    partners = [partner("a", change(ChangeKind.MERGED, D1, "b")), partner("b", change(ChangeKind.MERGED, D1, "a"))]
    assert [who for who, *_ in held(partners, "a", "x")] == ["a", "b"]


def test_a_program_counts_rows_from_its_first_day_to_the_day_before_it_stops() -> None:
    dated = replace(partner("a"), programs=(Program("x", "X", (), since=D1, until=D2),))
    numbers = {(each.partner, each.program): each.cohort_id for each in cohorts([dated])}
    days = {name.cohort_id: (name.first_day, name.last_day) for name in cohort_names([dated], [("a", "x")])}
    assert days == {
        0: (dt.date.min, dt.date.max),
        numbers["a", ""]: (dt.date.min, dt.date.max),
        numbers["a", "x"]: (D1, D2 - DAY),
    }


_CHANGES = st.builds(
    lambda kind, day, other, programs: change(kind, dt.date(2026, 1, 1) + day * DAY, other, *programs),
    st.sampled_from([ChangeKind.MERGED, ChangeKind.SPLIT, ChangeKind.SPLIT_OFF]),
    st.integers(0, 3),
    st.sampled_from(IDS),
    st.sets(st.sampled_from("xy")).map(sorted),
)


@given(
    st.fixed_dictionaries({name: st.lists(_CHANGES, max_size=3) for name in IDS}), st.sampled_from(["x", "y", "", "z"])
)
def test_whatever_the_files_say_each_day_counts_for_exactly_one_partner(
    changes: dict[str, list[Change]], program: str
) -> None:
    """Even when people have edited them into nonsense."""
    partners = [partner(name, *sorted(changes[name], key=lambda each: each.on)) for name in IDS]
    for name in IDS:
        found = held(partners, name, program)
        assert (found[0][2], found[-1][3]) == (dt.date.min, dt.date.max)
        assert all(first <= last for _, _, first, last in found)
        assert all(before[3] + DAY == after[2] for before, after in pairwise(found))


@pytest.mark.parametrize("day", [D1, D2])
def test_a_partner_before_and_after_a_program_changed(day: dt.date) -> None:
    was = FormerProgram(D2, "Health Academy", "internship", 12)
    program = Program("x", "Nursing Academy", (), element="apprenticeship", capacity=8, formerly=(was,))
    then = replace(partner("a"), programs=(program,)).as_of(day).programs[0]
    expected = ("Health Academy", "internship", 12) if day < D2 else ("Nursing Academy", "apprenticeship", 8)
    assert (then.name, then.element, then.capacity) == expected
