"""Delivery: which board is owed to whom, and each step of handing it over in the ledger."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from partnerkpi.config.unattended import DeliverySettings
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, NotDelivered, PartnerKpiError, PrivacyRefused
from partnerkpi.files import write_private
from partnerkpi.models.partner import Partner
from partnerkpi.models.run import BookedBoard, Delivery, DeliveryState, RunLedger
from partnerkpi.report.agreement import require_agreement
from partnerkpi.schedule.due import Known
from partnerkpi.schedule.message import message, stable_name
from partnerkpi.schedule.smtp import MailServer, ServerGone, Unanswered, connected
from partnerkpi.warehouse import open_for_writing
from partnerkpi.warehouse.runs import book_deliveries

_DRAFTS = "drafts"


@dataclass(frozen=True)
class Parcel:
    """A board, and one recipient it is owed to, who was sent so many versions of it before."""

    board: BookedBoard
    recipient: str
    before: int = 0

    def step(self, run: int, method: str, state: DeliveryState, reason: str = "") -> Delivery:
        """A step in its delivery."""
        board = self.board
        return Delivery(run, *board.key, self.recipient, method, board.sha256, state, reason)


def recipients_of(settings: DeliverySettings, partner: Partner, audience: str) -> tuple[str, ...]:
    """Who gets the board of an audience: the addresses of the partner file, or the folder of copies."""
    if settings.method == "folder":
        return (settings.folder,) if settings.folder else ()
    return next((each.addresses for each in partner.recipients if each.audience == audience), ())


def first_steps(known: Known, partner: Partner, board: BookedBoard, *, again: bool) -> list[Delivery]:
    """That a board which has just been made is owed: to all when it is made for the first time.

    When it was made before, to whoever has had an earlier version, with `again`, and of the latest quarter to whoever
    has no part in its delivery yet. Who has this very version already is owed none.
    """
    ledger, method = known.ledger, known.workspace.settings.delivery.method
    found = []
    for recipient in recipients_of(known.workspace.settings.delivery, partner, board.audience):
        steps, parcel = ledger.steps(board.key, recipient), Parcel(board, recipient)
        if not steps:
            if board.key not in ledger.made or ledger.is_latest(board):
                found.append(parcel.step(board.run_id, method, DeliveryState.OWED))
        elif again and not ledger.has(board.key, recipient, board.sha256):
            found.append(parcel.step(board.run_id, method, DeliveryState.OWED))
        elif again and steps[-1].state is DeliveryState.OWED:
            found.append(parcel.step(board.run_id, method, DeliveryState.SENT, "has this version already"))
    return found


def parcels(known: Known, *, again: bool = False) -> list[Parcel]:
    """What is owed, in order of quarter and partner.

    Whoever was a recipient when a board was made gets it once, in whatever version; who has become one since gets the
    latest quarter's. A restated board goes out again only with `again`, and so does one whose delivery is in doubt.
    """
    settings = known.workspace.settings.delivery
    partners = {partner.id: partner for partner in known.partners}
    boards = [board for board in known.ledger.made.values() if board.partner in partners]
    return [
        Parcel(board, recipient, _sent_before(known.ledger, board, recipient))
        for board in sorted(boards, key=lambda each: (each.period, each.partner, each.audience))
        for recipient in recipients_of(settings, partners[board.partner], board.audience)
        if _is_owed(known.ledger, board, recipient, again=again)
    ]


def _is_owed(ledger: RunLedger, board: BookedBoard, recipient: str, *, again: bool) -> bool:
    steps = ledger.steps(board.key, recipient)
    if not steps:
        return ledger.is_latest(board)
    return (again and not ledger.has(board.key, recipient, board.sha256)) or steps[-1].state is DeliveryState.OWED


def _sent_before(ledger: RunLedger, board: BookedBoard, recipient: str) -> int:
    return sum(each.state is DeliveryState.SENT for each in ledger.steps(board.key, recipient))


def cut_short(known: Known, *, run: int) -> list[Delivery]:
    """The deliveries that an earlier run had begun when it was ended: whether they arrived, nobody knows."""
    last = {(each.key, each.reader): each for each in known.ledger.deliveries}
    return [
        Delivery(run, *each.key, each.recipient, each.method, each.sha256, DeliveryState.IN_DOUBT, "cut short")
        for each in last.values()
        if each.state is DeliveryState.SENDING
    ]


def deliver(
    known: Known, owed: Sequence[Parcel], *, run: int, now: dt.datetime, failed: Callable[[PartnerKpiError], None]
) -> list[Delivery]:
    """Hand over what is owed; gives the last step of each. What did not go out stays owed, and is told to `failed`."""
    settings = known.workspace.settings.delivery
    books = Books(known.workspace, run, settings.method)
    kept = {parcel: error for parcel in owed if (error := _kept(known, parcel, now.date()))}
    steps = [books.keep(parcel, error, failed) for parcel, error in kept.items()]
    sound = [parcel for parcel in owed if parcel not in kept]
    if not sound:
        return steps
    match settings.method:
        case "folder":
            copied = (_copy(known.workspace, books, parcel, failed) for parcel in sound)
            return [*steps, *copied]
        case "eml":
            return [*steps, *_draft(known.workspace, books, sound, now, failed)]
        case _:
            return [*steps, *_send(known.workspace, books, sound, now, failed)]


def _kept(known: Known, parcel: Parcel, day: dt.date) -> PartnerKpiError | None:
    """Why a board may not go out: its file is another one now, or the agreement with the partner is not in force."""
    partner = next(each for each in known.partners if each.id == parcel.board.partner)
    try:
        require_agreement(partner, day)
    except PrivacyRefused as error:
        return error
    return None if known.stands(parcel.board) else _changed(parcel.board)


@dataclass(frozen=True)
class Books:
    """Where the steps of this run's deliveries are booked."""

    workspace: Workspace
    run: int
    method: str

    def book(self, parcel: Parcel, state: DeliveryState, reason: str = "") -> Delivery:
        """Book one step at once: a run may be ended at any moment."""
        return self.book_all([parcel], state, reason)[0]

    def book_all(self, alike: Sequence[Parcel], state: DeliveryState, reason: str = "") -> list[Delivery]:
        """Book what happened to several parcels in one act: for all of them or for none."""
        steps = [parcel.step(self.run, self.method, state, reason) for parcel in alike]
        book_steps(self.workspace, steps)
        return steps

    def keep(self, parcel: Parcel, error: PartnerKpiError, failed: Callable[[PartnerKpiError], None]) -> Delivery:
        """Tell what went wrong; the board stays owed."""
        failed(error)
        return self.book(parcel, DeliveryState.OWED, error.what)


