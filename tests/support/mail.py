"""A mail server on this machine for tests, one that stalls, and a certificate that only the test trusts."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "boards", "correct horse battery"


@dataclass
class Mailbox:
    """What a server took, who it refuses, and the password it asks for."""

    refused: set[str] = field(default_factory=set)
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse, or note, a recipient."""
        if address in self.refused:
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken += [(address, parsed) for address in envelope.rcpt_tos]
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        """To whom messages went, in order."""
        return [address for address, _ in self.taken]


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any) -> AuthResult:
    wanted = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=auth_data == wanted, handled=False)


@contextlib.contextmanager
def serving(mailbox: Mailbox, *, certificate: Path | None = None, starttls: bool = True) -> Iterator[int]:
    """A server on a free port; with a certificate it asks for TLS (by STARTTLS or from the first byte) and a login."""
    port = free_port()
    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        options = {"authenticator": _authenticate}
        if starttls:
            options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
        else:
            # It does not count TLS from the first byte as such.
            options |= {"ssl_context": context, "auth_require_tls": False}
    server = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@contextlib.contextmanager
def stalling(*answers: str) -> Iterator[int]:
    """A server that says these lines, one for each thing said to it and the first at once, and then nothing more."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                for answer in answers:
                    connection.sendall(f"{answer}\r\n".encode())
                    connection.recv(1 << 20)
                over.wait(30)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        listening.close()
        thread.join()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def certificate_for(folder: Path, name: str = "localhost") -> Path:
    """A certificate of a server that signs for itself, with its key beside it; skips a test without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl, which makes the certificate, is not here")
    path = folder / f"{name}.pem"
    kind = "IP" if name[0].isdigit() else "DNS"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName={kind}:{name}", "-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path
