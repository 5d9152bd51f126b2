"""The year's check-ins as a calendar file: what is planned, proposals where nothing is, in the letter of RFC 5545."""

import datetime as dt
import re
from pathlib import Path

import pytest
from given import HOSPITAL, SETTINGS, TODAY, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.initialise import settings_text
from partnerkpi.models.partner import Checkin
from partnerkpi.partnership.checkins import record_checkin
from partnerkpi.partnership.meetings import calendar_file, folded
from partnerkpi.records.partners import read_partners

PLANNED = "\n[[checkins]]\non = 2026-02-03\nnext = 2026-12-08\n"


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d", partners={"hospital": HOSPITAL + PLANNED})


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").rstrip("\r\n").split("\r\n")


def _values(text: str, name: str) -> list[str]:
    return [line.partition(":")[2] for line in _unfolded(text) if re.match(rf"{name}[;:]", line)]


def test_the_calendar_has_what_is_planned_and_proposes_the_rest(made: Workspace) -> None:
    text = calendar_file(made, "hospital", today=TODAY)
    lines = _unfolded(text)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    # Two weeks after Jan 15, Mar 26 and Jun 9; the meeting after Oct 23 is planned.
    assert _values(text, "DTSTART") == ["20261208", "20270129", "20270409", "20270623"]
    assert _values(text, "DTEND") == ["20261209", "20270130", "20270410", "20270624"]
    assert _values(text, "STATUS") == ["CONFIRMED", "TENTATIVE", "TENTATIVE", "TENTATIVE"]
    assert _values(text, "SUMMARY") == ["Check-in: Test District and Riverbend Health"] * 4
    uids = _values(text, "UID")
    assert len(set(uids)) == 4
    # Once a date is agreed on, the same meeting moves.
    moved = Checkin(_day("2026-11-20"), ("Superintendent",), (), (), _day("2027-02-02"))
    record_checkin(made, "hospital", moved, today=TODAY)
    later = calendar_file(made, "hospital", today=_day("2027-01-18"))
    assert _values(later, "DTSTART") == ["20270202", "20270409", "20270623"]
    assert _values(later, "UID") == uids[1:]


def test_a_meeting_that_was_held_on_another_day_has_moved(made: Workspace) -> None:
    """Planned for December 8, held on November 24, the next one planned then."""
    before = calendar_file(made, "hospital", today=TODAY)
    held = Checkin(_day("2026-11-24"), ("Superintendent",), (), (), _day("2027-01-29"))
    record_checkin(made, "hospital", held, today=_day("2026-11-25"))
    after = calendar_file(made, "hospital", today=_day("2026-11-25"))
    assert _values(after, "DTSTART") == ["20261124", "20270129", "20270409", "20270623"]
    assert _values(after, "STATUS") == ["CONFIRMED", "CONFIRMED", "TENTATIVE", "TENTATIVE"]
    assert _values(after, "UID") == _values(before, "UID")


def test_who_plans_nothing_more_has_nothing_planned(made: Workspace) -> None:
    """Two meetings about a quarter, and no date after the second."""
    for day, then in (("2026-11-10", _day("2026-12-08")), ("2026-12-01", None)):
        record_checkin(made, "hospital", Checkin(_day(day), ("Principal",), (), (), then), today=_day(day))
    text = calendar_file(made, "hospital", today=_day("2026-12-02"))
    assert _values(text, "DTSTART") == ["20261110", "20261201", "20270129", "20270409", "20270623"]
    assert len(set(_values(text, "UID"))) == 5
    (partner,) = read_partners(made.partners)
    assert partner.planned is None


def test_a_proposal_is_never_on_a_weekend_and_never_in_the_past(tmp_path: Path) -> None:
    # The year ends on a Saturday; two weeks later is one too.
    made = workspace(tmp_path / "d", settings=SETTINGS.replace("2027-06-09", "2027-06-12"))
    assert _values(calendar_file(made, "hospital", today=TODAY), "DTSTART") == ["20270129", "20270409", "20270628"]
    with pytest.raises(UsageError, match="no quarter to come"):
        calendar_file(made, "hospital", today=_day("2027-07-01"))


def test_texts_of_a_calendar_are_escaped_and_folded_between_letters(tmp_path: Path) -> None:
    partner = HOSPITAL.replace(
        '"Riverbend Health"', '"Ríverbend; Health, \\\\ & Söhne, für alle Schülerinnen und Schüler"'
    )
    made = workspace(tmp_path / "d", partners={"hospital": partner})
    summary = _values(calendar_file(made, "hospital", today=TODAY), "SUMMARY")[0]
    assert summary.endswith("Ríverbend\\; Health\\, \\\\ & Söhne\\, für alle Schülerinnen und Schüler")
    assert folded("ü" * 80).encode() == ("ü" * 37 + "\r\n " + "ü" * 37 + "\r\n " + "ü" * 6).encode()


def test_the_calendar_goes_to_a_file_or_to_stdout(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    made = workspace(tmp_path / "d", settings=settings_text("Test District", dt.date.today()))
    asked, out = ["checkin", "calendar", "hospital", "--workspace", str(made.root)], tmp_path / "year.ics"
    assert run([*asked, "--out", str(out), "--plan"]) == 0
    planned = capfdbinary.readouterr().out
    assert planned.endswith(b"END:VCALENDAR\r\n") and not out.exists()
    assert run([*asked, "--out", str(out)]) == 0
    assert capfdbinary.readouterr().out == f"{out}\n".encode()
    assert out.read_bytes() == planned
