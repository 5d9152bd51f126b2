"""A timer of systemd for this user: two unit files for each workspace."""

import hashlib
import os
import subprocess
from pathlib import Path

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.files import write_private
from partnerkpi.schedule.timetable import Timetable, command, of_calendar, tool

_WHEN = "OnCalendar="


def name(workspace: Workspace) -> str:
    """What the units of a workspace are called: by its folder, and by its whole path so that no two are alike."""
    word = "".join(c if c.isascii() and c.isalnum() else "-" for c in workspace.root.name).strip("-") or "workspace"
    return f"partnerkpi-{word[:40]}-{hashlib.sha256(str(workspace.root).encode()).hexdigest()[:8]}"


def units(workspace: Workspace, timetable: Timetable) -> dict[Path, str]:
    """The unit files: a run, and the timer that starts it; one that was missed is made up for (Persistent)."""
    if not timetable.on_calendar:
        raise UsageError(
            "A cron expression is for cron.", where="--cron, --with systemd", now="Say --every and --at instead."
        )
    told = str(workspace.root).replace("%", "%%")
    service = f"""\
# Written by `partnerkpi schedule install`; `partnerkpi schedule remove` takes it away.
[Unit]
Description=Boards of {told}

[Service]
Type=oneshot
ExecStart={" ".join(_quoted(word) for word in command(workspace))}
"""
    timer = f"""\
# Written by `partnerkpi schedule install`; `partnerkpi schedule remove` takes it away.
[Unit]
Description=When the boards of {told} are made

[Timer]
{_WHEN}{timetable.on_calendar}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {_folder() / f"{name(workspace)}.service": service, _folder() / f"{name(workspace)}.timer": timer}


def entry(workspace: Workspace, timetable: Timetable) -> str:
    """Both files, one under the other, each with its path."""
    return "\n".join(f"# {path}\n{text}" for path, text in units(workspace, timetable).items())


def installed(workspace: Workspace) -> tuple[str, Timetable] | None:
    """The timer of a workspace and when it runs; None without any."""
    timer = _folder() / f"{name(workspace)}.timer"
    if not timer.is_file():
        return None
    text = timer.read_text("utf-8", "replace")
    told = [line.removeprefix(_WHEN) for line in text.split("\n") if line.startswith(_WHEN)]
    return f"# {timer}\n{text}", of_calendar(told[0] if len(told) == 1 else "")


def install(workspace: Workspace, timetable: Timetable) -> None:
    """Write the unit files and start the timer; where systemd refuses, the files are as they were."""
    files = units(workspace, timetable)
    _require_systemctl()
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    try:
        for path, text in files.items():
            write_private(path, text.encode())
        _systemctl("daemon-reload")
        _systemctl("enable", f"{name(workspace)}.timer")
        _systemctl("restart", f"{name(workspace)}.timer")
    except ConfigurationError:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                write_private(path, content)
        raise


def remove(workspace: Workspace) -> None:
    """Stop the timer of a workspace and take its files away."""
    _require_systemctl()
    _systemctl("disable", "--now", f"{name(workspace)}.timer")
    for suffix in ("timer", "service"):
        (_folder() / f"{name(workspace)}.{suffix}").unlink(missing_ok=True)
    _systemctl("daemon-reload")


def _folder() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "systemd" / "user"


def _quoted(word: str) -> str:
    """A word as ExecStart takes it."""
    masked = word.replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{masked}"' if set(masked) & set(" '\";") else masked


def _require_systemctl() -> str:
    found = tool("systemctl")
    if found is None:
        raise ConfigurationError(
            "This machine has no systemd.",
            where="systemctl, on PATH and in the usual folders",
            now="Use cron instead: partnerkpi schedule install --with cron",
        )
    return found


def _systemctl(*arguments: str) -> None:
    done = subprocess.run(
        [_require_systemctl(), "--user", *arguments], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:300]
        raise ConfigurationError(
            f"systemd refused: {said or f'exit code {done.returncode}'}.",
            where=f"systemctl --user {' '.join(arguments)}",
            now="Log in as this user where systemd runs (not by su), or use cron: partnerkpi schedule install",
        )
