"""What partnerkpi.toml may say about the unattended run and about how boards reach their readers."""

import datetime as dt
import ipaddress
from typing import Annotated, Literal

from pydantic import Field, model_validator

from partnerkpi.config.toml_file import StrictModel

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"']+@[^@\s<>,;\"']+$", max_length=254)]


class RunSettings(StrictModel):
    """`[run]`: when a board is due, and how long it waits for sources that are late.

    Days count from the last day of the quarter. Boards are made of quarters that ended on `since` or later (nothing:
    on or after the first day of the school year of the first run). `late_sources`: what to do of a quarter that still
    lacks a source when `wait_days` are over.
    """

    days_after: Annotated[int, Field(ge=0, le=365)] = 14
    wait_days: Annotated[int, Field(ge=0, le=365)] = 21
    late_sources: Literal["stamp", "refuse"] = "stamp"
    since: dt.date | None = None


class DeliverySettings(StrictModel):
    """`[delivery]`: where boards go once they lie in `boards`.

    `folder`: for the method "folder" where copies go ("": nowhere else), for "eml" where drafts go ("": `drafts`).
    The password of `user` comes from the environment or from `password_file`, never from here.
    """

    method: Literal["folder", "smtp", "eml"] = "folder"
    folder: str = ""
    host: str = ""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str = ""
    sender: _Address | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 30

    @model_validator(mode="after")
    def _complete(self) -> "DeliverySettings":
        if self.method != "folder" and self.sender is None:
            raise ValueError("sender is missing: the address messages come from")
        if self.method == "smtp" and not self.host:
            raise ValueError("host is missing: the name of the mail server")
        if self.method == "smtp" and self.security == "none" and not _is_loopback(self.host):
            raise ValueError('without TLS messages go to this machine alone; say security = "starttls" or "tls"')
        return self

    @property
    def server_port(self) -> int:
        """The port, by default that of the kind of security."""
        return self.port or _PORTS[self.security]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
