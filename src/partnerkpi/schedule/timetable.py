"""When runs are wanted, as cron and systemd say it, and the command they start."""

import datetime as dt
import re
import shutil
import sys
from dataclasses import dataclass

from cronsim import CronSim, CronSimError

from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, UsageError

EVERY = ("hour", "day", "week")
_PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What cron understands; cronsim knows more (seconds, the last day of a month).
_EXPRESSION = re.compile(r"[0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4}")
_ON_CALENDAR = re.compile(r"(?P<day>Mon )?\*-\*-\* (?P<hour>\*|\d\d?):(?P<minute>\d\d?)(:00)?")
_BEYOND_CRON = re.compile(r"\bL|\d+L|LW", re.IGNORECASE)


@dataclass(frozen=True)
class Timetable:
    """A cron expression, and the same as systemd's OnCalendar ("" where nobody has said it that way).

    What was edited by hand may be no expression that we understand.
    """

    expression: str
    on_calendar: str = ""

    def next(self, now: dt.datetime) -> dt.datetime:
        """The next time after now, by the clock on the wall."""
        return next(CronSim(self.expression, now))

    def foreseen(self, now: dt.datetime) -> dt.datetime | None:
        """The next time after now; None where the expression is not understood."""
        try:
            return Timetable(_checked(self.expression)).next(now)
        except UsageError:
            return None


def timetable(every: str, at: str, expression: str = "") -> Timetable:
    """Once an hour, a day or a week (Mondays) at a time such as "06:30", or by a cron expression.

    Raises UsageError for what is none of these.
    """
    if expression:
        return Timetable(_checked(expression))
    if every not in EVERY:
        raise UsageError(
            f"Runs every {every} are not offered{nearest(every, list(EVERY))}.",
            where="--every",
            now='Say one of hour, day and week, or give a cron expression: --cron "0 7 * * 1-5"',
        )
    try:
        time = dt.datetime.strptime(at, "%H:%M").time()
    except ValueError:
        raise UsageError(f"{at} is not a time of day.", where="--at", now="Write it like 06:30.") from None
    minute, hour = time.minute, time.hour
    match every:
        case "hour":
            return Timetable(f"{minute} * * * *", f"*-*-* *:{minute:02}:00")
        case "day":
            return Timetable(f"{minute} {hour} * * *", f"*-*-* {hour:02}:{minute:02}:00")
        case _:
            return Timetable(f"{minute} {hour} * * 1", f"Mon *-*-* {hour:02}:{minute:02}:00")


def of_calendar(on_calendar: str) -> Timetable:
    """The timetable of an OnCalendar of systemd, as far as `timetable` makes such; else one not understood."""
    found = _ON_CALENDAR.fullmatch(" ".join(on_calendar.split()))
    if found is None or (found["day"] and found["hour"] == "*"):
        return Timetable("", on_calendar)
    hour = found["hour"] if found["hour"] == "*" else int(found["hour"])
    return Timetable(f"{int(found['minute'])} {hour} * * {1 if found['day'] else '*'}", on_calendar)


def command(workspace: Workspace) -> list[str]:
    """What is started, without a shell's help: it needs neither PATH nor a folder to stand in.

    Raises ConfigurationError where a name cannot be written into a schedule.
    """
    words = [sys.executable, "-P", "-m", "partnerkpi", "run", "--workspace", str(workspace.root), "--log"]
    for word in words:
        if not word or not word.isprintable() or "\\" in word:
            raise ConfigurationError(
                "This name cannot be written into a schedule: it has a backslash or a sign that does not print.",
                where=word or "the Python interpreter",
                now="Rename the folder, and install the schedule again.",
            )
    return words


def tool(name: str) -> str | None:
    """Where a program of the system is, whatever PATH says; None where there is none."""
    return shutil.which(name) or shutil.which(name, path=_PLACES)


def _checked(expression: str) -> str:
    """The expression with single blanks."""
    tidy = " ".join(expression.split())
    why = "it wants five fields: minute, hour, day of the month, month, day of the week"
    if _EXPRESSION.fullmatch(tidy) and not _BEYOND_CRON.search(tidy):
        try:
            next(CronSim(tidy, dt.datetime(2026, 1, 1)))
            return tidy
        except CronSimError as error:
            why = str(error).lower()
        except StopIteration:
            why = "no day is ever like that"
    raise UsageError(f"{expression} is no cron expression: {why}.", where="--cron", now='As in "30 6 * * 1-5".')
