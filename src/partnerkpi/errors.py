"""What can go wrong, as one tree; each kind knows the exit code of the process.

PartnerKpiError
├── UsageError            2   a partner, period or option that does not exist
├── ExportRefused         3   a file that is not understood, or not complete
├── InputMissing          4   data or a file that should be there is not
├── ChecksFailed          4   data that is there and cannot be right, or is late
├── PrivacyRefused        5   a page that would say too much about a person
├── DoesNotFit            6   a page that does not fit on one sheet
├── ConfigurationError    7   a mistake in the workspace's files, or in the machine's set-up
├── KpiFileError          8   a query file that breaks the contract
├── NotDelivered          9   a board that did not reach a reader; the next run tries again
└── WorkspaceBusy        75   another run holds the workspace

Everything else that escapes is our bug (exit code 1).
"""

from typing import ClassVar


class PartnerKpiError(Exception):
    """A problem told in three plain lines: what happened, where, and what to do now."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str, now: str) -> None:
        super().__init__(what, where, now)
        self.what = what
        self.where = where
        self.now = now

    def __str__(self) -> str:
        return f"{self.what}\n{self.where}\n{self.now}"


class UsageError(PartnerKpiError):
    """The command names something that does not exist."""

    exit_code = 2


class ExportRefused(PartnerKpiError):
    """A file was not taken in; the warehouse is as it was before."""

    exit_code = 3


class InputMissing(PartnerKpiError):
    """Something the command reads is not there, or holds nothing for this question."""

    exit_code = 4


class ChecksFailed(PartnerKpiError):
    """A data check of severity error concerns what the command would tell."""

    exit_code = 4


class PrivacyRefused(PartnerKpiError):
    """The page would tell too much about single persons."""

    exit_code = 5


class DoesNotFit(PartnerKpiError):
    """The page cannot be laid out on one sheet."""

    exit_code = 6


class ConfigurationError(PartnerKpiError):
    """A mistake in partnerkpi.toml, a partner file or a dialect, or a machine that lacks something."""

    exit_code = 7


class KpiFileError(PartnerKpiError):
    """A KPI or mart file breaks the contract of its folder."""

    exit_code = 8


class NotDelivered(PartnerKpiError):
    """A board was made and could not be handed over."""

    exit_code = 9


class WorkspaceBusy(PartnerKpiError):
    """Another process holds the database."""

    exit_code = 75
