"""What unattended runs leave in their ledger: runs, boards made or refused, and deliveries."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

BoardKey = tuple[str, str, str]


class BoardState(StrEnum):
    """What a run did about a board."""

    MADE = "made"
    WAITING = "waiting"
    REFUSED = "refused"


class DeliveryState(StrEnum):
    """How far a delivery has come. `SENDING` that is the last word on one means that its run was cut short."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True)
class BookedRun:
    """One run; without an exit code it was cut short, or is under way."""

    run_id: int
    started_at: dt.datetime
    since: dt.date
    tool: str
    exit_code: int | None = None


@dataclass(frozen=True)
class BookedBoard:
    """What became of a board in a run. Of a made one: `path` from the workspace, the SHA-256 of the file, and what a
    message says, its title and the script to read aloud; `late` are the source tables it was made without."""

    run_id: int
    partner: str
    period: str
    audience: str
    state: BoardState
    reason: str = ""
    late: tuple[str, ...] = ()
    path: str = ""
    sha256: str = ""
    title: str = ""
    script: str = ""

    @property
    def key(self) -> BoardKey:
        """Which board it is, whatever it says."""
        return self.partner, self.period, self.audience

    @property
    def line(self) -> tuple[str, str]:
        """The boards it is one of, quarter by quarter: those of a partner for an audience."""
        return self.partner, self.audience


@dataclass(frozen=True)
class Delivery:
    """One step in the delivery of a board to one recipient: an address, or the folder of copies."""

    run_id: int
    partner: str
    period: str
    audience: str
    recipient: str
    method: str
    sha256: str
    state: DeliveryState
    reason: str = ""

    @property
    def key(self) -> BoardKey:
        """The board it is of."""
        return self.partner, self.period, self.audience

    @property
    def reader(self) -> str:
        """Who the recipient is, however it is written."""
        return reader(self.recipient)


@dataclass(frozen=True)
class RunLedger:
    """Everything runs have booked, oldest first."""

    runs: tuple[BookedRun, ...] = ()
    boards: tuple[BookedBoard, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def since(self) -> dt.date | None:
        """From when on boards are made, as the first run decided."""
        return self.runs[0].since if self.runs else None

    @property
    def made(self) -> dict[BoardKey, BookedBoard]:
        """The boards that were made, each as it was made last."""
        return {board.key: board for board in self.boards if board.state is BoardState.MADE}

    def last_word(self, key: BoardKey) -> BookedBoard | None:
        """What the latest run that came across a board did about it."""
        return next((board for board in reversed(self.boards) if board.key == key), None)

    def steps(self, key: BoardKey, recipient: str) -> Sequence[Delivery]:
        """The delivery of a board to a recipient, step by step, in whatever version."""
        return [each for each in self.deliveries if each.key == key and each.reader == reader(recipient)]

    def version_of(self, key: BoardKey, recipient: str) -> Delivery | None:
        """The last step with which a version of a board reached a recipient, or may have; None: none has."""
        reached = (DeliveryState.SENT, DeliveryState.IN_DOUBT)
        return next((each for each in reversed(self.steps(key, recipient)) if each.state in reached), None)

    def has(self, key: BoardKey, recipient: str, sha256: str) -> bool:
        """Whether this version of a board is the one that a recipient has."""
        last = self.version_of(key, recipient)
        return last is not None and last.state is DeliveryState.SENT and last.sha256 == sha256

    def is_latest(self, board: BookedBoard) -> bool:
        """Whether no board of a later quarter was made of the same partner for the same audience."""
        return all(board.period >= each.period for each in self.made.values() if each.line == board.line)


def reader(recipient: str) -> str:
    """A recipient as it is compared: upper and lower case do not count in an address, in a folder they do."""
    return recipient.casefold() if "@" in recipient else recipient
