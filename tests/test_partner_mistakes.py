"""Partner files written by hand: what nothing in the workspace answers to is told, and not passed over."""

import json
from pathlib import Path

import pytest
from given import HOSPITAL, TODAY, workspace
from small import small_cohort

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.partnership.agenda import make_agenda
from partnerkpi.partnership.mistakes import mistakes
from partnerkpi.records.partners import read_partners

GOAL = '\n[[goals]]\nkpi = "chronic_absence"\nbaseline = 18\ntarget = 12\ndue = "2026-27 Q4"\n'
REVISED = '\n[[goals.revisions]]\non = 2026-11-01\ntarget = {}\ndue = "{}"\nreason = "x"\n'
CHANGE = '\n[[changes]]\non = {}\nkind = "{}"\nwhat = "So it was."\nreason = "x"\n'
AIMS = '\n[[checkins]]\non = 2026-02-03\n[[checkins.actions]]\nwhat = "Call"\naims_at = "{}"\n'


def _told(folder: Path, added: str, name: str = "hospital") -> list[str]:
    made = workspace(folder, partners={name: HOSPITAL + added})
    return [str(mistake) for mistake in mistakes(made, read_partners(made.partners))]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (GOAL.replace("chronic_absence", "chronic_absense"), "no KPI called chronic_absense (did you mean chronic_abs"),
        (GOAL.replace("2026-27 Q4", "2026-27 Q9"), "there is no quarter 2026-27 Q9 (did you mean 2026-27 Q"),
        (GOAL.replace("target = 12", "target = 120"), "the target, 120, cannot be in percent of students"),
        (GOAL.replace("baseline = 18", "baseline = -1"), "the baseline, -1, cannot be in percent"),
        (GOAL + REVISED.format(101, "2026-27 Q4"), "the target of 2026-11-01, 101, cannot be"),
        (GOAL + REVISED.format(10, "2026-27 Q7"), "no quarter 2026-27 Q7"),
        (AIMS.format("atendance_rate"), "check-in on 2026-02-03, aims_at: there is no KPI called atendance_rate"),
        ('\n[board.kpis]\noutcomes = ["atendance_rate"]\n', "kpis of outcomes: there is no KPI called atendance_rate"),
        (CHANGE.format("2026-01-05", "resumed"), 'changes]] of 2026-01-05: "resumed" without a "paused"'),
        (CHANGE.format("2026-01-05", "paused") + CHANGE.format("2026-02-05", "paused"), '"paused" again'),
        (CHANGE.format("2026-01-05", "ended") + CHANGE.format("2026-02-05", "renamed"), 'nothing comes after "ended"'),
    ],
)
def test_what_nothing_answers_to_is_told_once(tmp_path: Path, added: str, said: str) -> None:
    told = _told(tmp_path / "d", added)
    assert len(told) == 1 and said in told[0] and told[0].startswith("partners/hospital.toml, ")


@pytest.mark.parametrize(
    "added",
    [
        GOAL.replace("2026-27 Q4", "2030-31 Q4"),
        GOAL.replace("chronic_absence", "investment_of_plan").replace("12", "120"),
        "".join(CHANGE.format(*each) for each in (("2026-02-05", "resumed"), ("2026-01-05", "paused"))),
        "".join(CHANGE.format(*each) for each in (("2026-02-05", "ended"), ("2026-01-05", "paused"))),
        AIMS.format("attendance_rate") + AIMS.format("").replace("02-03", "03-03"),
    ],
)
def test_what_can_be_is_not(tmp_path: Path, added: str) -> None:
    assert _told(tmp_path / "d", added) == []


def test_a_file_is_named_as_an_id(tmp_path: Path) -> None:
    assert "small letters" in _told(tmp_path / "d", "", name="My Partner")[0]


def test_the_sample_has_none(sample: Workspace) -> None:
    assert mistakes(sample, read_partners(sample.partners)) == []


def test_the_command_tells_them_and_ends_with_seven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = small_cohort(tmp_path / "d", 13, partner=HOSPITAL + GOAL.replace("2026-27 Q4", "2026-27 Q9"))
    assert run(["check", "--json", "--workspace", str(made.root)]) == 7
    shown = capsys.readouterr()
    assert "partners/hospital.toml, goal on chronic_absence: there is no quarter 2026-27 Q9" in shown.err
    found = json.loads(shown.out)["partner_files"]
    assert [(each["file"], each["place"]) for each in found] == [("partners/hospital.toml", "goal on chronic_absence")]


def test_they_are_told_before_anything_was_taken_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL + AIMS.format("nothing")})
    assert run(["check", "--workspace", str(made.root)]) == 4
    assert "there is no KPI called nothing" in capsys.readouterr().err


def test_the_agenda_tells_of_a_goal_that_cannot_be_shown(tmp_path: Path) -> None:
    unknown = GOAL.replace("chronic_absence", "chronic_absense")
    made = small_cohort(tmp_path / "d", 13, partner=HOSPITAL + GOAL + unknown)
    lines = next(s for s in make_agenda(made, "hospital", today=TODAY).sections if s.title.startswith("Goals")).lines
    assert [(line.text, line.status) for line in lines[1:]] == [("chronic_absense", "cannot be shown")]
    assert lines[0].text == "Chronic absence"
    assert lines[1].details == ("There is no such KPI (did you mean chronic_absence?).",)


@pytest.mark.parametrize("written", ["2026-27-Q4", "SY27 Q4", "2026-2027 q4"])
def test_a_quarter_in_a_file_is_spelt_as_on_the_command_line(tmp_path: Path, written: str) -> None:
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL + GOAL.replace("2026-27 Q4", written)})
    assert read_partners(made.partners)[0].goals[0].due == "2026-27 Q4"
