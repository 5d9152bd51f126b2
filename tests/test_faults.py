"""Runs that are cut short: what is in the database is what was there before or what should be there after.

States are compared by every row of every table; a second run must always reach what an undisturbed one reaches.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from faults import Contents, Fault, beside_the_database, contents, run_with, said, start, statements
from given import SETTINGS, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.warehouse import open_for_writing

_DAYS = [f"2026-09-{day:02d}" for day in range(1, 29)]
_ATTENDANCE = "student_number,school,date,status"


def _rows(status: str, students: range, days: list[str]) -> list[str]:
    return [f"{student},North,{day},{status}" for student in students for day in days]


@dataclass(frozen=True)
class Case:
    """A workspace whose next run is disturbed, with what is in it before and after."""

    made: Workspace
    pristine: Path
    before: Contents
    after: Contents

    def restore(self) -> None:
        """As it was before the run."""
        shutil.rmtree(self.made.database.parent)
        shutil.copytree(self.pristine, self.made.database.parent)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How large the files of the database grow in an undisturbed run that is killed when it has committed.

        The last commit of all keeps what was checked; that of the facts is the one before.
        """
        self.restore()
        made = statements(self.made, "ingest")
        facts = [number for number, word in enumerate(made, 1) if word == "commit"][-2]
        self.restore()
        assert run_with(self.made, "ingest", fault=Fault(statement=facts + 1)) == -signal.SIGKILL
        log = self.made.database.with_name(f"{self.made.database.name}.wal").stat().st_size
        take_in(self.made)
        found = {"partnerkpi.duckdb": self.made.database.stat().st_size, "partnerkpi.duckdb.wal": log}
        self.restore()
        return found

    def check(self) -> str:
        """Say whether the state is "before" or "after", and see that another run reaches "after" and tidies up."""
        found = contents(self.made)
        assert found in (self.before, self.after), "neither before nor after"
        assert {load.status.value for load in take_in(self.made)} <= {"loaded", "unchanged"}
        assert contents(self.made) == self.after
        assert beside_the_database(self.made) == set()
        return "after" if found == self.after else "before"


def _case(folder: Path, *, first: bool) -> Case:
    """The first run of a workspace, or one that replaces, adds, quarantines and goes through a text file of rows.

    The first file goes straight into the facts, with rows that are deleted behind it.
    """
    made = workspace(folder / "d")
    people = [f"{student},Riverbend Health,Health Academy,2026-08-24" for student in range(40)]
    wrong = ["1,North,2026-09-31,present", *_rows("absent_unexcused", range(3), _DAYS[:2])]
    export(made, "a.csv", csv_text(_ATTENDANCE, [*_rows("present", range(60), _DAYS), *wrong]))
    export(made, "p.csv", csv_text("student_number,partner,program,start", people))
    if first:
        (made.inbox / "p.csv").unlink()
    else:
        take_in(made)
        changed = [*_rows("absent_excused", range(60), _DAYS[:9]), *_rows("present", range(60, 90), _DAYS), "x,,,"]
        # A quotation mark takes the file out of the plain ones.
        export(made, "b.csv", csv_text(_ATTENDANCE, changed).replace("North", '"North"', 1))
    pristine = folder / "pristine"
    shutil.copytree(made.database.parent, pristine)
    before = contents(made)
    assert run_with(made, "ingest") == 0, said(made)
    case = Case(made, pristine, before, contents(made))
    assert case.before != case.after
    case.restore()
    return case


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Nothing has been taken in yet."""
    return _case(tmp_path_factory.mktemp("first"), first=True)


@pytest.fixture(scope="module")
def later_run(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """There is data already."""
    return _case(tmp_path_factory.mktemp("later"), first=False)


@pytest.fixture(params=["first_run", "later_run"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """Either, as before its run."""
    found: Case = request.getfixturevalue(request.param)
    found.restore()
    yield found
    found.restore()


def _spread(first: int, last: int, number: int) -> list[int]:
    """So many numbers from the first to the last, evenly."""
    return sorted({first + (last - first) * step // (number - 1) for step in range(number)})


def _told(made: Workspace) -> bool:
    """Whether the last child's error is told in three lines."""
    return [line.split(":")[0] for line in said(made).strip().splitlines()[-3:]] == ["Error", "Where", "Now"]


