"""Check-ins: recorded by role, actions done, skipped quarters seen, and the year's meetings as a calendar file."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from given import HOSPITAL, TODAY, workspace
from small import small_cohort

from partnerkpi import assets
from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import PrivacyRefused, UsageError
from partnerkpi.models.board import Board, CheckinPanel
from partnerkpi.models.partner import Action, Checkin
from partnerkpi.partnership.action_words import action_words
from partnerkpi.partnership.checkins import checkin_document, checkin_lines, finish_action, record_checkin
from partnerkpi.partnership.goal_words import RevisionWords
from partnerkpi.records.partners import read_partners
from partnerkpi.render.html import render_html
from partnerkpi.report.workflow import make_board

HELD = """
# In the library.
[[checkins]]
on = 2026-02-03
attended = ["Superintendent", "Academy lead"]
decisions = ["One more lab group."]
next = 2026-12-08

[[checkins.actions]]
what = "Call home"
owner = "Academy lead"
due = 2026-03-01
"""
ROLES = ("Superintendent", "Academy lead")


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d", partners={"hospital": HOSPITAL + HELD})


def _text(made: Workspace) -> str:
    return (made.partners / "hospital.toml").read_text()


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _checkin(
    on: str = "2026-11-20", *actions: Action, next_on: str | None = None, who: tuple[str, ...] = ROLES
) -> Checkin:
    return Checkin(_day(on), who, ("Go on.",), actions, _day(next_on) if next_on else None)


def test_a_checkin_is_recorded_below_the_others_with_its_actions_and_goals(tmp_path: Path) -> None:
    goal = '\n[[goals]]\nkpi = "gpa_weighted"\ntarget = 3\ndue = "2026-27 Q4"\n'
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL + goal + HELD})
    actions = (
        action_words("Name mentors; Nurse manager; due 2026-12-01; aims at attendance_rate"),
        Action("Rest", "", None, None, ""),
    )
    words = RevisionWords("gpa_weighted", 3.2, "", "It went well.")
    record_checkin(
        made, "hospital", _checkin("2026-11-20", *actions, next_on="2027-01-29"), revisions=[words], today=TODAY
    )
    revised = '[[goals.revisions]]\non = 2026-11-20\ntarget = 3.2\nreason = "It went well."\n'
    added = (
        '\n[[checkins]]\non = 2026-11-20\nattended = ["Superintendent", "Academy lead"]\ndecisions = ["Go on."]\n'
        'next = 2027-01-29\n\n[[checkins.actions]]\nwhat = "Name mentors"\nowner = "Nurse manager"\ndue = 2026-12-01\n'
        'aims_at = "attendance_rate"\n\n[[checkins.actions]]\nwhat = "Rest"\n'
    )
    assert _text(made).endswith(added)
    assert revised in _text(made) and "# In the library.\n" in _text(made)
    partner = read_partners(made.partners)[0]
    assert [checkin.on for checkin in partner.checkins] == [_day("2026-02-03"), _day("2026-11-20")]
    assert partner.checkins[1].actions == actions
    assert partner.goals[0].on(TODAY).target == 3.2


@pytest.mark.parametrize(
    ("checkin", "said"),
    [
        (_checkin("2026-11-24"), "has not been held yet"),
        (_checkin("2026-02-03"), "has a check-in on 2026-02-03 already"),
        (_checkin("2026-11-20", next_on="2026-11-20"), "not after this one"),
        (_checkin("2026-11-20", Action("x", "", _day("2026-11-19"), None, "")), "due before the check-in"),
        (_checkin("2026-11-20", Action("x", "", None, None, "atendance_rate")), "did you mean attendance_rate"),
    ],
)
def test_a_checkin_that_cannot_be_is_refused(made: Workspace, checkin: Checkin, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        record_checkin(made, "hospital", checkin, today=TODAY)
    assert said in str(refused.value)
    assert _text(made) == HOSPITAL + HELD


def test_people_are_roles(made: Workspace) -> None:
    someone = _checkin("2026-11-20", Action("x", "Dr. Ada Okafor", None, None, ""), who=("Superintendent", "Jane Doe"))
    notes = record_checkin(made, "hospital", someone, today=TODAY, plan=True).notes
    assert [note.split('"')[1] for note in notes] == ["Jane Doe", "Dr. Ada Okafor"]
    for checkin in (
        _checkin(who=("jane@x.example",)),
        _checkin("2026-11-20", Action("ask j@x.example", "", None, None, "")),
    ):
        with pytest.raises(PrivacyRefused) as refused:
            record_checkin(made, "hospital", checkin, today=TODAY)
        assert "x.example" not in str(refused.value)
    assert _text(made) == HOSPITAL + HELD


def test_actions_are_read_as_people_type_them() -> None:
    whole = Action("Call home", "Academy lead", _day("2026-12-01"), None, "attendance_rate")
    assert action_words("Call home; Academy lead; due 2026-12-01; aims at attendance_rate") == whole
    assert action_words("Call home; aims at attendance_rate; due 2026-12-01;Academy lead") == whole
    assert action_words("Call home") == Action("Call home", "", None, None, "")
    for text in (
        "",
        "; Academy lead",
        "Call; due soon",
        "Call; A lead; B lead",
        "Call; due 2026-12-01; due 2026-12-02",
    ):
        with pytest.raises(UsageError):
            action_words(text)


def test_actions_are_numbered_in_the_order_of_time_and_done_once(made: Workspace) -> None:
    record_checkin(made, "hospital", _checkin("2025-11-20", Action("First", "", None, None, "")), today=TODAY)
    finish_action(made, "hospital", 1, on=_day("2025-12-01"), today=TODAY)
    finish_action(made, "hospital", 2, on=_day("2026-03-02"), today=TODAY)
    partner = read_partners(made.partners)[0]
    done = [(a.what, a.done) for checkin in partner.checkins for a in checkin.actions]
    assert done == [("First", _day("2025-12-01")), ("Call home", _day("2026-03-02"))]
    before = _text(made)
    assert finish_action(made, "hospital", 2, on=_day("2026-03-02"), today=TODAY).notes
    for number, on, said in (
        (2, "2026-03-03", "cannot have been done"),
        (3, "2026-03-03", "its actions: 1 to 2"),
        (0, "2026-03-03", "its actions: 1 to 2"),
    ):
        with pytest.raises(UsageError, match=said):
            finish_action(made, "hospital", number, on=_day(on), today=TODAY)
    assert _text(made) == before


@pytest.mark.parametrize("on", ["2026-02-02", "2026-11-24"])
def test_an_action_is_not_done_before_it_was_taken_on_nor_tomorrow(made: Workspace, on: str) -> None:
    with pytest.raises(UsageError, match="cannot have been done"):
        finish_action(made, "hospital", 1, on=_day(on), today=TODAY)


def test_without_a_checkin_there_is_no_action(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    with pytest.raises(UsageError, match="no check-in is on record"):
        finish_action(made, "hospital", 1, on=TODAY, today=TODAY)


# Held in the third quarter; nothing in the fourth; the summer counts for the autumn; the second quarter is under way.
def test_skipped_quarters_are_seen(made: Workspace) -> None:
    summer = Checkin(_day("2026-06-23"), (), (), (), None)
    lines = checkin_lines(checkin_document(made, "hospital", today=TODAY))
    assert [line for line in lines if not line.startswith(" ")] == [
        "2025-26 Q3: check-in on 2026-02-03: Superintendent, Academy lead",
        "2025-26 Q4: no check-in",
        "2026-27 Q1: no check-in",
        "2026-27 Q2: no check-in yet",
    ]
    assert "  1. [late] Call home (Academy lead; due 2026-03-01)" in lines
    record_checkin(made, "hospital", summer, today=TODAY)
    states = {q["quarter"]: q["state"] for q in checkin_document(made, "hospital", today=TODAY)["quarters"]}
    assert states == {"2025-26 Q3": "held", "2025-26 Q4": "skipped", "2026-27 Q1": "held", "2026-27 Q2": "open"}


def _panel(board: Board) -> CheckinPanel:
    return next(panel for panel in board.panels if isinstance(panel, CheckinPanel))


def test_the_next_board_prints_what_became_of_the_figure_an_action_aimed_at(own_sample: Workspace) -> None:
    words = "Ask why on the first day; Academy lead; due 2026-10-22; aims at chronic_absence"
    checkin = Checkin(_day("2026-10-20"), ("Academy lead",), (), (action_words(words),), None)
    record_checkin(own_sample, "hospital", checkin, today=TODAY)
    number = checkin_document(own_sample, "hospital", today=TODAY)["quarters"][-2]["checkins"][-1]["actions"][0][
        "number"
    ]
    finish_action(own_sample, "hospital", number, on=_day("2026-10-22"), today=TODAY)
    board = make_board(own_sample, "hospital", today=TODAY)[0]
    action = _panel(board).lines[0]
    now, change = (board.release(code) for code in action.codes)
    assert (action.what, action.state) == ("Ask why on the first day", "done")
    assert (
        action.effect
        == f"Chronic absence: {now.text}, {change.text}"
        == "Chronic absence: 12%, about the same as 2025-26 Q1"
    )
    html = render_html(board, templates=assets.search_path("templates"))
    assert re.search(r"Ask why on the first day.*?→ Chronic absence: 12%", html, re.DOTALL)


def test_a_board_counts_a_meeting_in_the_summer_for_the_autumn(tmp_path: Path) -> None:
    held = '\n[[checkins]]\non = 2026-06-23\nattended = ["Superintendent"]\n'
    made = small_cohort(tmp_path / "d", 13, partner=HOSPITAL + held)
    assert _panel(make_board(made, "hospital", today=TODAY)[0]).held == "Held Jun\u00a023, 2026: Superintendent"
    path = made.partners / "hospital.toml"
    path.write_text(path.read_text().replace("2026-06-23", "2026-06-09"))
    said = _panel(make_board(made, "hospital", today=TODAY)[0]).held
    assert said == "No check-in in 2026-27 Q1. Last one Jun\u00a09, 2026."


def test_the_commands_write_print_and_list(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--workspace", str(made.root)]
    record = [
        "checkin",
        "record",
        "hospital",
        "--on",
        "2026-03-03",
        "--attended",
        "Superintendent",
        "--decision",
        "Go on.",
    ]
    record += ["--action", "Call again; Academy lead; aims at attendance_rate", "--next", "2026-04-03"]
    assert run([*record, "--plan", *where]) == 0
    assert 'what = "Call again"' in capsys.readouterr().out and _text(made) == HOSPITAL + HELD
    assert run([*record, *where]) == 0
    assert capsys.readouterr().out == f"{made.partners / 'hospital.toml'}\n"
    assert run(["checkin", "done", "hospital", "2", "--on", "2026-03-09", *where]) == 0
    capsys.readouterr()
    assert run(["checkin", "list", "hospital", "--json", *where]) == 0
    quarters = json.loads(capsys.readouterr().out)["quarters"]
    assert quarters[0]["checkins"][1]["actions"][0] == {
        "number": 2,
        "what": "Call again",
        "owner": "Academy lead",
        "due": None,
        "done": "2026-03-09",
        "state": "done",
        "aims_at": "attendance_rate",
    }


GOAL = '\n[[goals]]\nkpi = "gpa_weighted"\ntarget = 3\ndue = "2026-27 Q4"\n'


def test_a_goal_revised_at_a_checkin_has_one_reason_that_names_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL + GOAL})
    record = ["checkin", "record", "hospital", "--on", "2026-11-20", "--workspace", str(made.root)]
    twice = ["--goal", "gpa_weighted: 3.1; first", "--goal", "gpa_weighted: 3.2; second"]
    assert run([*record, "--goal", "gpa_weighted: 3.1; ask j@x.example"]) == 5
    assert run([*record, *twice]) == 2
    assert "gpa_weighted is revised twice" in capsys.readouterr().err
    assert _text(made) == HOSPITAL + GOAL
    assert run([*record, "--goal", "gpa_weighted: 3.1; Ada Okafor"]) == 0
    assert "looks like a person's name" in capsys.readouterr().err
