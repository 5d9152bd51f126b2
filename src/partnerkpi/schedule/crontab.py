"""The crontab of this user: the lines of one workspace between two comments, and nobody else's."""

import os
import re
import shlex
import subprocess

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.schedule.timetable import Timetable, command, tool

_BEGIN, _END = "# partnerkpi begin: ", "# partnerkpi end: "
# What cron takes for a comment, for nothing, or for a variable of the environment.
_NO_JOB = re.compile(r"\s*(#|$|([\"']?)[A-Za-z_]\w*\2\s*=)")
_NOTE = "# Written by `partnerkpi schedule install`; `partnerkpi schedule remove` takes it away."


def entry(workspace: Workspace, timetable: Timetable) -> str:
    """The lines of a workspace, as cron reads them: a percent sign would end a command and is masked."""
    words = " ".join(shlex.quote(word) for word in command(workspace))
    line = f"{timetable.expression} {words}".replace("%", "\\%")
    return "\n".join([f"{_BEGIN}{workspace.root}", _NOTE, line, f"{_END}{workspace.root}"]) + "\n"


def available() -> bool:
    """Whether this machine has cron."""
    return tool("crontab") is not None


def installed(workspace: Workspace) -> tuple[str, Timetable] | None:
    """The lines of a workspace and when they run; None without any."""
    if not available():
        return None
    _, ours, _ = _parted(_read(), workspace)
    if not ours:
        return None
    jobs = [line for line in ours if not _NO_JOB.match(line)]
    expression = " ".join(jobs[0].split()[:5]) if len(jobs) == 1 else ""
    return "\n".join(ours) + "\n", Timetable(expression)


def install(workspace: Workspace, timetable: Timetable) -> None:
    """Put the lines of a workspace in place of those that are there, or at the end."""
    before, _, after = _parted(_read(), workspace)
    _write([*before, *_lines(entry(workspace, timetable)), *after])


def remove(workspace: Workspace) -> None:
    """Take the lines of a workspace away."""
    before, _, after = _parted(_read(), workspace)
    _write([*before, *after])


def _parted(lines: list[str], workspace: Workspace) -> tuple[list[str], list[str], list[str]]:
    """What stands before the lines of a workspace, these themselves, and what stands after them."""
    begin, end = f"{_BEGIN}{workspace.root}", f"{_END}{workspace.root}"
    if begin not in lines and end not in lines:
        return lines, [], []
    if (lines.count(begin), lines.count(end)) != (1, 1) or lines.index(end) < lines.index(begin):
        raise ConfigurationError(
            "The lines of this workspace in the crontab have lost their beginning or their end.",
            where=f"crontab, {begin}",
            now="Take them out by hand (crontab -e), and install the schedule again.",
        )
    first, last = lines.index(begin), lines.index(end)
    return lines[:first], lines[first : last + 1], lines[last + 1 :]


def _read() -> list[str]:
    done = _crontab("-l")
    if done.returncode == 0:
        return _lines(_text(done.stdout))
    if b"no crontab for" in done.stderr:
        return []
    raise _refused(done)


def _lines(text: str) -> list[str]:
    """The lines as cron counts them: str.splitlines ends them at signs that are letters to others."""
    return text.removesuffix("\n").split("\n") if text else []


def _write(lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines)
    done = _crontab("-", content.encode("utf-8", "surrogateescape"))
    if done.returncode != 0:
        raise _refused(done)


def _crontab(argument: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = tool("crontab")
    if program is None:
        raise ConfigurationError(
            "This machine has no cron.",
            where="crontab, on PATH and in the usual folders",
            now="Install it (Debian, Ubuntu: apt-get install cron), or try: partnerkpi schedule install --with systemd",
        )
    # Its messages are compared: they are wanted in English.
    return subprocess.run(
        [program, argument], input=content, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )


def _refused(done: subprocess.CompletedProcess[bytes]) -> ConfigurationError:
    said = " ".join(_text(done.stderr).split())[:300]
    return ConfigurationError(
        f"The crontab was refused: {said or f'exit code {done.returncode}'}.",
        where="crontab",
        now="See that you may have one (/etc/cron.allow, /etc/cron.deny); nothing was changed.",
    )


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
