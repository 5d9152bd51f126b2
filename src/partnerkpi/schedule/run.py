"""The unattended run: a straight line that may be walked at any time, as often as one likes."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import NotDelivered, PartnerKpiError
from partnerkpi.exports.find import exports_below
from partnerkpi.ingest import ingest
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.models.run import BoardState, Delivery, DeliveryState
from partnerkpi.refresh import open_fresh
from partnerkpi.report.late import late_text
from partnerkpi.schedule.deliver import book_steps, cut_short, deliver, parcels
from partnerkpi.schedule.due import Known, Task, TaskState, begins, gather, look, mended
from partnerkpi.schedule.lock import holding
from partnerkpi.schedule.make import book_unmade, make_boards
from partnerkpi.version import __version__
from partnerkpi.warehouse import Warehouse, open_for_reading, open_for_writing
from partnerkpi.warehouse.runs import begin_run, end_run, read_runs

_LATE, _FILE_REFUSED = 4, 3
# A run that goes wrong in several ways ends with the code that wants a person most: a bug of ours last.
_WORSE = (0, 75, 2, 3, 4, 5, 9, 6, 7, 8, 1)


@dataclass(frozen=True)
class RunOptions:
    """`plan` says what would happen and does nothing; `again` makes and sends once more what has changed since."""

    plan: bool = False
    again: bool = False


@dataclass(frozen=True)
class Hearing:
    """Who hears of what while a run is under way."""

    load: Callable[[Load], None] = lambda load: None
    finding: Callable[[Finding], None] = lambda finding: None
    failed: Callable[[PartnerKpiError], None] = lambda error: None
    note: Callable[[str], None] = lambda line: None


@dataclass(frozen=True)
class Outcome:
    """What came of a partner's quarter: `state` is "made", "waiting", "refused", "skipped", "delivered" or "due"."""

    partner: str
    period: str
    state: str
    reason: str = ""
    paths: tuple[str, ...] = ()
    late: str = ""
    exit_code: int = 0
    deliveries: tuple[Delivery, ...] = ()

    @property
    def text(self) -> str:
        """The outcome on one line."""
        sent = sum(each.state is DeliveryState.SENT for each in self.deliveries)
        unsent = len(self.deliveries) - sent
        head = f"{self.state}{': ' if self.reason or self.paths else ''}"
        parts = [head + ", ".join([*([self.reason] if self.reason else []), *self.paths])]
        parts += [f"without {self.late}"] if self.late else []
        parts += [f"sent to {sent}"] if sent else []
        parts += [f"not sent to {unsent}"] if unsent else []
        return "; ".join(parts)


@dataclass(frozen=True)
class RunReport:
    """A run: what was taken in, what came of each partner's quarter that there was anything to do about."""

    since: dt.date
    outcomes: tuple[Outcome, ...]
    loads: tuple[Load, ...] = ()
    run: int | None = None

    @property
    def exit_code(self) -> int:
        """The worst that happened."""
        files = [_FILE_REFUSED] if _refused(self.loads) else []
        return worst([*files, *(outcome.exit_code for outcome in self.outcomes)])

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        known = all(load.status is LoadStatus.UNCHANGED for load in self.loads)
        return known and all(outcome.state == "skipped" for outcome in self.outcomes)


@dataclass
class _Line:
    """One run on its way."""

    known: Known
    number: int
    now: dt.datetime
    options: RunOptions
    hearing: Hearing
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)


def run(
    workspace: Workspace, *, now: dt.datetime, options: RunOptions | None = None, hearing: Hearing | None = None
) -> RunReport:
    """Take the inbox in, check it, make every board that is due, book it, and deliver what is owed.

    What one partner's board meets stops no other. Raises WorkspaceBusy when another run holds the workspace,
    InputMissing before the first export, ConfigurationError and KpiFileError for what concerns everybody.
    """
    options, hearing = options or RunOptions(), hearing or Hearing()
    if options.plan:
        return _planned(workspace, now, options)
    with holding(workspace):
        loads = _take_in(workspace, now, hearing)
        known = gather(workspace, now.date())
        since = begins(workspace, known.ledger, now.date())
        with _writing(workspace) as warehouse:
            number = begin_run(warehouse, now=now, since=since, tool=__version__)
        line = _Line(known, number, now, options, hearing)
        tasks = look(known, today=now.date(), since=since, refused=_refused(loads), again=options.again)
        for task in tasks:
            _do(line, task)
        _hand_over(line)
        for board in mended(line.known):
            hearing.note(f"{board.period} {board.partner} was made without a source that has come since: run --again")
        report = RunReport(since, tuple(line.outcomes.values()), tuple(loads), number)
        with _writing(workspace) as warehouse:
            end_run(warehouse, number, report.exit_code)
    return report


