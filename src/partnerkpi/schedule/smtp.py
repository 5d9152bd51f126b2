"""Speaking with a mail server: over TLS, with a password that is never told, one message at a time."""

import binascii
import contextlib
import os
import re
import smtplib
import ssl
import stat
from collections.abc import Iterator

from partnerkpi.config.unattended import DeliverySettings
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, NotDelivered

PASSWORD = "PARTNERKPI_SMTP_PASSWORD"
_READY, _DATA = 250, 354
_FORWARDED = 251
_MOST = 200
_TRY_AGAIN = "Nothing is lost: the boards lie in `boards`, and the next run tries again."


class ServerGone(NotDelivered):
    """There is no connection to the server, or no longer."""


class Unanswered(NotDelivered):
    """The whole message was handed over and the server did not say whether it took it."""


class MailServer:
    """A connection that is ready for messages."""

    def __init__(self, connection: smtplib.SMTP, settings: DeliverySettings) -> None:
        self._connection = connection
        self._settings = settings

    def send(self, recipient: str, content: bytes) -> None:
        """Hand one message over.

        Raises NotDelivered when the server refuses it, ServerGone when it is no longer there (then nothing was
        delivered), Unanswered when it is not known whether the message was taken.
        """
        if not recipient.isascii():
            raise self._refused(f"{recipient} has letters that a mail server need not know")
        handed_over = False
        try:
            self._require(self._connection.mail(self._settings.sender or ""), "the sender", _READY)
            self._require(self._connection.rcpt(recipient), recipient, _READY, _FORWARDED)
            self._require(self._connection.docmd("DATA"), "the message", _DATA)
            self._connection.send(_dotted(content))
            handed_over = True
            self._require(self._connection.getreply(), "the message", _READY)
        except (OSError, smtplib.SMTPException) as error:
            if handed_over:
                raise Unanswered(
                    f"The mail server did not say whether it took the message to {recipient}; it is not sent again.",
                    where=_place(self._settings),
                    now="Ask whether it has arrived; if not: partnerkpi run --again",
                ) from None
            raise _gone(error, self._settings) from None

    def _require(self, reply: tuple[int, bytes], what: str, *codes: int) -> None:
        if reply[0] not in codes:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._connection.rset()
            raise self._refused(f"{what} ({_said(reply)})")

    def _refused(self, what: str) -> NotDelivered:
        return NotDelivered(
            f"The mail server refuses {what}.",
            where=_place(self._settings),
            now=f"If it is an address, correct it in the partner file. {_TRY_AGAIN}",
        )


@contextlib.contextmanager
def connected(workspace: Workspace) -> Iterator[MailServer]:
    """A connection to the server of the settings, secure and logged in.

    Raises ServerGone when there is none to be had, ConfigurationError for a password that is not there or that others
    may read, and for a name or password that cannot be said to a server.
    """
    settings = workspace.settings.delivery
    secret = password(workspace) if settings.user else ""
    _require_sayable(settings, secret)
    try:
        connection = _opened(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise _gone(error, settings) from None
    try:
        try:
            if settings.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if settings.user:
                connection.login(settings.user, secret)
        except (OSError, smtplib.SMTPException, binascii.Error) as error:
            raise _gone(error, settings) from None
        yield MailServer(connection, settings)
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()


def password(workspace: Workspace) -> str:
    """The password from the environment, else from the file the settings name, which only its owner may read."""
    from_environment = os.environ.get(PASSWORD)
    if from_environment:
        return from_environment
    name = workspace.settings.delivery.password_file
    if not name:
        raise ConfigurationError(
            "The mail server wants a password and there is none.",
            where=f"{PASSWORD}, or password_file under [delivery] in partnerkpi.toml",
            now="Write it into a file that only you may read (chmod 600), and name the file there.",
        )
    path = workspace.root / name
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigurationError(
                "Others may read the file of the password.", where=str(path), now=f"chmod 600 {path}"
            )
        return path.read_text("utf-8").strip()
    except (OSError, ValueError):
        raise ConfigurationError(
            "The file of the password cannot be read.",
            where=str(path),
            now="See that it is there, is a text and is yours; password_file under [delivery] names it.",
        ) from None


def _require_sayable(settings: DeliverySettings, secret: str) -> None:
    """Raise ConfigurationError for letters beyond ASCII, which smtplib cannot say when it logs in or sends."""
    where = "[delivery] in partnerkpi.toml"
    if not (settings.sender or "").isascii():
        raise ConfigurationError(
            "The sender of messages has letters that a mail server need not know.",
            where=f"sender under {where}",
            now="Name an address of plain letters (a to z), digits and signs.",
        )
    for what, text, place in (
        ("user", settings.user, f"user under {where}"),
        ("password", secret, f"{PASSWORD}, or password_file under {where}"),
    ):
        if not text.isascii():
            raise ConfigurationError(
                f"The {what} of the mail server has letters that cannot be sent to it.",
                where=place,
                now=f"Have it given a {what} of plain letters (a to z), digits and signs.",
            )


def _opened(settings: DeliverySettings) -> smtplib.SMTP:
    where, seconds = (settings.host, settings.server_port), settings.timeout_seconds
    try:
        if settings.security == "tls":
            return smtplib.SMTP_SSL(*where, timeout=seconds, context=ssl.create_default_context())
        return smtplib.SMTP(*where, timeout=seconds)
    except UnicodeError:
        raise ConfigurationError(
            "The name of the mail server cannot be one.",
            where="host under [delivery] in partnerkpi.toml",
            now="Write it as your mail provider does, as in mail.example.org.",
        ) from None


def _gone(error: OSError | smtplib.SMTPException | binascii.Error, settings: DeliverySettings) -> ServerGone:
    """What happened, without a word of what was said while logging in."""
    return ServerGone(f"{_why(error, settings)}.", where=_place(settings), now=_TRY_AGAIN)


def _why(error: OSError | smtplib.SMTPException | binascii.Error, settings: DeliverySettings) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"The mail server refuses the user or the password ({error.smtp_code})"
        case smtplib.SMTPNotSupportedError():
            lacking = "to log in" if settings.security != "starttls" or "STARTTLS" not in str(error) else "TLS"
            return f"The mail server does not offer {lacking}; nothing was sent"
        case ssl.SSLCertVerificationError():
            return f"The certificate of the mail server is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"No TLS could be agreed on with the mail server ({error.reason or 'broken off'})"
        case TimeoutError():
            return f"The mail server did not answer within {settings.timeout_seconds:g} seconds"
        case smtplib.SMTPServerDisconnected():
            # What smtplib makes of a read that took too long.
            slow = "timed out" in str(error)
            return f"The mail server {'did not answer in time' if slow else 'closed the connection'}"
        case smtplib.SMTPResponseException():
            return f"The mail server refuses to speak with us ({error.smtp_code})"
        case smtplib.SMTPException() | binascii.Error():
            return f"The mail server was not understood ({type(error).__name__})"
        case _:
            return f"The mail server cannot be reached: {error.strerror or type(error).__name__}"


def _place(settings: DeliverySettings) -> str:
    return f"{settings.host}, port {settings.server_port}"


def _said(reply: tuple[int, bytes]) -> str:
    """A server's own words, as far as they can be printed."""
    text = " ".join(reply[1].decode("utf-8", "replace").split())
    return f"{reply[0]} {''.join(c for c in text if c.isprintable())[:_MOST]}".strip()


def _dotted(content: bytes) -> bytes:
    """A message with CRLF line ends as DATA takes it: a dot that begins a line is doubled, one alone ends it."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"
