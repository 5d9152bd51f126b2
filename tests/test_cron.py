"""The real cron of Debian makes a board: no terminal, no PATH to speak of, nobody there.

One test: there is one crontab, and one daemon at a time.
"""

import datetime as dt
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from given import HOSPITAL, ROOT, csv_text, export

from partnerkpi.cli.app import run
from partnerkpi.initialise import create_workspace
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.runs import read_runs

_SECONDS = 100


@pytest.fixture
def daemon() -> Iterator[None]:
    """A cron daemon of this test, ended by its process; the crontab is then what it was before."""
    script = ROOT / "scripts" / "setup_cron.sh"
    found = subprocess.run([script], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip(found.stderr.strip())
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    running = None if _is_running() else subprocess.Popen([found.stdout.strip(), "-f"])
    try:
        yield
    finally:
        if before.returncode == 0:
            subprocess.run(["crontab", "-"], input=before.stdout, check=True)
        else:
            subprocess.run(["crontab", "-r"], check=False, capture_output=True)
        if running is not None:
            running.terminate()
            running.wait(10)


def _is_running() -> bool:
    """Whether the machine has a daemon of its own already."""
    try:
        number = Path("/run/crond.pid").read_text().strip()
        return Path(f"/proc/{number}/comm").read_text().strip() == "cron"
    except OSError:
        return False


def test_a_schedule_makes_a_board_with_nobody_there(tmp_path: Path, daemon: None) -> None:
    last_day = dt.date.today() - dt.timedelta(days=30)
    made = create_workspace(tmp_path / "it's 100% ours", settings=_settings(last_day), partners={"hospital": HOSPITAL})
    people = [f"{number},Riverbend Health,Health Academy,{last_day}" for number in range(12)]
    present = [f"{number},North,{last_day},present" for number in range(12)]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    export(made, "attendance.csv", csv_text("student_number,school,date,status", present))
    where = ["--workspace", str(made.root)]
    assert run(["schedule", "install", "--cron", "* * * * *", *where]) == 0
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
