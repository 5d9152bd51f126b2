"""How long `partnerkpi ingest` takes beside a bare DuckDB load of the same file; whole processes, one run.

    .venv/bin/python benchmarks/ingest.py [ROWS]

The bare load reads the CSV into a typed table and checkpoints; ingest also validates, quarantines, resolves
duplicates, makes pseudonyms, refreshes the marts and runs the data checks. The machines are shared and noisy: read
the ratios. The limits are those the project has set itself; what is above them is still to be done.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

DAYS = 180
_MAKE = """
copy (
  select
    lpad(cast(1000000 + s as varchar), 7, '0') as student_number,
    'School ' || (s % 60) as school,
    cast(date '2025-08-25' + cast(d as integer) as varchar) as date,
    case
      when {bad} then 'unheard of'
      when hash(s, d) % 20 = 0 then 'absent_excused'
      when hash(s, d) % 33 = 0 then 'absent_unexcused'
      else 'present'
    end as status
  from range({first}, {last}) as t(d), range({students}) as u(s)
  order by d, s
) to '{path}' (header)
"""
_BARE = """
import duckdb, sys
con = duckdb.connect(sys.argv[2])
con.execute("create table if not exists a (student_number varchar, school varchar, date date, status varchar)")
con.execute("insert into a select * from read_csv(?, header = true, auto_detect = false, delim = ',', columns = "
            "{'student_number': 'varchar', 'school': 'varchar', 'date': 'date', 'status': 'varchar'})", [sys.argv[1]])
con.execute("checkpoint")
"""


@dataclass(frozen=True)
class Run:
    """Wall seconds and peak memory of one process."""

    seconds: float
    megabytes: float


def main(rows: int) -> None:
    """Print the table."""
    students = max(rows // DAYS, 1)
    print(f"{students * DAYS:,} rows, {os.cpu_count()} cores\n")
    print(f"{'':<34}{'bare':>14}{'partnerkpi':>20}{'ratio':>8}{'limit':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clean, dirty, month = (folder / f"{kind}.csv" for kind in ("clean", "dirty", "month"))
        _make(clean, students)
        _make(dirty, students, bad="hash(d, s) % 200 = 0")
        _make(month, students, first=30, last=60)
        workspace, second = _workspace(folder / "one"), _workspace(folder / "two")
        _print("a clean file", _bare(clean, folder / "a.duckdb"), _ingest(clean, workspace), 1.5)
        _print("the same file again", _hash(clean), _ingest(clean, workspace), 2.0)
        _print("a month of it again", _bare(month, folder / "b.duckdb"), _ingest(month, workspace), 1.5)
        _print("0.5 percent bad rows", _bare(dirty, folder / "c.duckdb"), _ingest(dirty, second), 1.8)


def _make(path: Path, students: int, *, first: int = 0, last: int = DAYS, bad: str = "false") -> None:
    sql = _MAKE.format(first=first, last=last, students=students, path=path, bad=bad)
    # In a process of its own, so that this one stays small: a child begins with its parent's memory.
    _run([sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", sql])


def _workspace(folder: Path) -> Path:
    _run([sys.executable, "-m", "partnerkpi", "init", str(folder), "--district", "Benchmark"])
    return folder


def _bare(path: Path, database: Path) -> Run:
    return _run([sys.executable, "-c", _BARE, str(path), str(database)])


def _hash(path: Path) -> Run:
    return _run(["sha256sum", str(path)])


def _ingest(path: Path, workspace: Path) -> Run:
    return _run([sys.executable, "-m", "partnerkpi", "ingest", str(path), "--workspace", str(workspace)])


def _run(command: list[str]) -> Run:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed with {process.returncode}: {' '.join(command)}")
    return Run(time.perf_counter() - began, usage.ru_maxrss / 1024)


def _print(what: str, bare: Run, ours: Run, limit: float) -> None:
    bare_text = f"{bare.seconds:.1f} s {bare.megabytes:.0f} MB"
    ours_text = f"{ours.seconds:.1f} s {ours.megabytes:.0f} MB"
    print(f"{what:<34}{bare_text:>14}{ours_text:>20}{ours.seconds / bare.seconds:>8.1f}{limit:>7}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_800_000)
