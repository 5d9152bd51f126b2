"""How long `partnerkpi ingest` takes beside a bare DuckDB load of the same file; whole processes, in turns.

    .venv/bin/python benchmarks/ingest.py [ROWS]        (18,000,000 without an argument)

The bare load reads the CSV into a typed table and checkpoints; ingest also validates, quarantines, resolves
duplicates, makes pseudonyms, refreshes the marts and runs the data checks. The machines are shared and noisy: read
the ratios, of wall time and of processor time. The limits are those the project has set itself; what is above them
is still to be done.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measuring import Run, run

DAYS = 180
ROUNDS = 3
_MAKE = """
copy (
  select
    lpad(cast(1000000 + s as varchar), 7, '0') as student_number,
    'School ' || (s % 60) as school,
    cast({day} as varchar) as date,
    case
      when {bad} then 'unheard of'
      when {changed} then 'suspended'
      when hash(s, d) % 20 = 0 then 'absent_excused'
      when hash(s, d) % 33 = 0 then 'absent_unexcused'
      else 'present'
    end as status
  from range({first}, {last}) as t(d), range({students}) as u(s), range(case when {repeated} then 2 else 1 end)
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


def main(rows: int) -> None:
    """Print the table, and what the stages of the first load cost."""
    students = max(rows // DAYS, 1)
    print(
        f"{students * DAYS:,} rows, {os.cpu_count()} cores; seconds of wall time, seconds of processor time, peak MB; "
        f"medians of {ROUNDS}\n"
    )
    print(f"{'':<34}{'bare':>22}{'partnerkpi':>22}{'wall':>7}{'cpu':>6}{'limit':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clean, dirty, month = (folder / f"{kind}.csv" for kind in ("clean", "dirty", "month"))
        make(clean, students)
        make(dirty, students, bad="hash(d, s) % 200 = 0", repeated="hash(s, d, 1) % 500 = 0")
        make(month, students, first=30, last=60, changed="hash(d, s, 2) % 1000 = 0")
        one, two, three = (workspace_in(folder / kind) for kind in ("one", "two", "three"))
        taken_in = folder / "taken-in"

        def first_load() -> Run:
            fresh(one)
            return ingest(clean, one)

        def corrected() -> Run:
            fresh(two)
            shutil.copytree(taken_in, two / "data", dirs_exist_ok=True)
            return ingest(month, two)

        def first_load_dirty() -> Run:
            fresh(three)
            return ingest(dirty, three)

        _compare("a clean file", lambda: bare(clean, folder), first_load, 1.5)
        shutil.copytree(one / "data", taken_in)
        _compare("the same file again", lambda: run(["sha256sum", str(clean)]), lambda: ingest(clean, one), 2.0)
        _compare("a month of it, corrected", lambda: bare(month, folder), corrected, 1.5)
        _compare("0.5 % bad rows, 0.2 % repeated", lambda: bare(dirty, folder), first_load_dirty, 1.8)
        fresh(three)
        print("\nWhat the stages of a clean file cost (seconds of wall time, seconds of processor time):", flush=True)
        run([sys.executable, str(Path(__file__).with_name("stages.py")), str(clean), str(three)], quiet=False)


def make(
    path: Path,
    students: int,
    *,
    first: int = 0,
    last: int = DAYS,
    bad: str = "false",
    changed: str = "false",
    repeated: str = "false",
    day: str = "date '2025-08-25' + cast(d as integer)",
) -> None:
    """Write attendance of 180 days; the texts are SQL over student `s` and day `d`: which rows are so, and when.

    Without `day` these are days one after the other.
    """
    sql = _MAKE.format(
        first=first, last=last, students=students, path=path, bad=bad, changed=changed, repeated=repeated, day=day
    )
    # In a process of its own, so that this one stays small: a child begins with its parent's memory.
    run([sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", sql])


def workspace_in(folder: Path) -> Path:
    """A new workspace."""
    run([sys.executable, "-m", "partnerkpi", "init", str(folder), "--district", "Benchmark"])
    return folder


def fresh(workspace: Path) -> None:
    """Forget what was taken in, but for the key."""
    for file in (workspace / "data").iterdir():
        if file.name != "key":
            file.unlink()


def bare(path: Path, folder: Path) -> Run:
    """DuckDB alone, into a new database."""
    database = folder / "bare.duckdb"
    database.unlink(missing_ok=True)
    return run([sys.executable, "-c", _BARE, str(path), str(database)])


def ingest(path: Path, workspace: Path) -> Run:
    """partnerkpi."""
    return run([sys.executable, "-m", "partnerkpi", "ingest", str(path), "--workspace", str(workspace)])


def _compare(what: str, bare: Callable[[], Run], ours: Callable[[], Run], limit: float) -> None:
    """Run both in turns, and print each by its median wall time."""
    runs = [(bare(), ours()) for _ in range(ROUNDS)]
    theirs, own = (sorted(each, key=lambda found: found.wall)[ROUNDS // 2] for each in zip(*runs, strict=True))
    wall, processor = own.wall / theirs.wall, own.processor / theirs.processor
    print(f"{what:<34}{theirs!s:>22}{own!s:>22}{wall:>7.2f}{processor:>6.2f}{limit:>7}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 18_000_000)
