"""Where output goes: readers that leave, streams that are closed, full disks, narrow and colourless terminals."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from given import csv_text, export, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.warehouse import ledger, open_for_reading

COMMANDS = (["--help"], ["loads"], ["loads", "--json"], ["kpi", "sql", "chronic_absence"])


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """A workspace with two exports in its inbox, one of them with a row that is refused."""
    district = workspace(tmp_path / "d")
    header = "student_number,school,date,status"
    for name in ("a.csv", "b.csv"):
        export(district, name, csv_text(header, [f"7,{name},2026-09-01,present", f"8,{name},2026-09-99,present"]))
    return district


def _shell(made: Workspace, script: str) -> subprocess.CompletedProcess[str]:
    """A shell line in the workspace; `partnerkpi` is the real command, `$code` its exit code in a pipe."""
    function = f'partnerkpi() {{ {sys.executable} -m partnerkpi "$@"; }}\n'
    return subprocess.run(["bash", "-c", function + script], cwd=made.root, capture_output=True, text=True, check=False)


def _taken_in(made: Workspace) -> int:
    with open_for_reading(made.database) as warehouse:
        return len(ledger.loads(warehouse))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_reader_that_leaves_and_a_closed_stdout_are_no_errors(made: Workspace, command: list[str]) -> None:
    line = f"partnerkpi {' '.join(command)}"
    script = f"partnerkpi ingest 2>/dev/null; {line} | true; echo ${{PIPESTATUS[0]}}; {line} >&-; echo $?"
    done = _shell(made, script)
    assert done.stdout.split() == ["0", "0"]
    assert done.stderr == ""


def test_a_disk_with_no_room_for_the_output_is_an_error(made: Workspace) -> None:
    done = _shell(made, "partnerkpi ingest --json > /dev/full")
    assert done.returncode == 7
    assert [line.split(":")[0] for line in done.stderr.splitlines()[-3:]] == ["Error", "Where", "Now"]
    assert "No space left on device" in done.stderr


def test_who_stops_reading_the_progress_does_not_stop_the_work(made: Workspace) -> None:
    done = _shell(made, "{ partnerkpi ingest 2>&1 >/dev/null; echo $? >code; } | true; cat code")
    assert done.stdout.strip() == "0"
    assert _taken_in(made) == 2


def test_with_every_stream_closed_nothing_is_written_into_the_database(made: Workspace) -> None:
    done = _shell(made, "partnerkpi ingest --json <&- >&- 2>&-")
    assert done.returncode == 0
    assert _taken_in(made) == 2


def test_stdout_carries_data_only_and_stderr_the_rest(made: Workspace) -> None:
    done = _shell(made, "partnerkpi ingest --json")
    assert [load["status"] for load in json.loads(done.stdout)["loads"]] == ["loaded", "loaded"]
    assert "exports/a.csv: plain attendance, 2 rows" in done.stderr
    assert _shell(made, "partnerkpi ingest").stdout == ""


def _on_a_terminal(made: Workspace, width: int, *command: str) -> str:
    """What a terminal of this width gets to see on all three streams, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "NO_COLOR": "1", "LC_ALL": "C"}
    process = subprocess.Popen(
        [sys.executable, "-m", "partnerkpi", *command],
        cwd=made.root, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    # A terminal whose other end is closed answers with an error, not with an end of file.
    while chunk := _read(ours):
        seen += chunk
    os.close(ours)
    assert process.wait() == 0, seen
    return seen.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 1 << 16)
    except OSError:
        return b""


@pytest.mark.parametrize("width", [20, 60, 180])
def test_a_table_fits_the_terminal_without_losing_a_figure(made: Workspace, width: int) -> None:
    assert _shell(made, "partnerkpi ingest").returncode == 0
    seen = _on_a_terminal(made, width, "loads")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", seen), "a colour"
    lines = re.sub(r"\x1b\[[0-9;]*m", "", seen).splitlines()
    assert max(map(len, lines)) <= max(width, len("rows in file  exports/a.csv"))
    for figure in ("exports/a.csv", "quarantined", "superseded", "non-data"):
        assert figure in "\n".join(lines)