def book_steps(workspace: Workspace, steps: Sequence[Delivery]) -> None:
    """Book steps of deliveries; raises WorkspaceBusy when another command holds the database for too long."""
    if steps:
        with open_for_writing(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
            book_deliveries(warehouse, steps)


def _copy(workspace: Workspace, books: Books, parcel: Parcel, failed: Callable[[PartnerKpiError], None]) -> Delivery:
    source = workspace.root / parcel.board.path
    try:
        write_private(workspace.root / parcel.recipient / source.parent.name / source.name, source.read_bytes())
    except PartnerKpiError as error:
        return books.keep(parcel, error, failed)
    return books.book(parcel, DeliveryState.SENT)


def _draft(
    workspace: Workspace,
    books: Books,
    owed: Sequence[Parcel],
    now: dt.datetime,
    failed: Callable[[PartnerKpiError], None],
) -> Iterator[Delivery]:
    """One draft for a board, its recipients hidden from each other; whoever opens it in a mail program sends it."""
    settings = workspace.settings.delivery
    for _, group in groupby(owed, key=lambda parcel: parcel.board.key):
        alike = list(group)
        board, recipients = alike[0].board, [parcel.recipient for parcel in alike]
        source, before = workspace.root / board.path, max(parcel.before for parcel in alike)
        content = message(settings, board, source, now=now, hidden=recipients, before=before)
        # Of what does not change with the hour: a run that was killed writes the same draft once more.
        name = f"{source.stem}-{stable_name(board, recipients, before)[:8]}.eml"
        target = workspace.root / (settings.folder or _DRAFTS) / source.parent.name / name
        try:
            write_private(target, content)
        except PartnerKpiError as error:
            yield from (books.keep(parcel, error, failed) for parcel in alike)
        else:
            yield from books.book_all(alike, DeliveryState.SENT)


def _send(
    workspace: Workspace,
    books: Books,
    owed: Sequence[Parcel],
    now: dt.datetime,
    failed: Callable[[PartnerKpiError], None],
) -> list[Delivery]:
    """A message for each recipient, all over one connection; when it is gone the rest stay owed."""
    steps: list[Delivery] = []
    try:
        with connected(workspace) as server:
            for parcel in owed:
                steps.append(_send_one(workspace, books, server, parcel, now, failed))
    except (ServerGone, ConfigurationError) as error:
        failed(error)
        steps += [books.book(parcel, DeliveryState.OWED, error.what) for parcel in owed[len(steps) :]]
    return steps


def _send_one(
    workspace: Workspace,
    books: Books,
    server: MailServer,
    parcel: Parcel,
    now: dt.datetime,
    failed: Callable[[PartnerKpiError], None],
) -> Delivery:
    settings, path = workspace.settings.delivery, workspace.root / parcel.board.path
    content = message(settings, parcel.board, path, now=now, to=parcel.recipient, before=parcel.before)
    # Whoever ends the run from here on leaves word that this one may have gone out.
    books.book(parcel, DeliveryState.SENDING)
    try:
        server.send(parcel.recipient, content)
    except Unanswered as error:
        failed(error)
        return books.book(parcel, DeliveryState.IN_DOUBT, error.what)
    except ServerGone:
        raise
    except NotDelivered as error:
        return books.keep(parcel, error, failed)
    return books.book(parcel, DeliveryState.SENT)


def _changed(board: BookedBoard) -> NotDelivered:
    return NotDelivered(
        f"The board of {board.partner}, {board.period}, is not as it was made: it has not been sent.",
        where=str(Path(board.path)),
        now="Make and send it anew: partnerkpi run --again",
    )
