"""Knows what becomes of malformed exports: scripts/bad_csv.py [SHARED_DATA_FOLDER].

Every file below `badcsv` and `exports` is taken in, in a child process that has ten seconds for it, under the shipped
dialects and one made for its own header. No shipped dialect knows a file of `badcsv`. At the end the marts are built
and the data checks run over all that a child has read.

Some files have the true table beside them. There the dialect names the true columns, as many at a time as `investments`
has texts of its own, so that what stands in the facts is what was read, cell by cell.

    exact            the truth, row for row
    quarantined      as many true rows are missing as were refused
    read, no truth   the counts add up; more cannot be said
    refused          the whole file
    swallowed        more true rows are missing than were refused: an open quote took the next line with it
    silently wrong   a row the truth does not have, a row too few, or rows under a header that is another
    crashed, hung    the child

Ends with 1 for any of the last four.
"""

import csv
import datetime as dt
import gzip
import json
import multiprocessing
import re
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import fastexcel

from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.files import read_dialect, read_dialects
from partnerkpi.exports.rows import DELIMITERS
from partnerkpi.ingest.workflow import IngestOptions, Intake, looks_new, take_file
from partnerkpi.initialise import create_workspace
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import run_checks
from partnerkpi.models.dialect import Dialect
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.refresh import refresh
from partnerkpi.warehouse import Warehouse, open_for_writing

SECONDS = 10
CHILDREN = 2
NOW = dt.datetime(2026, 11, 23, 8, 0)
OUTCOMES = ("exact", "quarantined", "read, no truth", "refused", "swallowed", "silently wrong", "crashed", "hung")
FAILURES = OUTCOMES[4:]
MADE = "made"
ALL = "all that was read"
# The texts of the natural key: two rows that differ in one of them are two rows of facts.
COLUMNS = ("partner", "note", "evidence")
# The limits on refused rows and on sizes would refuse whole files; here every row shall show what becomes of it.
SETTINGS = """\
[district]
name = "Malformed exports"

[ingest]
max_quarantine_share = 1
row_count_factor = 0

[[school_year]]
name = "2026-27"
quarters = [{ name = "Q1", first_day = 2026-08-24, last_day = 2026-12-31 }]
"""

Table = list[dict[str, str]]


@dataclass(frozen=True)
class Case:
    """A file, the true table where there is one, and whether the shipped dialects must not know it."""

    path: Path
    name: str
    truth: Table | None
    foreign: bool


@dataclass(frozen=True)
class Verdict:
    """What became of a file, in a word of OUTCOMES, and why."""

    name: str
    outcome: str
    why: str = ""


def main(arguments: Sequence[str]) -> int:
    """Judge every file, print the counts and the failures."""
    checkout = Path(__file__).resolve().parent.parent
    shared = Path(arguments[0]) if arguments else checkout.parent / "shared" / "data"
    cases = list(_cases(shared))
    if not cases:
        raise SystemExit(f"There are no files below {shared}/badcsv and {shared}/exports.")
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(CHILDREN) as threads:
        shares = [cases[first::CHILDREN] for first in range(CHILDREN)]
        folders = [Path(scratch) / str(number) for number in range(CHILDREN)]
        verdicts = [verdict for judged in threads.map(_judge_all, shares, folders) for verdict in judged]
    counts = Counter(verdict.outcome for verdict in verdicts)
    for outcome in OUTCOMES:
        print(f"{outcome}: {counts[outcome]}")
    for verdict in sorted(verdicts, key=lambda verdict: verdict.name):
        if verdict.outcome in ("swallowed", *FAILURES):
            print(f"{verdict.outcome}: {verdict.name}: {verdict.why}")
    return 1 if any(counts[outcome] for outcome in FAILURES) else 0


def _cases(shared: Path) -> Iterator[Case]:
    """Every file but truths, descriptions and licences, in order of name."""
    for room in ("badcsv", "exports"):
        for path in sorted((shared / room).rglob("*")):
            aside = {"clean", "parameters", "json"} & set(path.relative_to(shared).parts[:-1])
            if path.is_file() and not aside and path.name != "SOURCES.md":
                yield Case(path, str(path.relative_to(shared)), _truth(path), foreign=room == "badcsv")


