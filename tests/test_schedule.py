"""Schedules: an entry for cron or systemd that touches nobody else's line; both programs are played by small ones."""

import datetime as dt
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from given import workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.schedule import timetable as tables
from partnerkpi.schedule.entries import next_run
from partnerkpi.schedule.timetable import timetable

OTHERS = "MAILTO=it@example.org\n# begin of nothing\n0 4 * * * /usr/bin/backup --all\n"
# As Debian's: -l says that there is none, - takes the new one from stdin.
CRONTAB = """#!/bin/sh
case "$1" in
  -l) if [ -f "{file}" ]; then cat "{file}"; else echo "no crontab for root" >&2; exit 1; fi ;;
  -) cat > "{file}.new" && mv "{file}.new" "{file}" ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "{file}"
case "$2" in {fails}) echo "Failed to connect to bus" >&2; exit 1 ;; esac
"""


def program(folder: Path, name: str, text: str) -> None:
    """A program on the PATH of a test."""
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file behind a crontab program."""
    folder, file = tmp_path / "bin", tmp_path / "crontab"
    folder.mkdir()
    program(folder, "crontab", CRONTAB.format(file=file))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return file


def schedule(made: Workspace, *arguments: str) -> int:
    """A command about the schedule of a workspace."""
    return run(["schedule", *arguments, "--workspace", str(made.root)])


def test_install_and_remove_leave_everybody_elses_lines_alone(
    crontab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crontab.write_text(OTHERS)
    one, two = workspace(tmp_path / "one"), workspace(tmp_path / "two")
    assert schedule(one, "install", "--plan") == 0
    assert crontab.read_text() == OTHERS
    planned = capsys.readouterr().out
    assert schedule(one, "install") == 0
    assert crontab.read_text() == OTHERS + planned == OTHERS + capsys.readouterr().out
    assert schedule(two, "install", "--every", "week", "--at", "07:05") == 0
    assert schedule(one, "install", "--every", "hour", "--at", "00:15") == 0
    jobs = [line for line in crontab.read_text().splitlines() if "partnerkpi run" in line]
    assert [line.split(" /")[0] for line in jobs] == ["15 * * * *", "5 7 * * 1"]
    assert schedule(one, "remove") == 0
    capsys.readouterr()
    assert schedule(two, "show") == 0
    assert "5 7 * * 1" in capsys.readouterr().out
    assert schedule(one, "show") == 0
    assert capsys.readouterr() == ("", "Nothing is installed for this workspace. Next: partnerkpi schedule install\n")
    assert schedule(two, "remove", "--plan") == 0 and "5 7 * * 1" in crontab.read_text()
    assert schedule(two, "remove") == 0
    assert crontab.read_text() == OTHERS


def test_lines_of_others_stay_to_the_byte(crontab: Path, tmp_path: Path) -> None:
    """Whatever other systems take for the end of a line, and bytes that are no text."""
    others = b"0 4 * * * echo 'a\x0bb\x0cc\x1cd\x1de\x1ef\xc2\x85g\xe2\x80\xa8h\xe2\x80\xa9i'\r\n\r\nX=\xff\n\n# end\n"
    crontab.write_bytes(others)
    made = workspace(tmp_path / "d")
    assert schedule(made, "install") == 0
    assert crontab.read_bytes().startswith(others)
    assert schedule(made, "install", "--every", "hour") == 0
    assert schedule(made, "remove") == 0
    assert crontab.read_bytes() == others


@pytest.mark.parametrize(
    ("written", "next_one"),
    [
        ("@daily", None),
        ("@reboot", None),
        ("every day at six", None),
        ("61 6 * * *", None),
        ("0 0 30 2 *", None),
        ("MAILTO=it@example.org\nPATH = /bin\n  # by hand\n45 7 * * *", "2026-11-24T07:45:00"),
    ],
)
def test_an_entry_that_was_edited_by_hand_is_shown_and_removed(
    crontab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, next_one: str | None
) -> None:
    crontab.write_text(OTHERS)
    made = workspace(tmp_path / "d")
    schedule(made, "install")
    crontab.write_text(crontab.read_text().replace("30 6 * * *", written))
    at = dt.datetime(2026, 11, 24, 6)
    expected = f"{dt.datetime.fromisoformat(next_one):%Y-%m-%d %H:%M}" if next_one else "not understood"
    assert next_run(made, at).startswith(expected)
    capsys.readouterr()
    assert schedule(made, "show") == 0
    told = capsys.readouterr()
    assert written in told.out and ("not understood" in told.err) is (next_one is None)
    assert schedule(made, "show", "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)["entries"]
    assert (entry["next"] is None) is (next_one is None)
    assert schedule(made, "remove") == 0
    assert crontab.read_text() == OTHERS


def test_an_entry_whose_job_was_taken_out_is_still_shown_and_removed(crontab: Path, tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    schedule(made, "install")
    crontab.write_text(crontab.read_text().replace("30 6 * * *", "# 30 6 * * *") + OTHERS)
    assert next_run(made, dt.datetime(2026, 11, 24, 6)).startswith("not understood")
    assert schedule(made, "remove") == 0
    assert crontab.read_text() == OTHERS


@pytest.mark.parametrize(
    ("written", "next_one"),
    [
        ("OnCalendar=*-*-* 07:45:00", "2026-11-24 07:45"),
        ("OnCalendar=Mon *-*-* 07:45:00", "2026-11-30 07:45"),
        ("OnCalendar=*-*-* *:45:00", "2026-11-24 06:45"),
        ("OnCalendar=Mon..Fri 8:00", "not understood"),
        ("OnCalendar=*-*-* 07:45:00\nOnCalendar=*-*-* 09:45:00", "not understood"),
        ("OnBootSec=10min", "not understood"),
    ],
)
def test_a_timer_that_was_edited_by_hand_says_what_it_does(
    crontab: Path, tmp_path: Path, written: str, next_one: str
) -> None:
    program(tmp_path / "bin", "systemctl", SYSTEMCTL.format(file=tmp_path / "said", fails="nothing"))
    made = workspace(tmp_path / "d")
    assert schedule(made, "install", "--with", "systemd") == 0
    (timer,) = (tmp_path / "config" / "systemd" / "user").glob("*.timer")
    timer.write_text(timer.read_text().replace("OnCalendar=*-*-* 06:30:00", written))
    assert next_run(made, dt.datetime(2026, 11, 24, 6)).startswith(next_one)
    assert schedule(made, "show") == 0 and schedule(made, "remove") == 0
    assert not timer.exists()


def test_the_line_works_with_an_empty_path_whatever_the_folder_is_called(crontab: Path, tmp_path: Path) -> None:
    made = workspace(tmp_path / "it's 100% $HOME" / "d")
    assert schedule(made, "install") == 0
    (line,) = [line for line in crontab.read_text().splitlines() if "partnerkpi run" in line]
    assert "100\\% $HOME" in line
    # What cron hands to the shell: the fields are gone, and so is the sign that masked a percent sign.
    command = line.split(" ", 5)[5].replace("\\%", "%").removesuffix(" --log")
    assert shlex.split(command)[-1] == str(made.root) and shlex.split(command)[0] == sys.executable
    done = subprocess.run(["/bin/sh", "-c", f"{command} --plan"], cwd="/", env={}, capture_output=True, text=True)
    assert (done.returncode, "No export has been taken in yet." in done.stderr) == (4, True), done.stderr


def test_a_crontab_that_lost_a_comment_is_left_to_a_person(
    crontab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspace(tmp_path / "d")
    schedule(made, "install")
    torn = crontab.read_text().replace("# partnerkpi end", "# end") + OTHERS
    crontab.write_text(torn)
    capsys.readouterr()
    assert schedule(made, "install") == 7 and schedule(made, "remove") == 7
    assert crontab.read_text() == torn
    assert "have lost their beginning or their end" in capsys.readouterr().err


def test_a_crontab_that_refuses_is_told(crontab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(tmp_path / "bin", "crontab", '#!/bin/sh\necho "You (jo) are not allowed to use this program" >&2\nexit 1\n')
    assert schedule(workspace(tmp_path / "d"), "install") == 7
    assert "The crontab was refused: You (jo) are not allowed to use this program." in capsys.readouterr().err


def test_a_machine_without_cron_or_systemd_is_told_in_three_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(tables, "_PLACES", str(tmp_path))
    made = workspace(tmp_path / "d")
    for kind in ("cron", "systemd"):
        assert schedule(made, "install", "--with", kind) == 7
        lines = capsys.readouterr().err.splitlines()
        assert [line.split(":")[0] for line in lines] == ["Error", "Where", "Now"]
        assert lines[0] == f"Error: This machine has no {kind}."
    assert not (tmp_path / "config").exists()
    assert schedule(made, "show") == 0 and schedule(made, "remove") == 0
    assert next_run(made, dt.datetime(2026, 11, 23)).startswith("not scheduled")


def test_a_systemd_timer_is_written_started_and_taken_away(
    tmp_path: Path, crontab: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = tmp_path / "said"
    program(tmp_path / "bin", "systemctl", SYSTEMCTL.format(file=said, fails="nothing"))
    made = workspace(tmp_path / "my district 100%")
    folder = tmp_path / "config" / "systemd" / "user"
    assert schedule(made, "install", "--with", "systemd", "--plan") == 0
    assert not folder.exists() and not said.exists()
    assert schedule(made, "install", "--with", "systemd", "--at", "18:45") == 0
    timer, service = sorted(folder.glob("*.timer")), sorted(folder.glob("*.service"))
    assert [path.stem for path in timer] == [path.stem for path in service]
    text = timer[0].read_text()
    assert "OnCalendar=*-*-* 18:45:00\nPersistent=true\n" in text
    quoted = str(made.root).replace("%", "%%")
    command = f'ExecStart={sys.executable} -P -m partnerkpi run --workspace "{quoted}" --log\n'
    assert command in service[0].read_text()
    assert said.read_text().splitlines() == [
        "--user daemon-reload",
        f"--user enable {timer[0].name}",
        f"--user restart {timer[0].name}",
    ]
    assert next_run(made, dt.datetime(2026, 11, 23, 20)) == "2026-11-24 18:45"
    other = workspace(tmp_path / "other" / "my district 100%")
    assert schedule(other, "install", "--with", "systemd") == 0 and len(list(folder.glob("*.timer"))) == 2
    assert schedule(other, "remove") == 0
    assert sorted(folder.glob("*.timer")) == timer
    assert schedule(made, "remove") == 0
    assert list(folder.iterdir()) == []


def test_where_systemd_refuses_nothing_is_left_behind(
    tmp_path: Path, crontab: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "bin", "systemctl", SYSTEMCTL.format(file=tmp_path / "said", fails="enable"))
    assert schedule(workspace(tmp_path / "d"), "install", "--with", "systemd") == 7
    assert list((tmp_path / "config" / "systemd" / "user").iterdir()) == []
    assert "systemd refused: Failed to connect to bus." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("61 6 * * *", "bad minute"),
        ("0 6 * *", "it wants five fields"),
        ("0 0 6 * * *", "it wants five fields"),
        ("0 6 L * *", "it wants five fields"),
        ("0 6 31 2 *", "bad day-of-month"),
        ("0 6 * * *\n* * * * * rm", "it wants five fields"),
        ("0 6 * * * rm", "it wants five fields"),
    ],
)
def test_an_expression_cron_would_not_take_is_refused(expression: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        timetable("day", "06:30", expression)
    assert why in str(caught.value)


def test_expressions_and_times_say_when_the_next_run_is() -> None:
    monday = dt.datetime(2026, 11, 23, 6, 30)
    assert timetable("day", "06:30").next(monday) == dt.datetime(2026, 11, 24, 6, 30)
    assert timetable("hour", "06:30").next(monday) == dt.datetime(2026, 11, 23, 7, 30)
    assert timetable("week", "06:30").next(monday) == dt.datetime(2026, 11, 30, 6, 30)
    assert timetable("day", "06:30", "0  7 * jul MON-FRI").expression == "0 7 * jul MON-FRI"
    for every, at in (("month", "06:30"), ("day", "25:00"), ("day", "half past six")):
        with pytest.raises(UsageError):
            timetable(every, at)


def test_a_folder_that_cannot_be_written_into_a_schedule_is_refused(crontab: Path, tmp_path: Path) -> None:
    for name in ("back\\slash", "line\nbreak"):
        with pytest.raises(ConfigurationError):
            tables.command(workspace(tmp_path / name))


def test_an_expression_of_cron_is_not_for_systemd(crontab: Path, tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    assert schedule(made, "install", "--with", "systemd", "--cron", "0 7 * * *") == 2
    assert schedule(made, "install", "--with", "cronn") == 2
