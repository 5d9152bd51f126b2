"""`partner new`: what both sides answer before they start, by options or on a terminal, and the file of it."""

import io
import sys
import tomllib
from pathlib import Path

import pytest
from given import TODAY, workspace
from small import small_cohort

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import PartnerKpiError, PrivacyRefused, WorkspaceBusy
from partnerkpi.partnership import founding
from partnerkpi.partnership.founding import found_with_baselines
from partnerkpi.partnership.goal_rules import Dated
from partnerkpi.partnership.goal_words import goal_words
from partnerkpi.partnership.vision import Founding, answer_words
from partnerkpi.records.partners import read_partners
from partnerkpi.records.roles import looks_like_a_name

DAY = Dated(TODAY, TODAY)
# As `kpi` files, exports and the calendar of `given` know them; the due quarter lies beyond every clock.
OPTIONS = [
    *("--name", "River Mill", "--alias", "RIVERMILL", "--vision", "A first job to be proud of."),
    *("--value", "Safety", "--value", "Patience", "--answer", "decides=Both, by consensus"),
    *("--goal", "gpa_weighted: 2.5 (2025-26 Q4) -> 3 by 2098-99 Q4", "--agreed", "2026-08-12"),
    *("--signed-by", "Superintendent", "--signed-by", "Plant manager"),
]


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _new(made: Workspace, *arguments: str) -> int:
    return run(["partner", "new", *arguments, "--workspace", str(made.root)])


