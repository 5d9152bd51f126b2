"""The message a board goes out with: the script to read aloud, and the page attached."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path

from partnerkpi.config.unattended import DeliverySettings
from partnerkpi.models.run import BookedBoard


def message(
    settings: DeliverySettings,
    board: BookedBoard,
    page: Path,
    *,
    now: dt.datetime,
    to: str = "",
    hidden: Sequence[str] = (),
    before: int = 0,
) -> bytes:
    """The message as it goes over the wire, to one recipient; or a draft to several who do not see each other.

    Its Message-ID is the same for the same board and recipients, so that a mail program knows a second copy. `before`
    counts the versions they were sent already: one that comes back to what it was is no copy of the first.
    """
    sender = settings.sender or ""
    made = EmailMessage(policy=SMTP if all(each.isascii() for each in (sender, to, *hidden)) else SMTPUTF8)
    made["From"] = sender
    if hidden:
        made["To"], made["Bcc"] = sender, ", ".join(hidden)
        made["X-Unsent"] = "1"  # mail programs open it as a draft
    else:
        made["To"] = to
        made["Auto-Submitted"] = "auto-generated"
    made["Subject"] = " ".join(_printable(board.title, " ").split())
    made["Date"] = format_datetime(now.astimezone())
    made["Message-ID"] = f"<{stable_name(board, hidden or [to], before)}@{sender.rpartition('@')[2]}>"
    made.set_content(board.script, cte="quoted-printable")
    name = _printable(f"{page.stem}-{page.parent.name}{page.suffix}", "-")
    made.add_attachment(page.read_bytes(), maintype="application", subtype="pdf", filename=name)
    return made.as_bytes()


def _printable(text: str, instead: str) -> str:
    """A text fit for a header: nothing that ends a line, and no piece of a file name that is no letter."""
    return "".join(c if c.isprintable() else instead for c in text)


def stable_name(board: BookedBoard, recipients: Sequence[str], before: int = 0) -> str:
    """A name for a version of a board and its recipients that is the same on every day: 32 hexadecimal digits."""
    parts = (*board.key, board.sha256, *sorted(recipients), *([str(before)] if before else []))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