def worst(codes: Iterable[int]) -> int:
    """The exit code of a run of which parts ended with these."""
    return max(codes, key=_WORSE.index, default=0)


def _planned(workspace: Workspace, now: dt.datetime, options: RunOptions) -> RunReport:
    """What a run would do with the data as it is; the inbox is left alone."""
    known = gather(workspace, now.date())
    since = begins(workspace, known.ledger, now.date())
    tasks = look(known, today=now.date(), since=since, again=options.again)
    outcomes = {
        (task.partner.id, task.quarter.label): _told(task) for task in tasks if task.state is not TaskState.MADE
    }
    for parcel in parcels(known, again=options.again):
        key = (parcel.board.partner, parcel.board.period)
        step = parcel.step(0, workspace.settings.delivery.method, DeliveryState.OWED)
        before = outcomes.get(key, Outcome(*key, "delivery"))
        outcomes[key] = replace(before, deliveries=(*before.deliveries, step))
    return RunReport(since, tuple(outcomes.values()))


def _take_in(workspace: Workspace, now: dt.datetime, hearing: Hearing) -> list[Load]:
    """What an ordinary ingest does; an empty inbox is none of its errors here."""
    if workspace.inbox.is_dir() and exports_below(workspace.inbox):
        return ingest(workspace, [], now=now, done=hearing.load, found=hearing.finding, waiting=hearing.note)
    with open_fresh(workspace) as warehouse:
        for finding in run_checks(warehouse, read_checks(workspace), today=now.date()):
            hearing.finding(finding)
    return []


def _refused(loads: Sequence[Load]) -> list[str]:
    return [f"{load.file}, which was refused" for load in loads if load.status is LoadStatus.REFUSED]


def _told(task: Task) -> Outcome:
    late = late_text(task.late) if task.state is TaskState.DUE else ""
    code = _LATE if task.state is TaskState.REFUSED else 0
    return Outcome(task.partner.id, task.quarter.label, task.state.value, task.reason, late=late, exit_code=code)


def _do(line: _Line, task: Task) -> None:
    """Make the boards of a task, or book why not."""
    outcome = _told(task)
    match task.state:
        case TaskState.MADE:
            return
        case TaskState.WAITING:
            book_unmade(line.known.workspace, task, BoardState.WAITING, run=line.number)
        case TaskState.REFUSED:
            book_unmade(line.known.workspace, task, BoardState.REFUSED, run=line.number)
        case TaskState.DUE:
            made = make_boards(
                line.known,
                task,
                run=line.number,
                today=line.now.date(),
                again=line.options.again,
                failed=line.hearing.failed,
                warn=line.hearing.note,
            )
            if all(each.again for each in made):
                return
            refused = [each.booked.reason for each in made if each.exit_code]
            outcome = replace(
                outcome,
                state="refused" if refused else "made",
                reason=" ".join(dict.fromkeys(refused)),
                paths=tuple(each.booked.path for each in made if not each.exit_code and not each.again),
                exit_code=worst(each.exit_code for each in made),
            )
    line.outcomes[outcome.partner, outcome.period] = outcome


def _hand_over(line: _Line) -> None:
    """Deliver what is owed now, and say of what an earlier run had begun that nobody knows how it went."""
    workspace = line.known.workspace
    with open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        line.known = replace(line.known, ledger=read_runs(warehouse))
    doubtful = cut_short(line.known, run=line.number)
    book_steps(workspace, doubtful)
    for step in doubtful:
        line.hearing.failed(_in_doubt(step))
    owed = parcels(line.known, again=line.options.again)
    steps = deliver(line.known, owed, run=line.number, now=line.now, failed=line.hearing.failed)
    for step in [*doubtful, *steps]:
        before = line.outcomes.get((step.partner, step.period)) or Outcome(step.partner, step.period, "delivery")
        code = 0 if step.state is DeliveryState.SENT else NotDelivered.exit_code
        told = replace(before, deliveries=(*before.deliveries, step), exit_code=worst([before.exit_code, code]))
        line.outcomes[step.partner, step.period] = told


def _in_doubt(step: Delivery) -> NotDelivered:
    return NotDelivered(
        f"A run was ended while it sent {step.period} of {step.partner} to {step.recipient}; it is not sent again.",
        where="the run ledger",
        now="Ask whether it has arrived; if not: partnerkpi run --again",
    )


def _writing(workspace: Workspace) -> contextlib.AbstractContextManager[Warehouse]:
    return open_for_writing(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds)
