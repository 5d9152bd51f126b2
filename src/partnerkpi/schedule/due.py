"""Which boards are due, which wait for what, and which there will never be."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.measure.catalogue import Catalogue, check_catalogue, read_marts
from partnerkpi.measure.evidence import Evidence, Late, gather_evidence
from partnerkpi.models.board import Audience
from partnerkpi.models.partner import Partner
from partnerkpi.models.run import BoardKey, BookedBoard, DeliveryState, RunLedger
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.records.partners import read_partners
from partnerkpi.refresh import open_fresh
from partnerkpi.report.agreement import permitted
from partnerkpi.report.late import kpis_told, late_sources, late_text
from partnerkpi.report.lifetime import require_board
from partnerkpi.warehouse.runs import read_runs
from partnerkpi.warehouse.sources import first_quarters

EVERYBODY = (Audience.EXECUTIVE,)


class TaskState(StrEnum):
    """What there is to do about the boards of a partner and quarter."""

    DUE = "due"
    MADE = "made"
    WAITING = "waiting"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Task:
    """The boards of a partner and quarter: for whom they are still to be made, without what, and why not yet."""

    partner: Partner
    quarter: Quarter
    state: TaskState
    audiences: tuple[Audience, ...] = ()
    late: tuple[Late, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Known:
    """Everything a run decides by. `begun` is the first quarter (its id) of each partner with anything on record."""

    workspace: Workspace
    partners: tuple[Partner, ...]
    calendar: SchoolCalendar
    evidence: Evidence
    catalogue: Catalogue
    begun: dict[str, int]
    ledger: RunLedger
    today: dt.date

    def late(self, partner: Partner, quarter: Quarter, audiences: Sequence[Audience]) -> tuple[Late, ...]:
        """What the pages of these audiences, made today, lack of a quarter."""
        then, agreed = partner.as_of(quarter.last_day), partner.agreement_on(self.today)
        allowed, _ = permitted(self.catalogue, agreed, read_marts(self.workspace.root))
        kpis = [kpi for audience in audiences for kpi in kpis_told(then, audience, allowed)]
        return late_sources(kpis, self.evidence, quarter)

    def stands(self, board: BookedBoard) -> bool:
        """Whether the file of a board that was made is there, as it was made."""
        path = self.workspace.root / board.path
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == board.sha256


def gather(workspace: Workspace, today: dt.date) -> Known:
    """Look into the marts, the books and the files that people write; raises InputMissing before any export."""
    calendar = workspace.settings.calendar()
    with open_fresh(workspace) as warehouse:
        return Known(
            workspace,
            read_partners(workspace.partners),
            calendar,
            gather_evidence(warehouse, calendar),
            check_catalogue(warehouse, workspace.root),
            first_quarters(warehouse),
            read_runs(warehouse),
            today,
        )


def begins(workspace: Workspace, ledger: RunLedger, today: dt.date) -> dt.date:
    """From which day on a quarter that ends has boards: as the settings say, else as the first run decided."""
    decided = workspace.settings.run.since or ledger.since
    if decided is not None:
        return decided
    begun = [year.quarters[0].first_day for year in workspace.settings.calendar().school_years]
    return max((day for day in begun if day <= today), default=today)


def audiences_of(partner: Partner) -> tuple[Audience, ...]:
    """For whom a partner has boards: always the executives, and whoever has recipients."""
    named = {each.audience for each in partner.recipients}
    return tuple(audience for audience in Audience if audience in EVERYBODY or audience.value in named)


def look(
    known: Known, *, today: dt.date, since: dt.date, refused: Sequence[str] = (), again: bool = False
) -> list[Task]:
    """A task for every partner and quarter whose board is due, oldest quarter first.

    `refused` are exports of the inbox that could not be taken in: nobody knows what figures they would change, so
    boards wait for them as for a late source. With `again` boards that were made are to be made once more.
    """
    settings = known.workspace.settings.run
    ended = [q for q in known.calendar.quarters if since <= q.last_day < today]
    due = [q for q in ended if q.last_day + dt.timedelta(days=settings.days_after) <= today]
    tasks = [_task(known, partner, q, today, refused, again=again) for q in due for partner in known.partners]
    # What there will never be a board of is told of the latest quarter, not for ever.
    return [task for task in tasks if task.state is not TaskState.SKIPPED or task.quarter == due[-1]]


def _task(
    known: Known, partner: Partner, quarter: Quarter, today: dt.date, refused: Sequence[str], *, again: bool
) -> Task:
    missing = audiences_of(partner) if again else tuple(_missing(known, partner, quarter))
    if not missing:
        return Task(partner, quarter, TaskState.MADE)
    gone = _gone(known, partner, quarter)
    if gone:
        return Task(partner, quarter, TaskState.SKIPPED, missing, reason=gone)
    settings = known.workspace.settings.run
    late, reason = known.late(partner, quarter, missing), ""
    has_data = known.evidence.has_data(quarter)
    if late or not has_data:
        reason = late_text(late) if has_data else "any data of the quarter"
    deadline = quarter.last_day + dt.timedelta(days=settings.wait_days)
    if today < deadline and (reason or refused):
        waits_for = ", ".join([*([reason] if reason else []), *refused])
        return Task(partner, quarter, TaskState.WAITING, missing, late, f"until {deadline} for {waits_for}")
    if not has_data or (late and settings.late_sources == "refuse"):
        return Task(partner, quarter, TaskState.REFUSED, missing, late, f"without {reason}")
    return Task(partner, quarter, TaskState.DUE, missing, late)


def _missing(known: Known, partner: Partner, quarter: Quarter) -> Iterator[Audience]:
    """The audiences without a board; one that is still owed to somebody must be there as it was made, too."""
    for audience in audiences_of(partner):
        key: BoardKey = (partner.id, quarter.label, audience.value)
        made = known.ledger.made.get(key)
        if made is None or (_owed_to_somebody(known.ledger, key) and not known.stands(made)):
            yield audience


def _owed_to_somebody(ledger: RunLedger, key: BoardKey) -> bool:
    last = {each.reader: each.state for each in ledger.deliveries if each.key == key}
    return DeliveryState.OWED in last.values()


def _gone(known: Known, partner: Partner, quarter: Quarter) -> str:
    """Why a partner has no board of a quarter at all; "" when it has one."""
    try:
        require_board(partner, quarter, day=quarter.last_day, calendar=known.calendar, partners=known.partners)
    except UsageError:
        state = partner.state_on(quarter.last_day)
        return "not begun yet" if state == "active" else state
    first = known.begun.get(partner.id)
    return "" if first is not None and first <= quarter.quarter_id else "nothing is on record yet"


def mended(known: Known) -> list[BookedBoard]:
    """The boards that were made without a source that has come since."""
    quarters = {quarter.label: quarter for quarter in known.calendar.quarters}
    partners = {partner.id: partner for partner in known.partners}
    found = []
    for board in known.ledger.made.values():
        if board.late and board.partner in partners and board.period in quarters:
            late = known.late(partners[board.partner], quarters[board.period], [Audience(board.audience)])
            if {each.table for each in late} < set(board.late):
                found.append(board)
    return found