def test_everything_works_by_options(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert _new(made, "mill", *OPTIONS, "--plan") == 0
    planned = capsys.readouterr().out
    assert not (made.partners / "mill.toml").exists()
    assert _new(made, "mill", *OPTIONS) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{made.partners / 'mill.toml'}\n"
    written = (made.partners / "mill.toml").read_text()
    assert written == planned
    assert "# Who decides?\ndecides = " in written
    found = tomllib.loads(written)
    assert found["vision"]["values"] == ["Safety", "Patience"]
    assert found["vision"]["answers"] == {"decides": "Both, by consensus"}
    # Goals of the start hold from the start: boards of quarters that are over tell them too.
    assert found["goals"][0] == {
        "kpi": "gpa_weighted",
        "baseline": 2.5,
        "baseline_period": "2025-26 Q4",
        "target": 3,
        "due": "2098-99 Q4",
    }
    assert [partner.id for partner in read_partners(made.partners)] == ["hospital", "mill"]
    open_questions = next(line for line in shown.err.splitlines() if "still to say" in line)
    assert "answers.success (What is success?)" in open_questions
    assert not {"text (", "decides", "agreed", "signed_by"} & set(open_questions.split())
    assert "1 of at least 3 goals" in shown.err


def test_on_a_terminal_it_asks_every_question_and_begins_goals_with_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = small_cohort(tmp_path / "d", 13)
    (made.partners / "hospital.toml").unlink()
    lines = [
        *("Riverbend Health", "RIVERBEND; County Memorial Hospital", "Every student finds a way.", "Care; Patience"),
        *("Mostly.", "Fewer missed days.", "Together.", "Yes.", "Yes.", "The steering group."),
        *("soon", "2026-08-12", "Superintendent; Chief executive"),
        *("chronic_absense",),
        *("chronic_absence", "", "", "30", "2098-99 Q4"),
        *("gpa_weighted", "", "3.5", "2098-99 Q4"),
        "",
    ]
    monkeypatch.setattr(sys, "stdin", _Terminal("\n".join(lines) + "\n"))
    assert _new(made, "hospital") == 0
    shown = capsys.readouterr()
    assert shown.out == f"{made.partners / 'hospital.toml'}\n"
    for asked in ("What do we want students", "Which values", "aligned", "What is success", "How do we get there"):
        assert asked in shown.err
    for asked in (
        "willing to invest",
        "equally beneficial",
        "Who decides",
        "soon is not a day",
        "did you mean chronic",
    ):
        assert asked in shown.err
    assert "chronic_absence, in percent of students: " in shown.err and "2026-27 Q1, 13 students" in shown.err
    assert "38" not in shown.err
    found = tomllib.loads((made.partners / "hospital.toml").read_text())
    assert found["vision"]["answers"]["decides"] == "The steering group."
    assert found["vision"]["signed_by"] == ["Superintendent", "Chief executive"]
    assert found["goals"] == [
        {
            "kpi": "chronic_absence",
            "baseline": 35,
            "baseline_period": "2026-27 Q1",
            "baseline_students": 13,
            "target": 30,
            "due": "2098-99 Q4",
        },
        {"kpi": "gpa_weighted", "target": 3.5, "due": "2098-99 Q4"},
    ]


def test_a_terminal_that_goes_away_keeps_what_was_said(
    made: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal("River Mill\n\nA first job.\n"))
    assert _new(made, "mill") == 130
    assert not (made.partners / "mill.toml").exists()
    answered = ["River Mill", "", "A first job.", *[""] * 9]
    monkeypatch.setattr(sys, "stdin", _Terminal("\n".join(answered) + "\ngpa_weighted\n"))
    assert _new(made, "mill") == 130
    assert tomllib.loads((made.partners / "mill.toml").read_text())["vision"]["text"] == "A first job."


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["mill"], 2, "The partner has no name."),
        (["Mill Street", "--name", "x"], 2, "cannot be the id"),
        (["hospital", "--name", "x"], 2, "There is a partner called hospital already."),
        (["mill", "--name", "riverbend  HEALTH"], 2, "hospital goes by the name"),
        (["mill", "--name", "x", "--alias", "County Memorial Hospital"], 2, "hospital goes by the name"),
        (["mill", "--name", "x", "--answer", "decide=us"], 2, "did you mean decides?"),
        (["mill", "--name", "x", "--answer", "decides="], 2, "There is no answer to decides."),
        (["mill", "--name", "x", "--goal", "gpa_weigthed -> 3 by 2098-99 Q4"], 2, "did you mean gpa_weighted?"),
        (["mill", "--name", "x", "--goal", "gpa_weighted -> 3 by 2019-20 Q4"], 2, "cannot be due in the past"),
        (["mill", "--name", "x", "--goal", "gpa_weighted 3"], 2, "This is not understood."),
        (["mill", "--name", "x", "--signed-by", "boss@mill.example"], 5, "An e-mail address names a person"),
        (["mill", "--name", "x", "--vision", "v" * 401], 7, "would leave a mistake"),
    ],
)
def test_what_cannot_be_is_told_in_three_lines_and_nothing_is_written(
    made: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    before = {path.name: path.read_text() for path in made.partners.iterdir()}
    assert _new(made, *arguments) == code
    told = capsys.readouterr().err
    assert said in told and [line.split(":")[0] for line in told.splitlines()] == ["Error", "Where", "Now"]
    assert "boss@" not in told
    assert {path.name: path.read_text() for path in made.partners.iterdir()} == before


def test_baselines_of_a_new_partner_come_from_what_is_published(tmp_path: Path) -> None:
    made = small_cohort(tmp_path / "d", 13)
    (made.partners / "hospital.toml").unlink()
    goals = (goal_words("chronic_absence -> 30 by 2026-27 Q4"), goal_words("gpa_weighted -> 3 by 2026-27 Q4"))
    founding = Founding("Riverbend Health", aliases=("RIVERBEND",), goals=goals)
    planned = found_with_baselines(made, "hospital", founding, day=DAY, plan=True)
    assert "baseline" not in planned.text
    edited = found_with_baselines(made, "hospital", founding, day=DAY)
    found = tomllib.loads((made.partners / "hospital.toml").read_text())["goals"]
    assert [(goal.get("baseline"), goal.get("baseline_students")) for goal in found] == [(35, 13), (None, None)]
    assert edited.text == (made.partners / "hospital.toml").read_text()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jane Doe", True),
        ("Dr. Smith", True),
        ("Ms Okafor", True),
        ("J. Alvarez", True),
        ("Anne-Marie O'Neil", True),
        ("Academy lead", False),
        ("Academy Lead", False),
        ("Chief Executive", False),
        ("Superintendent", False),
        ("Office of Community Partnerships", False),
        ("Nurse manager, night shift", False),
    ],
)
def test_a_name_is_told_from_a_role(text: str, name: bool) -> None:
    assert looks_like_a_name(text) is name


def test_answers_are_read_by_their_keys() -> None:
    assert answer_words(["decides=a = b", " path = slowly"]) == {"decides": "a = b", "path": "slowly"}
    with pytest.raises(PartnerKpiError):
        answer_words(["slowly"])


def test_an_address_among_the_answers_is_refused(made: Workspace) -> None:
    founding = Founding("River Mill", answers={"decides": "ask x@mill.example"})
    with pytest.raises(PrivacyRefused):
        found_with_baselines(made, "mill", founding, day=DAY)


def test_a_command_that_finds_the_database_held_leaves_nothing_and_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = small_cohort(tmp_path / "d", 13)
    goal = ("--name", "River Mill", "--goal", "students_served -> 30 by 2098-99 Q4")

    def held(*given: object, **named: object) -> None:
        raise WorkspaceBusy("Another process holds the database.", where="here", now="Wait.")

    with monkeypatch.context() as patched:
        patched.setattr(founding, "baseline_now", held)
        assert _new(made, "mill", *goal) == 75
    assert not (made.partners / "mill.toml").exists()
    assert _new(made, "mill", *goal) == 0
