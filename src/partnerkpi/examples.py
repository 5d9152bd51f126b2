"""Worked examples of KPIs: a few exports, and the rows a KPI's SELECT must give for them, worked out by hand.

`given/<table>.csv` are exports in the plain layout; `expect.csv` says what the KPI gives for each student (or partner)
in the periods it names. Those periods must match row for row: a row too many fails like a row too few; rows of all
partners together (the empty partner) only where it names one. The KPI is
measured with its file's own settings, so that an example does not depend on what a district has set.
"""

import csv
import datetime as dt
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.config.workspace import SETTINGS_FILE, Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.ingest import ingest
from partnerkpi.ingest.pseudonym import pseudonyms
from partnerkpi.initialise import create_workspace
from partnerkpi.measure.catalogue import Catalogue, kpi_columns
from partnerkpi.measure.kpi_files import blamed_id, broken
from partnerkpi.measure.settings import setting_values
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.models.source_table import Kind
from partnerkpi.warehouse import WarehouseFault, open_for_reading

EXAMPLES = "queries/kpis/examples"
_PERIOD = ("period", "window")
_GROUPS = ("by", "group")
_AMOUNTS = ("numerator", "denominator", "people")
_MOST_LINES = 5

# What a row is about: who, partner and program where the KPI gives them, period and window.
Key = tuple[str, ...]
Amounts = tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """What became of a workspace's examples: ids that came out, errors, and own KPIs that have no example."""

    came_out: tuple[str, ...]
    failed: tuple[KpiFileError, ...]
    without: tuple[str, ...]


def check_own_examples(workspace: Workspace, catalogue: Catalogue, *, now: dt.datetime) -> Checked:
    """Run the examples of the workspace's own KPIs, each in a workspace of its own with this one's files.

    Calendar, partners, scale and marts are the district's; its data and its exports are not looked at.
    """
    own = [kpi for kpi in catalogue.kpis if kpi.origin == "workspace"]
    folders = {path.name: path for path in sorted((workspace.root / EXAMPLES).glob("*")) if path.is_dir()}
    known = {kpi.id for kpi in own} | {blamed_id(error) for error in catalogue.broken}
    failed = [_orphaned(folder) for name, folder in folders.items() if name not in known]
    came_out = []
    for kpi in own:
        if kpi.id not in folders:
            continue
        try:
            with _twin(workspace) as made:
                check_example(kpi, folders[kpi.id], made, now=now)
        except KpiFileError as error:
            failed.append(error)
        else:
            came_out.append(kpi.id)
    return Checked(tuple(came_out), tuple(failed), tuple(kpi.id for kpi in own if kpi.id not in folders))


def check_example(kpi: Kpi, folder: Path, made: Workspace, *, now: dt.datetime) -> None:
    """Take `given` into the workspace `made`, which has no data yet, and hold the KPI against expect.csv.

    Raises KpiFileError with the first lines that differ, or when an export or expect.csv cannot be used.
    """
    given = sorted((folder / "given").glob("*.csv"))
    if not given:
        raise _unusable(folder / "given", "there is no export in it")
    for load, path in zip(ingest(made, given, now=now), given, strict=True):
        _require_whole(load, path)
    gives = _columns(made, kpi)
    expected = _expected(folder / "expect.csv", gives)
    periods = {_periods_of(gives, key) for key in expected}
    found = {key: rows for key, rows in _found(made, kpi, gives, given).items() if _periods_of(gives, key) in periods}
    if "partner" in gives and not any(_is_of_all(gives, key) for key in expected):
        found = {key: rows for key, rows in found.items() if not _is_of_all(gives, key)}
    if differing := list(_differing(folder / "expect.csv", expected, found)):
        raise KpiFileError(
            f"The worked example of {kpi.id} does not come out.",
            where="\n".join([*differing[:_MOST_LINES], *_more(len(differing) - _MOST_LINES)]),
            now=f"Work these rows out with a pencil: then correct expect.csv, or {kpi.path.name}.",
        )