def test_a_kill_before_a_statement_leaves_before_or_after(case: Case) -> None:
    made = statements(case.made, "ingest")
    commits = [number for number, word in enumerate(made, 1) if word == "commit"]
    assert commits[-1] == len(made)
    states = []
    # The last statement is a commit: there is none after it to be killed before.
    for statement in sorted({2, *commits, *(number + 1 for number in commits[:-1])}):
        case.restore()
        assert run_with(case.made, "ingest", fault=Fault(statement=statement)) == -signal.SIGKILL
        states.append(case.check())
    assert states[0] == "before" and states[-1] == "after"
    assert states == sorted(states, reverse=True), "once there, it stays"


@pytest.mark.parametrize("file", ["partnerkpi.duckdb", "partnerkpi.duckdb.wal"])
def test_a_kill_inside_a_write_of_the_commit_or_the_checkpoint_leaves_before_or_after(case: Case, file: str) -> None:
    """The kernel ends the process at the write that takes a file beyond a size, after a part of it is written."""
    states = {}
    for size in _spread(case.sizes[file] * 2 // 5, case.sizes[file] - 1, 2):
        case.restore()
        assert run_with(case.made, "ingest", fault=Fault(bytes_per_file=size, fatal=True)) == -signal.SIGXFSZ
        states[size] = case.check()
    if file.endswith(".wal"):
        assert set(states.values()) == {"before"}


def test_a_kill_at_any_moment_leaves_before_or_after(case: Case) -> None:
    """By the clock, and when a file of the database appears."""
    log = case.made.database.with_name(f"{case.made.database.name}.wal")
    for moment in (0.05, 0.15, "log"):
        case.restore()
        child = start(case.made, "ingest")
        if isinstance(moment, float):
            child.join(moment)
        while moment == "log" and child.is_alive() and not log.exists():
            time.sleep(0.001)
        child.kill()
        child.join()
        case.check()


def test_a_full_disk_leaves_before_or_after_and_is_told(case: Case) -> None:
    """No file may grow beyond a size: the error is EFBIG, met at every place where ENOSPC can be."""
    sizes = case.sizes
    for size in [2_000, *_spread(sizes["partnerkpi.duckdb.wal"] // 3, sizes["partnerkpi.duckdb"] - 1, 3)]:
        case.restore()
        code = run_with(case.made, "ingest", fault=Fault(bytes_per_file=size))
        # The log may take what the database file has no room for: then the data is safe, and the run has done its work.
        assert (code == 7 and _told(case.made) and "File too large" in said(case.made)) or case.check() == "after"
        case.check()


def _on_a_small_disk(folder: Path, size: str, script: str) -> subprocess.CompletedProcess[str]:
    """A shell script with a file system of this size, new and empty, mounted at a folder."""
    mounted = f"mount -t tmpfs -o size={size} tmpfs {folder} && {script}"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounted]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("size", ["16k", "300k", "1m"])
def test_a_disk_that_is_really_full_is_told_and_leaves_no_stub(tmp_path: Path, size: str) -> None:
    """The whole workspace on a small disk of its own: creating the database, or the load, has no room."""
    disk, data = tmp_path / "disk", tmp_path / "disk" / "d" / "data"
    disk.mkdir()
    if shutil.which("unshare") is None or _on_a_small_disk(disk, "1m", "true").returncode:
        pytest.skip("this machine allows no small file system of one's own (unshare, tmpfs)")
    made = workspace(tmp_path / "d")
    rows = export(made, "a.csv", csv_text(_ATTENDANCE, _rows("present", range(2000), _DAYS[:5])))
    rows.rename(tmp_path / rows.name)
    ingest = f"{sys.executable} -m partnerkpi ingest {tmp_path / rows.name} --workspace {disk / 'd'}"
    done = _on_a_small_disk(disk, size, f"cp -r {made.root} {disk} && {ingest}; code=$?; ls -A {data}; exit $code")
    assert done.returncode == 7, done.stderr
    assert [line.split(":")[0] for line in done.stderr.splitlines()[-3:]] == ["Error", "Where", "Now"]
    assert "No space left on device" in done.stderr
    assert set(done.stdout.split()) <= {"key", "partnerkpi.duckdb", "partnerkpi.duckdb.wal"}


def test_a_folder_that_may_not_be_written_is_told_and_stays_as_it_is(case: Case) -> None:
    data = case.made.database.parent
    database_mode = case.made.database.stat().st_mode if case.made.database.exists() else 0
    try:
        data.chmod(0o500)
        if database_mode:
            case.made.database.chmod(0o400)
        assert run_with(case.made, "ingest", fault=Fault(ordinary=True)) == 7
        assert _told(case.made) and "Permission denied" in said(case.made)
    finally:
        data.chmod(0o700)
        if database_mode:
            case.made.database.chmod(database_mode)
    assert case.check() == "before"


def test_three_runs_at_once_do_the_work_once(first_run: Case) -> None:
    first_run.restore()
    children = [start(first_run.made, "ingest") for _ in range(3)]
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert first_run.check() == "after"


def test_who_does_not_want_to_wait_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d", settings=f"lock_wait_seconds = 0.1\n{SETTINGS}")
    export(made, "a.csv", csv_text(_ATTENDANCE, _rows("present", range(3), _DAYS)))
    take_in(made)
    with open_for_writing(made.database):
        for command in (["ingest"], ["undo", "1"], ["loads"], ["report", "--partner", "hospital"]):
            assert run_with(made, *command) == 75
            assert _told(made) and f"process {os.getpid()}" in said(made)


def test_what_killed_runs_have_left_is_removed(later_run: Case) -> None:
    later_run.restore()
    data = later_run.made.database.parent
    for name in (".partnerkpi.duckdb.0123456789ab", ".partnerkpi.duckdb.0123456789ab.wal", ".rows.0123456789ab.csv"):
        (data / name).write_text("left")
    (data / "partnerkpi.duckdb.tmp").mkdir()
    (data / "partnerkpi.duckdb.tmp" / "storage_0.tmp").write_text("spilt")
    assert later_run.check() == "before"


def test_the_log_of_a_database_that_is_gone_does_not_keep_a_new_one_from_opening(first_run: Case) -> None:
    first_run.restore()
    first_run.made.database.with_name("partnerkpi.duckdb.wal").write_bytes(b"of another database" * 100)
    assert first_run.check() == "before"


def test_a_backup_beside_a_newer_log_is_told_with_what_to_do(later_run: Case) -> None:
    later_run.restore()
    made = later_run.made
    killed = Fault(statement=len(statements(made, "ingest")))
    later_run.restore()
    run_with(made, "ingest", fault=killed)
    log = made.database.with_name("partnerkpi.duckdb.wal")
    newer = log.read_bytes()
    take_in(made)
    shutil.copyfile(later_run.pristine / made.database.name, made.database)
    take_in(made, export(made, "c.csv", csv_text(_ATTENDANCE, ["1,South,2026-09-01,present"])))
    (made.inbox / "c.csv").unlink()
    log.write_bytes(newer)
    assert run_with(made, "loads") == 7
    assert _told(made) and "move partnerkpi.duckdb.wal away" in said(made)


_PLACES = {
    "no home": {"TZ": "Etc/GMT+12"},
    "C": {"LC_ALL": "C", "HOME": "/nonexistent"},
    "POSIX": {"LC_ALL": "POSIX", "TZ": "Pacific/Kiritimati"},
    "old letters": {"PYTHONIOENCODING": "ascii:strict", "TZ": "Nowhere/Land"},
}
_OURS = ("exports/", "  note: ", "3 files: ", "Refused rows", "warning: ")


@pytest.mark.parametrize("place", _PLACES)
def test_the_surroundings_make_no_difference(later_run: Case, place: str) -> None:
    """No home, no terminal, another locale, yesterday or tomorrow: the same rows, and only our words on stderr."""
    later_run.restore()
    done = subprocess.run(
        [sys.executable, "-m", "partnerkpi", "ingest", "--json"],
        cwd=later_run.made.root,
        env={"PATH": "/usr/bin:/bin", **_PLACES[place]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {load["status"] for load in json.loads(done.stdout)["loads"]} == {"loaded", "unchanged"}
    assert [line for line in done.stderr.decode().splitlines() if not line.startswith(_OURS)] == []
    assert later_run.check() == "after"