def _truth(path: Path) -> Table | None:
    """The true table: `clean/` as CSV with the header that `parameters/` tells, or `json/` as an array of objects."""
    folder = path.parent.parent
    parameters = folder / "parameters" / f"{path.name}_parameters.json"
    if parameters.is_file():
        header_lines = json.loads(parameters.read_text("utf-8"))["header_lines"]
        with (folder / "clean" / path.name).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        # A file without a header: a dialect can only name columns it does not have.
        header = rows.pop(0) if header_lines else [f"column {n}" for n, _ in enumerate(rows[0], start=1)]
        return [dict(zip(header, row, strict=True)) for row in rows]
    written = folder / "json" / f"{path.stem}.json"
    table = json.loads(written.read_text("utf-8", "replace")) if written.is_file() else None
    return table if isinstance(table, list) else None


def _judge_all(cases: Sequence[Case], folder: Path) -> list[Verdict]:
    """Each case in a child that takes one after the other; a child that dies or hangs is replaced."""
    verdicts = []
    child = _Child(folder)
    for case in cases:
        verdict = child.judge(case)
        verdicts.append(verdict)
        if verdict.outcome in ("crashed", "hung"):
            child.end()
            child = _Child(folder)
    closing = child.judge(None)
    child.end()
    return [*verdicts, closing] if closing.outcome in FAILURES else verdicts


class _Child:
    """A process that judges cases; made anew with a workspace of its own."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        folder.mkdir(exist_ok=True)
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, Path(tempfile.mkdtemp(dir=folder))), daemon=True)
        self._process.start()
        theirs.close()
        self._ours.recv()

    def judge(self, case: Case | None) -> Verdict:
        """A case; without one, what can be made of all that was read."""
        name = case.name if case else ALL
        self._ours.send(case)
        if not self._ours.poll(SECONDS):
            return Verdict(name, "hung", f"more than {SECONDS} seconds")
        try:
            answer: Verdict = self._ours.recv()
        except EOFError:
            return Verdict(name, "crashed", "the process died")
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._ours.close()


def _serve(pipe: Connection, folder: Path) -> None:
    """The child's side: one workspace, a case at a time."""
    workspace = create_workspace(folder / "district", settings=SETTINGS, partners={})
    with open_for_writing(workspace.database) as warehouse:
        room = _Room(workspace, warehouse, read_dialects(workspace.root), dates=_dates())
        pipe.send("ready")
        while True:
            case: Case | None = pipe.recv()
            try:
                pipe.send(_judge(room, case) if case else _closed(room))
            except Exception as error:  # whatever escapes is what this script looks for
                name = case.name if case else ALL
                pipe.send(Verdict(name, "crashed", f"{type(error).__name__}: {error}".splitlines()[0]))


@dataclass(frozen=True)
class _Room:
    """What the cases of a child share: each load has a date of its own, so that none has a row another has."""

    workspace: Workspace
    warehouse: Warehouse
    shipped: Mapping[str, Dialect]
    dates: Iterator[dt.date]


def _dates() -> Iterator[dt.date]:
    return (dt.date(2000, 1, 1) + dt.timedelta(days=number) for number in count())


def _closed(room: _Room) -> Verdict:
    """The marts and the data checks, over every file that was read."""
    refresh(room.workspace, room.warehouse)
    run_checks(room.warehouse, read_checks(room.workspace), today=NOW.date())
    return Verdict(ALL, "exact")


def _judge(room: _Room, case: Case) -> Verdict:
    if case.truth is None:
        return _without_truth(room, case)
    names = list(case.truth[0])
    chunks = [names[first : first + len(COLUMNS)] for first in range(0, len(names), len(COLUMNS))]
    verdicts = [_compared(room, case, chunk, case.truth) for chunk in chunks]
    return max(verdicts, key=lambda verdict: OUTCOMES.index(verdict.outcome))


