"""The real cron of Debian makes a board: no terminal, no PATH to speak of, nobody there.

One test: there is one crontab, and one daemon at a time.
"""

import datetime as dt
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from given import HOSPITAL, ROOT, csv_text, export

from partnerkpi.cli.app import run
from partnerkpi.initialise import create_workspace
from partnerkpi.schedule.timetable import timetable
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.runs import read_runs

_SECONDS = 100


@pytest.fixture
def scheduled(tmp_path: Path) -> Iterator[Path]:
    """The folder of a workspace that the real cron may run; whatever happens, its lines are out of the crontab again.

    Lines of others that came in the meantime stay. A process that is ended (SIGTERM) tidies up too; after one that
    cannot (SIGKILL) the entry is of these few minutes of this day and does nothing any more.
    """
    script = ROOT / "scripts" / "setup_cron.sh"
    found = subprocess.run([script], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip(f"the real cron is not tried: {found.stderr.strip()}")
    root = tmp_path / "it's 100% ours"
    had_one = subprocess.run(["crontab", "-l"], capture_output=True, check=False).returncode == 0
    running = None if _is_running() else subprocess.Popen([found.stdout.strip(), "-f"])
    ended = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended while the real cron was tried"))
    try:
        yield root
    finally:
        _tidy_up(root, had_one=had_one)
        signal.signal(signal.SIGTERM, ended)
        if running is not None:
            running.terminate()
            running.wait(10)


def _tidy_up(root: Path, *, had_one: bool) -> None:
    """The crontab without the lines between the two comments of a workspace; none where there was none."""
    there = subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout
    begin, end = (f"# partnerkpi {word}: {root}\n".encode() for word in ("begin", "end"))
    before, found, rest = there.partition(begin)
    left = before + rest.partition(end)[2] if found and end in rest else there
    if left or had_one:
        subprocess.run(["crontab", "-"], input=left, check=True)
    else:
        subprocess.run(["crontab", "-r"], check=False, capture_output=True)


def _next_minutes(now: dt.datetime) -> str:
    """A cron expression for the next minutes of this day, and of no other time of the year."""
    minutes = [now + dt.timedelta(minutes=number) for number in (1, 2, 3)]
    fields = [sorted({getattr(each, name) for each in minutes}) for name in ("minute", "hour", "day", "month")]
    return " ".join([*(",".join(map(str, numbers)) for numbers in fields), "*"])


def _is_running() -> bool:
    """Whether the machine has a daemon of its own already."""
    try:
        number = Path("/run/crond.pid").read_text().strip()
        return Path(f"/proc/{number}/comm").read_text().strip() == "cron"
    except OSError:
        return False


def test_a_schedule_makes_a_board_with_nobody_there(scheduled: Path) -> None:
    last_day = dt.date.today() - dt.timedelta(days=30)
    made = create_workspace(scheduled, settings=_settings(last_day), partners={"hospital": HOSPITAL})
    people = [f"{number},Riverbend Health,Health Academy,{last_day}" for number in range(12)]
    present = [f"{number},North,{last_day},present" for number in range(12)]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    export(made, "attendance.csv", csv_text("student_number,school,date,status", present))
    where = ["--workspace", str(made.root)]
    assert run(["schedule", "install", "--cron", _next_minutes(dt.datetime.now()), *where]) == 0
    log = made.root / "data" / "run.log"
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and " hospital " not in _read(log):
        time.sleep(0.5)
    assert run(["schedule", "remove", *where]) == 0
    (board,) = (made.root / "boards").rglob("*.pdf")
    assert f"Q1  hospital  made: {board.relative_to(made.root)}" in _read(log)
    assert len(pypdf.PdfReader(board).pages) == 1
    assert not board.stat().st_mode & 0o077
    with open_for_reading(made.database) as warehouse:
        (booked,) = read_runs(warehouse).boards
    assert made.root / booked.path == board


def _settings(last_day: dt.date) -> str:
    """A calendar whose one quarter has ended on a day."""
    first_day = last_day - dt.timedelta(days=60)
    year = f"{first_day.year}-{(first_day.year + 1) % 100:02}"
    return f"""
[district]
name = "Test District"

[[school_year]]
name = "{year}"
quarters = [{{ name = "Q1", first_day = {first_day}, last_day = {last_day} }}]
"""


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


@pytest.mark.parametrize(
    ("now", "expression"),
    [
        ("2026-11-26 09:10:30", "11,12,13 9 26 11 *"),
        ("2026-11-26 09:58:30", "0,1,59 9,10 26 11 *"),
        ("2026-12-31 23:58:30", "0,1,59 0,23 1,31 1,12 *"),
    ],
)
def test_the_entry_of_a_test_that_was_killed_is_of_that_day(now: str, expression: str) -> None:
    assert timetable("day", "06:30", _next_minutes(dt.datetime.fromisoformat(now))).expression == expression