@contextmanager
def _twin(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace in a temporary folder with another one's settings, partners and queries, and no data."""
    with tempfile.TemporaryDirectory(prefix="partnerkpi-") as temporary:
        folder = Path(temporary) / "example"
        partners = {path.stem: path.read_text("utf-8") for path in sorted(workspace.partners.glob("*.toml"))}
        settings = (workspace.root / SETTINGS_FILE).read_text("utf-8")
        made = create_workspace(folder, settings=settings, partners=partners)
        shutil.copytree(workspace.root / "queries", folder / "queries")
        yield made


def _require_whole(load: Load, path: Path) -> None:
    if load.status is not LoadStatus.LOADED:
        raise _unusable(path, load.reason.rstrip("."))
    if load.counts.quarantined:
        raise _unusable(path, f"rows of it are refused: {load.counts.quarantined}")
    if load.table != path.stem:
        raise _unusable(path, f"it is read as {load.table}; name it {load.table}.csv")


def _columns(made: Workspace, kpi: Kpi) -> tuple[str, ...]:
    """The header that expect.csv must have for this KPI."""
    with open_for_reading(made.database) as warehouse:
        given = kpi_columns(warehouse, kpi)
    who = ("student_number",) if "student_id" in given else ("partner",)
    groups = _GROUPS if "group_by" in given else ()
    amounts = (name for name in _AMOUNTS if name in given)
    return (*who, *(("partner", "program") if "cohort_id" in given else ()), *_PERIOD, *groups, *amounts)


def _expected(path: Path, header: Sequence[str]) -> dict[Key, tuple[int, Amounts]]:
    """Line and amounts of each row of expect.csv, which names no row twice."""
    rows: dict[Key, tuple[int, Amounts]] = {}
    for number, cells in enumerate(_lines(path), start=1):
        if number == 1 and cells != list(header):
            raise _unusable(path, f"its header must be {','.join(header)}", line=1)
        if number == 1 or not cells:
            continue
        first = header.index(_AMOUNTS[0])
        key, amounts = tuple(cells[:first]), tuple(cells[first:])
        if len(cells) != len(header) or key in rows:
            why = "it names the same row twice" if key in rows else f"a row has {len(header)} cells"
            raise _unusable(path, why, line=number)
        rows[key] = (number, amounts)
    if not rows:
        raise _unusable(path, "it expects nothing")
    return rows


def _lines(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))
    except (OSError, UnicodeDecodeError):
        raise _unusable(path, "it is not there, or not UTF-8 text") from None


def _found(made: Workspace, kpi: Kpi, header: Sequence[str], given: Sequence[Path]) -> dict[Key, list[Amounts]]:
    """What the KPI's SELECT gives, in the columns of expect.csv and with the student numbers of the exports."""
    numbers = _student_numbers(given)
    students = dict(zip(pseudonyms(made.key(), Kind.STUDENT, numbers), numbers, strict=True))
    periods = {period.period_id: period for period in made.settings.calendar().periods()}
    with open_for_reading(made.database) as warehouse:
        named = "select cohort_id, partner, program from cohorts"
        cohorts = {row[0]: (str(row[1]), str(row[2])) for row in warehouse.rows(named)}
        try:
            records = warehouse.records(kpi.sql, setting_values(kpi, {}))
        except WarehouseFault as error:
            raise broken(kpi.path, 1, error.what.partition(": ")[2]) from None
    rows: dict[Key, list[Amounts]] = defaultdict(list)
    for record in records:
        # A period outside the calendar is told to nobody.
        if (period := periods.get(record["period_id"])) is None:
            continue
        who = students.get(record["student_id"], "?") if "student_id" in record else str(record["partner_id"])
        cohort = cohorts[record["cohort_id"]] if "cohort_id" in record else ()
        group = (str(record["group_by"]), str(record["group_value"])) if "group_by" in record else ()
        key = (who, *cohort, period.quarter.label, period.window.value, *group)
        rows[key].append(tuple(_number(record[name]) for name in _AMOUNTS if name in record))
    return rows


def _student_numbers(given: Sequence[Path]) -> list[str]:
    """Every student number of the exports, each once, as they are read: without blanks around them."""
    numbers: dict[str, None] = {}
    for path in given:
        header, *rows = _lines(path)
        if "student_number" in header:
            column = header.index("student_number")
            numbers |= {row[column].strip(): None for row in rows if len(row) > column}
    return list(numbers)


def _differing(
    path: Path, expected: Mapping[Key, tuple[int, Amounts]], found: Mapping[Key, list[Amounts]]
) -> Iterator[str]:
    """What differs, in the order of expect.csv, then what it lacks."""
    for key, (line, amounts) in expected.items():
        if found.get(key, []) != [amounts]:
            gives = " and ".join(map(_written, found.get(key, []))) or "no such row"
            yield f"{path}, line {line}: {','.join(key)}: expected {_written(amounts)}, the KPI gives {gives}"
    for key in sorted(found.keys() - expected.keys()):
        yield f"{path}: it lacks {','.join(key)}: the KPI gives {' and '.join(map(_written, found[key]))}"


def _number(value: float | None) -> str:
    """As expect.csv writes it: a whole number without a point."""
    return str(int(value)) if value is not None and value == int(value) else str(value)


def _more(count: int) -> list[str]:
    return [f"and {count} more"] if count > 0 else []


def _written(amounts: Amounts) -> str:
    return " / ".join(amounts)


def _periods_of(header: Sequence[str], key: Key) -> tuple[str, ...]:
    return tuple(key[header.index(name)] for name in _PERIOD)


def _is_of_all(header: Sequence[str], key: Key) -> bool:
    """Whether a row tells of all partners together, which an example need not speak of."""
    return not key[header.index("partner")]


def _orphaned(folder: Path) -> KpiFileError:
    return _unusable(folder, f"the workspace has no KPI file {folder.name}.sql")


def _unusable(path: Path, why: str, *, line: int = 0) -> KpiFileError:
    return KpiFileError(
        f"This worked example cannot be used: {why}.",
        where=f"{path}, line {line}" if line else str(path),
        now="Correct it; docs/kpi-files.md says what an example holds.",
    )
