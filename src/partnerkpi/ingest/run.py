"""A run over exports: what there is to take in, one file after the other, and the marts and checks at the end."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.files import choose_dialects
from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.exports.find import exports_below
from partnerkpi.files import make_private_folder
from partnerkpi.ingest.meter import Meter
from partnerkpi.ingest.workflow import IngestOptions, Intake, looks_new, take_file
from partnerkpi.measure.catalogue import sound_kpis
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, clean_now, run_checks
from partnerkpi.models.load import Load
from partnerkpi.models.move import Move
from partnerkpi.models.progress import Progress
from partnerkpi.models.school_year import school_year_label
from partnerkpi.refresh import refresh
from partnerkpi.warehouse import Warehouse, open_copy, open_for_writing
from partnerkpi.warehouse.checked import keep_checked

if TYPE_CHECKING:
    from partnerkpi.ingest.moves import Measured


def ingest(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    now: dt.datetime,
    options: IngestOptions | None = None,
    done: Callable[[Load], None] = lambda load: None,
    found: Callable[[Finding], None] = lambda finding: None,
    moved: Callable[[Move], None] = lambda move: None,
    waiting: Callable[[str], None] = lambda line: None,
    progress: Callable[[Progress], None] | None = None,
) -> list[Load]:
    """Take every export below the paths in (without paths: the inbox).

    `done` hears of each file at once, `found` of what the data checks find when all are in, and `moved`, in a plan,
    of the KPIs that would move. `waiting` hears whom the run waits for, `progress` how far it is, from two threads.

    A file that is refused becomes a Load with status refused and the reason; the others go on. Raises InputMissing
    when a path does not exist or there is nothing to take in, WorkspaceBusy when another run writes.
    """
    options = _checked(options or IngestOptions())
    dialects, checks = choose_dialects(workspace.root, options.dialect), read_checks(workspace)
    files = _files(workspace, paths)
    meter = Meter(progress or (lambda step: None))
    with contextlib.ExitStack() as stack:
        warehouse = stack.enter_context(_database(workspace, waiting, plan=options.plan))
        if progress is not None:
            stack.enter_context(warehouse.watched(meter.within))
        intake = Intake(workspace, warehouse, dialects, options, now, workspace.key(), meter=meter)
        before = _measured(workspace, warehouse) if options.plan else None
        loads = _take_all(intake, files, done)
        meter.begin("KPIs and data checks" if options.plan else "data checks")
        refresh(workspace, warehouse)
        if before is not None:
            for move in before.moves_to(_measured(workspace, warehouse)):
                moved(move)
        findings = run_checks(warehouse, checks, today=now.date())
        keep_checked(warehouse, sound_kpis(warehouse, workspace.root), clean_now(warehouse, checks, findings))
    for finding in findings:
        found(finding)
    return loads


def _files(workspace: Workspace, paths: Sequence[Path]) -> list[Path]:
    if not paths:
        make_private_folder(workspace.inbox)
    files = [file for path in paths or [workspace.inbox] for file in exports_below(path)]
    if not files:
        raise InputMissing(
            "There is no export to take in.",
            where=", ".join(str(path) for path in paths) or str(workspace.inbox),
            now="Put .csv, .tsv, .txt, .gz, .zip or .xlsx exports there, or name a file: partnerkpi ingest FILE",
        )
    return files


@contextlib.contextmanager
def _database(workspace: Workspace, waiting: Callable[[str], None], *, plan: bool) -> Iterator[Warehouse]:
    """The database itself; for a plan a copy that is thrown away."""
    opened = open_copy if plan else open_for_writing
    with opened(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds, waiting=waiting) as warehouse:
        if not plan:
            _remove_leftovers(workspace)
        yield warehouse


def _measured(workspace: Workspace, warehouse: Warehouse) -> "Measured":
    """Every KPI, from marts as they should be: what has changed in the workspace's files moves nothing."""
    # What measures takes as long to import as a small file to be taken in.
    from partnerkpi.ingest.moves import measured

    refresh(workspace, warehouse)
    return measured(workspace, warehouse)


def _take_all(intake: Intake, files: Sequence[Path], done: Callable[[Load], None]) -> list[Load]:
    intake.meter.begin("looking for new files")
    # The marts come along in the transaction of the last file: whoever kills the run leaves no others behind.
    last = next((file for file in reversed(files) if looks_new(intake, file)), None)
    loads = []
    for file in files:
        if file == last:
            intake = replace(intake, afterwards=partial(refresh, intake.workspace, intake.warehouse))
        for load in take_file(intake, file):
            loads.append(load)
            done(load)
    return loads


def _checked(options: IngestOptions) -> IngestOptions:
    """The options with the school year in its one spelling."""
    if options.school_year is None:
        return options
    try:
        return replace(options, school_year=school_year_label(options.school_year))
    except ValueError:
        raise UsageError(
            f"{options.school_year} is not a school year.", where="--school-year", now="Write it like 2026-27."
        ) from None


def _remove_leftovers(workspace: Workspace) -> None:
    """Text rows of a run that was killed; the lock on the database says that nobody uses them."""
    for leftover in workspace.database.parent.glob(".rows.*.csv"):
        leftover.unlink(missing_ok=True)
