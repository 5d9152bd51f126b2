"""Where a workspace stands: what is fresh, late, due, made, sent, and what comes next."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.evidence import Evidence
from partnerkpi.models.run import BookedRun, DeliveryState
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.report.late import late_text
from partnerkpi.schedule.due import Known, Task, TaskState, audiences_of, begins, gather, look
from partnerkpi.schedule.entries import next_run


@dataclass(frozen=True)
class SourceStatus:
    """How far a source table reaches: its last day or its last quarter; `late` is what it lacks of the quarter."""

    table: str
    through: str
    late: str


@dataclass(frozen=True)
class BoardStatus:
    """The boards of a partner and quarter."""

    partner: str
    period: str
    state: str
    detail: str
    sent: int
    owed: int
    in_doubt: int


@dataclass(frozen=True)
class Status:
    """Everything that `partnerkpi status` tells. `quarter` is the latest that has ended, `next` what comes when."""

    quarter: str
    sources: tuple[SourceStatus, ...]
    boards: tuple[BoardStatus, ...]
    next: dict[str, str]
    last_run: BookedRun | None


def status(workspace: Workspace, *, now: dt.datetime) -> Status:
    """How things stand; raises InputMissing before the first export."""
    today = now.date()
    known = gather(workspace, today)
    ended = [quarter for quarter in known.calendar.quarters if quarter.last_day < today]
    tasks = look(known, today=today, since=begins(workspace, known.ledger, today))
    return Status(
        ended[-1].label if ended else "",
        tuple(_sources(known.evidence, ended[-1] if ended else None)),
        tuple(_board(known, task) for task in tasks),
        _next(known, now),
        known.ledger.runs[-1] if known.ledger.runs else None,
    )


def _sources(evidence: Evidence, quarter: Quarter | None) -> list[SourceStatus]:
    found = []
    for table, quarters in evidence.quarters.items():
        late = evidence.late(table, quarter) if quarter else None
        if quarters or late:
            through = evidence.through.get(table)
            reached = str(through) if through else _label(evidence.calendar, max(quarters, default=0))
            lacking = "" if late is None or quarter is None else _lacking(late.after, quarter)
            found.append(SourceStatus(table, reached, lacking))
    return found


def _lacking(after: dt.date | None, quarter: Quarter) -> str:
    return quarter.label if after is None else f"{quarter.label} after {after}"


def _label(calendar: SchoolCalendar, quarter_id: int) -> str:
    return next((quarter.label for quarter in calendar.quarters if quarter.quarter_id == quarter_id), "")


def _board(known: Known, task: Task) -> BoardStatus:
    keys = [(task.partner.id, task.quarter.label, audience.value) for audience in audiences_of(task.partner)]
    last = {(each.key, each.reader): each.state for each in known.ledger.deliveries if each.key in keys}
    states = list(last.values())
    doubtful = (DeliveryState.IN_DOUBT, DeliveryState.SENDING)
    return BoardStatus(
        task.partner.id,
        task.quarter.label,
        task.state.value,
        _detail(known, task, keys),
        states.count(DeliveryState.SENT),
        states.count(DeliveryState.OWED),
        sum(state in doubtful for state in states),
    )


def _detail(known: Known, task: Task, keys: list[tuple[str, str, str]]) -> str:
    if task.state is TaskState.MADE:
        made = known.ledger.made[keys[0]]
        day = next((str(run.started_at.date()) for run in known.ledger.runs if run.run_id == made.run_id), "")
        return f"{day}, without {', '.join(made.late).replace('_', ' ')}" if made.late else day
    if task.state is TaskState.DUE:
        last = known.ledger.last_word(keys[0])
        late = f"without {late_text(task.late)}" if task.late else ""
        return last.reason if last is not None and last.reason else late
    return task.reason


def _next(known: Known, now: dt.datetime) -> dict[str, str]:
    """The next quarter's end and the day its boards are due, the next run, the next check-in of each partner."""
    days = dt.timedelta(days=known.workspace.settings.run.days_after)
    found: dict[str, str] = {}
    ahead = [quarter for quarter in known.calendar.quarters if quarter.last_day + days > now.date()]
    if ahead:
        found["quarter"] = f"{ahead[0].label} ends {ahead[0].last_day}, boards are due {ahead[0].last_day + days}"
    found["run"] = next_run(known.workspace, now)
    for partner in known.partners:
        if partner.planned and partner.planned >= now.date():
            found[f"check-in of {partner.id}"] = str(partner.planned)
    return found