def _without_truth(room: _Room, case: Case) -> Verdict:
    names = _own_header(case.path)
    loads = _take_in(room, case, names or ["no such column"])
    if all(load.status is LoadStatus.REFUSED for load in loads):
        return Verdict(case.name, "refused", loads[0].reason)
    if not all(load.counts.balanced for load in loads):
        return Verdict(case.name, "silently wrong", "rows not accounted for")
    if case.foreign and (not names or any(load.dialect not in ("", MADE) for load in loads)):
        return Verdict(case.name, "silently wrong", f"read as {loads[0].dialect} {loads[0].table}, which it is not")
    return Verdict(case.name, "read, no truth")


def _compared(room: _Room, case: Case, names: Sequence[str], truth: Table) -> Verdict:
    """What was read of these columns beside what is there."""
    (load,) = _take_in(room, case, names)
    if load.status is LoadStatus.REFUSED:
        return Verdict(case.name, "refused", load.reason)
    used = COLUMNS[: len(names)]
    facts = f"select {', '.join(used)} from investments where load_id = $load"
    read = set(room.warehouse.rows(facts, {"load": load.load}))
    true_rows = [tuple(_as_read(row[name]) for name in names) for row in truth]
    counts = load.counts
    missing = len(true_rows) - counts.loaded - counts.duplicate
    found = f"{len(true_rows)} true rows, {counts.loaded + counts.duplicate} read, {counts.quarantined} refused"
    if not read <= set(true_rows) or missing < 0 or (missing and not counts.quarantined):
        return Verdict(case.name, "silently wrong", found)
    if missing > counts.quarantined:
        return Verdict(case.name, "swallowed", found)
    return Verdict(case.name, "quarantined" if counts.quarantined else "exact")


def _as_read(cell: str) -> str:
    """A true cell as ingest reads it: without blanks around it, on one line."""
    return re.sub(r"\r\n|[\r\n]", " ", cell).strip()


def _take_in(room: _Room, case: Case, names: Sequence[str]) -> list[Load]:
    """As ingest does with each of its files, under the shipped dialects and one that reads these columns as texts."""
    # A column too many reads the first name once more, so that the key is whole.
    sources = [names[n] if n < len(names) else names[0] for n, _ in enumerate(COLUMNS)]
    columns = {
        **{column: {"header": source, "blank": ""} for column, source in zip(COLUMNS, sources, strict=True)},
        "side": {"value": "partner"},
        "kind": {"value": "cash"},
        "date": {"value": str(next(room.dates))},
    }
    lines = [f"{column} = {_inline(rule)}" for column, rule in columns.items()]
    head = f'name = {_text(case.name)}\n\n[[table]]\ntable = "investments"\nslice = []\n\n[table.columns]\n'
    path = room.workspace.root / "dialects" / f"{MADE}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + "\n".join(lines) + "\n", "utf-8")
    dialects = {**room.shipped, MADE: read_dialect(path)}
    intake = Intake(room.workspace, room.warehouse, dialects, IngestOptions(), NOW, room.workspace.key())
    looks_new(intake, case.path)
    return list(take_file(intake, case.path))


def _inline(rule: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_text(value)}" for key, value in rule.items()) + " }"


def _text(value: str) -> str:
    """A TOML string: JSON escapes the same way, but for the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _own_header(path: Path) -> list[str]:
    """Names that stand once in the first line that holds any, under the delimiter that cuts it most; [] for none."""
    cells = [" ".join(cell.split()) for cell in _first_line(path)]
    once = Counter(cell.casefold() for cell in cells)
    return [cell for cell in cells if cell and once[cell.casefold()] == 1][: len(COLUMNS)]


def _first_line(path: Path) -> list[str]:
    if path.suffix == ".xlsx":
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
        return [cell or "" for cell in sheet.row(0)] if sheet.height else []
    first = next((line for line in re.split(r"[\r\n]+", _readable(_unpacked(path))) if line.strip()), "")
    cuts = [list(csv.reader([first[:10_000]], delimiter=delimiter)) for delimiter in DELIMITERS]
    return max((rows[0] for rows in cuts if rows), key=len, default=[])


def _unpacked(path: Path) -> bytes:
    """The first 64 kB of the text inside; of a damaged archive, nothing."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                return stream.read(1 << 16)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as member:
                return member.read(1 << 16)
        return path.read_bytes()[: 1 << 16]
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        return b""


def _readable(content: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
