"""The schedule of a workspace, wherever it is kept."""

import datetime as dt
from dataclasses import dataclass
from types import ModuleType

from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.schedule import crontab, systemd
from partnerkpi.schedule.timetable import Timetable

KINDS: dict[str, ModuleType] = {"cron": crontab, "systemd": systemd}


@dataclass(frozen=True)
class Entry:
    """What is installed: "cron" or "systemd", its lines, and the next run (None: not understood)."""

    kind: str
    text: str
    next: dt.datetime | None


def planned(workspace: Workspace, kind: str, timetable: Timetable) -> str:
    """What `install` would write."""
    text: str = _keeper(kind).entry(workspace, timetable)
    return text


def install(workspace: Workspace, kind: str, timetable: Timetable) -> None:
    """Install the schedule of a workspace, in place of one of the same kind.

    Raises ConfigurationError on a machine without cron or systemd, or where they refuse; then nothing has changed.
    """
    _keeper(kind).install(workspace, timetable)


def installed(workspace: Workspace, now: dt.datetime) -> list[Entry]:
    """What is installed for a workspace; raises ConfigurationError where the crontab may not be read."""
    found = [(kind, keeper.installed(workspace)) for kind, keeper in KINDS.items()]
    return [Entry(kind, entry[0], entry[1].foreseen(now)) for kind, entry in found if entry is not None]


def remove(workspace: Workspace, kind: str) -> None:
    """Take a schedule away."""
    _keeper(kind).remove(workspace)


def next_run(workspace: Workspace, now: dt.datetime) -> str:
    """When the next run is, in words."""
    try:
        found = installed(workspace, now)
    except ConfigurationError as error:
        return error.what
    if not found:
        return "not scheduled (partnerkpi schedule install)"
    times = [entry.next for entry in found if entry.next is not None]
    return min(times).strftime("%Y-%m-%d %H:%M") if times else "not understood (partnerkpi schedule show)"


def _keeper(kind: str) -> ModuleType:
    if kind not in KINDS:
        raise UsageError(
            f"Schedules are not kept with {kind}{nearest(kind, list(KINDS))}.",
            where=f"known: {', '.join(KINDS)}",
            now="Name one of these with --with.",
        )
    return KINDS[kind]
