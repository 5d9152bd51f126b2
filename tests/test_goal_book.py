"""Goals set, revised and retired by command: every revision stays, and nothing is written that cannot be."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from given import HOSPITAL, TODAY, workspace
from small import small_cohort

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.partnership.baseline import baseline_now
from partnerkpi.partnership.goal_rules import Dated
from partnerkpi.partnership.goal_words import GoalWords, RevisionWords, goal_words, revision_words
from partnerkpi.partnership.goals import goal_rows, retire_goal, revise_goal, set_goal
from partnerkpi.records.partners import read_partners

KEPT = "# Agreed in the library, after three hours.\n"
GOALS = f"""
{KEPT}[[goals]]
kpi = "chronic_absence"   # the one that matters
baseline = 18
baseline_period = "2025-26 Q4"
target = 12
due = "2026-27 Q4"

[[goals]]
kpi = "attendance_rate"
target = 97
due = "2026-27 Q4"
"""
DAY = Dated(TODAY, TODAY)


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d", partners={"hospital": HOSPITAL + GOALS})


def _text(made: Workspace) -> str:
    return (made.partners / "hospital.toml").read_text()


def _on(day: str) -> Dated:
    return Dated(dt.date.fromisoformat(day), max(dt.date.fromisoformat(day), TODAY))


def test_a_revision_stands_below_its_goal_and_everything_else_is_as_it_was(made: Workspace) -> None:
    revise_goal(made, "hospital", RevisionWords("chronic_absence", 10, "2027-28 Q4", "Reached early."), day=DAY)
    revise_goal(made, "Riverbend Health", RevisionWords("chronic_absence", 9, "", "Again."), day=_on("2026-11-24"))
    first = '[[goals.revisions]]\non = 2026-11-23\ntarget = 10\ndue = "2027-28 Q4"\nreason = "Reached early."\n'
    second = '[[goals.revisions]]\non = 2026-11-24\ntarget = 9\nreason = "Again."\n'
    head, tail = (HOSPITAL + GOALS).split('\n[[goals]]\nkpi = "attendance_rate"')
    assert _text(made) == f'{head}\n{first}\n{second}\n[[goals]]\nkpi = "attendance_rate"{tail}'
    goal = read_partners(made.partners)[0].goals[0]
    days = [goal.on(dt.date(2026, 11, day)) for day in (22, 23, 24)]
    assert [(each.target, each.due) for each in days] == [(12, "2026-27 Q4"), (10, "2027-28 Q4"), (9, "2027-28 Q4")]


def test_a_retired_goal_holds_until_the_day_and_may_be_set_again(made: Workspace) -> None:
    retire_goal(made, "hospital", "attendance_rate", day=DAY, reason="The academy is full.")
    words = GoalWords("attendance_rate", 98, "2026-27-Q4", 95, "2026-27 Q1")
    with pytest.raises(UsageError, match="has a goal on attendance_rate already"):
        set_goal(made, "hospital", words, day=_on("2026-11-22"))
    set_goal(made, "hospital", words, day=DAY)
    partner = read_partners(made.partners)[0]
    held = {day: [g.target for g in partner.as_of(day).goals] for day in (TODAY - dt.timedelta(days=1), TODAY)}
    assert list(held.values()) == [[12, 97], [12, 98]]
    rows = goal_rows(made, "hospital", today=TODAY)
    assert [(row["kpi"], row["state"], row["why"]) for row in rows] == [
        ("chronic_absence", "held", ""),
        ("attendance_rate", "retired", "The academy is full."),
        ("attendance_rate", "held", ""),
    ]


def test_a_plan_writes_nothing(made: Workspace) -> None:
    before = _text(made)
    edited = retire_goal(made, "hospital", "attendance_rate", day=DAY, reason="Why.", plan=True)
    assert 'why = "Why."' in edited.text
    assert _text(made) == before


BAD: list[tuple[Callable[[Workspace], object], str]] = [
    (lambda w: set_goal(w, "hospital", GoalWords("chronic_absense", 1, "2026-27 Q4"), day=DAY), "chronic_absence"),
    (lambda w: set_goal(w, "hospital", GoalWords("gpa_weighted", 3, "2026-27 Q1"), day=DAY), "2026-27 Q1 is over"),
    (lambda w: set_goal(w, "hospital", GoalWords("gpa_weighted", 3, "2019-20 Q1"), day=DAY), "2019-20 Q1 is over"),
    (lambda w: set_goal(w, "hospital", GoalWords("gpa_weighted", 3, "2026-27 Q7"), day=DAY), "no quarter called"),
    (lambda w: set_goal(w, "hospital", GoalWords("gpa_weighted", 3, "in June"), day=DAY), "is not a quarter"),
    (lambda w: set_goal(w, "hospitl", GoalWords("gpa_weighted", 3, "2026-27 Q4"), day=DAY), "did you mean hospital"),
    (lambda w: set_goal(w, "hospital", GoalWords("attendance_rate", 9, "2026-27 Q4"), day=DAY), "already"),
    (lambda w: revise_goal(w, "hospital", RevisionWords("gpa_weighted", 3, "", "x"), day=DAY), "has no goal on"),
    (lambda w: retire_goal(w, "hospital", "gpa_weighted", day=DAY, reason="x"), "has no goal on"),
]


@pytest.mark.parametrize(("act", "said"), BAD, ids=[said for _, said in BAD])
def test_what_cannot_be_is_refused_and_nothing_is_written(
    made: Workspace, act: Callable[[Workspace], object], said: str
) -> None:
    before = _text(made)
    with pytest.raises(UsageError) as refused:
        act(made)
    assert said in str(refused.value) and len(str(refused.value).splitlines()) == 3
    assert _text(made) == before


def test_a_revision_dated_before_the_last_is_refused(made: Workspace) -> None:
    revise_goal(made, "hospital", RevisionWords("chronic_absence", 10, "", "Early."), day=_on("2026-11-10"))
    for day, said in (("2026-11-09", "agreed or revised on 2026-11-10"), ("2026-11-10", "")):
        words = RevisionWords("chronic_absence", 11, "", "Late.")
        if said:
            with pytest.raises(UsageError, match=said):
                revise_goal(made, "hospital", words, day=_on(day))
        else:
            revise_goal(made, "hospital", words, day=_on(day))


def test_a_sixth_goal_is_told_and_set(made: Workspace) -> None:
    kpis = ("gpa_weighted", "gpa_unweighted", "students_served", "retention_rate")
    words = [GoalWords(kpi, 3, "2026-27 Q4", 1, "2025-26 Q4") for kpi in kpis]
    told = [set_goal(made, "hospital", each, day=DAY).notes for each in words]
    assert told == [(), (), (), ("that makes 6 goals; three to 5 are kept in mind",)]
    assert len(read_partners(made.partners)[0].goals) == 6


def test_goals_are_read_as_people_type_them() -> None:
    expected = GoalWords("chronic_absence", 12, "2026-27 Q4", 18, "2025-26 Q4")
    assert goal_words("chronic_absence: 18 (2025-26 Q4) -> 12 by 2026-27 Q4") == expected
    assert goal_words(" chronic_absence:18%(2025-26 Q4)→12% by 2026-27 Q4 ") == expected
    assert goal_words("students_served -> 1,150 by 2026-27-Q4") == GoalWords("students_served", 1150, "2026-27-Q4")
    assert revision_words("gpa_weighted: 3.2; it is hard") == RevisionWords("gpa_weighted", 3.2, "", "it is hard")
    with_due = RevisionWords("gpa_weighted", 3, "2027-28 Q4", "a year more")
    assert revision_words("gpa_weighted: 3 by 2027-28 Q4; a year more") == with_due
    for text in ("chronic_absence 12", "x -> twelve by 2026-27 Q4", "x -> 1.2.3 by 2026-27 Q4", ""):
        with pytest.raises(UsageError):
            goal_words(text)
    with pytest.raises(UsageError):
        revision_words("gpa_weighted: 3")


# Five of thirteen are 38.46 percent; three of nine are nobody's business.
def test_the_baseline_of_a_small_group_is_the_middle_of_what_is_published(tmp_path: Path) -> None:
    thirteen = small_cohort(tmp_path / "thirteen", 13)
    found = baseline_now(thirteen, "hospital", "chronic_absence", today=TODAY)
    assert found is not None
    assert (found.value, found.period, found.students) == (35, "2026-27 Q1", 13)
    edited = set_goal(thirteen, "hospital", GoalWords("chronic_absence", 30, "2026-27 Q4"), day=DAY)
    assert 'baseline = 35\nbaseline_period = "2026-27 Q1"\nbaseline_students = 13\n' in _text(thirteen)
    assert "38" not in "".join(edited.notes)
    goal = read_partners(thirteen.partners)[0].goals[0]
    assert replace(goal, since=None).baseline_students == 13


def test_of_a_group_too_small_no_baseline_is_proposed(tmp_path: Path) -> None:
    nine = small_cohort(tmp_path / "nine", 9)
    assert baseline_now(nine, "hospital", "chronic_absence", today=TODAY) is None
    edited = set_goal(nine, "hospital", GoalWords("chronic_absence", 30, "2026-27 Q4"), day=DAY)
    assert "baseline" not in _text(nine)
    assert "no baseline" in edited.notes[0]


def test_the_baseline_of_a_large_group_is_the_figure_of_the_board(sample: Workspace) -> None:
    found = baseline_now(sample, "hospital", "attendance_rate", today=TODAY)
    assert found is not None and found.told == "96% (2026-27 Q1, 112 students)"
    # Final marks come at the half-years: the last known are those of the summer before.
    marks = baseline_now(sample, "hospital", "gpa_unweighted", today=TODAY)
    assert marks is not None and marks.period == "2025-26 Q4"


def test_the_commands_print_the_path_and_the_list(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--workspace", str(made.root)]
    asked = ["goal", "set", "hospital", "gpa_weighted", "--target", "3", "--due", "2098-99-Q4", "--baseline", "none"]
    assert run([*asked, "--plan", *where]) == 0
    planned = capsys.readouterr()
    assert 'kpi = "gpa_weighted"\ntarget = 3\ndue = "2098-99 Q4"\n' in planned.out
    assert "gpa_weighted" not in _text(made)
    assert run([*asked, *where]) == 0
    assert capsys.readouterr().out == f"{made.partners / 'hospital.toml'}\n"
    assert run(["goal", "revise", "hospital", "gpa_weighted", "--target", "3.5", "--reason", "Better.", *where]) == 0
    assert run(["goal", "retire", "hospital", "attendance_rate", "--reason", "Full.", *where]) == 0
    capsys.readouterr()
    assert run(["goal", "list", "hospital", *where]) == 0
    table = capsys.readouterr().out
    assert [line.split()[0] for line in table.splitlines()[2:]] == [
        "chronic_absence",
        "attendance_rate",
        "gpa_weighted",
    ]
    assert run(["goal", "list", "hospital", "--json", *where]) == 0
    assert '"reason": "Better."' in capsys.readouterr().out


@pytest.mark.parametrize("target", ["nan", "inf", "-inf", "101", "-1"])
def test_a_target_that_no_percentage_can_be_is_refused(
    made: Workspace, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, where = _text(made), ["--workspace", str(made.root)]
    new = ["goal", "set", "hospital", "retention_rate", f"--target={target}", "--due", "2098-99-Q4"]
    assert run([*new, "--baseline", "none", *where]) == 2
    assert run(["goal", "revise", "hospital", "chronic_absence", f"--target={target}", "--reason", "x", *where]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 6 and all(f"cannot reach {target}" in said[line] for line in (0, 3))
    assert _text(made) == before


def test_percentages_of_a_plan_may_be_over_a_hundred_and_baselines_are_held_to_the_same(made: Workspace) -> None:
    set_goal(made, "hospital", GoalWords("investment_of_plan", 110, "2026-27 Q4", 90, "2025-26 Q4"), day=DAY)
    with pytest.raises(UsageError, match="cannot have been 180"):
        set_goal(made, "hospital", GoalWords("retention_rate", 90, "2026-27 Q4", 180, "2025-26 Q4"), day=DAY)
    checkin = ["checkin", "record", "hospital", "--on", "2026-11-20", "--workspace", str(made.root)]
    assert run([*checkin, "--goal", "chronic_absence: 120; more"]) == 2


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("key", ["target = 97", "baseline = 18", "target = 11"])
def test_a_number_without_an_end_is_no_goal_of_a_file(
    made: Workspace, key: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    revised = '\n[[goals.revisions]]\non = 2026-11-02\ntarget = 11\nreason = "Why."\n'
    text = HOSPITAL + GOALS + revised
    (made.partners / "hospital.toml").write_text(text.replace(key, f"{key.split()[0]} = {number}"))
    assert run(["goal", "list", "hospital", "--json", "--workspace", str(made.root)]) == 7
    said = capsys.readouterr()
    assert not said.out and "finite number" in said.err and "goals[" in said.err


@pytest.mark.parametrize("words", [["revise", "--target", "11"], ["retire"]], ids=["revise", "retire"])
def test_a_reason_has_words_and_no_address_and_a_name_in_it_is_told(
    made: Workspace, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _text(made)
    asked = ["goal", words[0], "hospital", "chronic_absence", *words[1:], "--workspace", str(made.root)]
    for reason, code, said in (
        ("  ", 2, "has no reason"),
        ("jane@x.example wants it", 5, "e-mail address"),
        ("", 2, "has no reason"),
    ):
        assert run([*asked, "--reason", reason]) == code
        shown = capsys.readouterr()
        assert said in shown.err and len(shown.err.splitlines()) == 3 and "x.example" not in shown.err
    assert _text(made) == before
    assert run([*asked, "--reason", "Dr. Okafor asks"]) == 0
    assert "looks like a person's name" in capsys.readouterr().err


LATER = dt.date(2027, 5, 1)


def test_a_goal_that_is_given_up_later_is_a_goal_until_then(made: Workspace) -> None:
    """It may be revised, given up on another day, and set again from that day on; another goal may follow it."""
    later = Dated(LATER, TODAY)
    retire_goal(made, "hospital", "chronic_absence", day=later, reason="The year ends.")
    revise_goal(made, "hospital", RevisionWords("chronic_absence", 11, "", "Early."), day=DAY)
    words = GoalWords("chronic_absence", 8, "2027-28 Q4", 10, "2026-27 Q1")
    with pytest.raises(UsageError) as refused:
        set_goal(made, "hospital", words, day=DAY)
    assert "is given up on 2027-05-01" in str(refused.value) and "--on 2027-05-01" in str(refused.value)
    set_goal(made, "hospital", words, day=later)
    revise_goal(made, "hospital", RevisionWords("chronic_absence", 10, "", "Again."), day=_on("2026-11-24"))
    retire_goal(made, "hospital", "chronic_absence", day=Dated(dt.date(2027, 4, 1), TODAY), reason="Sooner.")
    first, _, second = read_partners(made.partners)[0].goals
    assert [each.target for each in first.revisions] == [11, 10]
    assert (first.retired, first.why) == (dt.date(2027, 4, 1), "Sooner.")
    assert (second.since, second.retired, second.revisions) == (LATER, None, ())
    retire_goal(made, "hospital", "chronic_absence", day=Dated(dt.date(2027, 5, 2), TODAY), reason="No more.")
    assert read_partners(made.partners)[0].goals[2].retired == dt.date(2027, 5, 2)


def test_what_is_agreed_lies_in_days_that_can_be(made: Workspace) -> None:
    before, far = _text(made), Dated(dt.date(2099, 1, 1), TODAY)
    words = GoalWords("gpa_weighted", 3, "2027-28 Q4", 2, "2026-27 Q1")
    tomorrow = Dated(TODAY + dt.timedelta(days=1), TODAY)
    revised = RevisionWords("chronic_absence", 11, "", "Early.")
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: revise_goal(made, "hospital", revised, day=tomorrow), "has not been agreed yet"),
        (lambda: retire_goal(made, "hospital", "chronic_absence", day=far, reason="x"), "no school year"),
        (lambda: set_goal(made, "hospital", words, day=far), "no school year"),
    ]
    for act, said in acts:
        with pytest.raises(UsageError, match=said):
            act()
    assert _text(made) == before
