"""One command at a time edits the files people write: what it has read is what it changes."""

import contextlib
import fcntl
import functools
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import WorkspaceBusy
from partnerkpi.files import make_private_folder, not_writable

P = ParamSpec("P")
Result = TypeVar("Result")
_PAUSE_SECONDS = 0.05
_held = threading.local()


@contextlib.contextmanager
def editing(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's files for an edit; who holds them already goes on holding them.

    The lock ends with its process, however that ends. Raises WorkspaceBusy, naming the process, when another one edits
    for longer than `lock_wait_seconds`.
    """
    path = workspace.database.with_name("edit.lock")
    held: set[Path] = vars(_held).setdefault("paths", set())
    if path in held:
        yield
        return
    make_private_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise not_writable(path, error) from None
    try:
        _wait(handle, path, workspace.settings.lock_wait_seconds)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        held.add(path)
        yield
        os.ftruncate(handle, 0)
    finally:
        held.discard(path)
        os.close(handle)


def alone(edit: Callable[Concatenate[Workspace, P], Result]) -> Callable[Concatenate[Workspace, P], Result]:
    """A function that edits, from its first look at the files to its last, while no other does; a plan waits not."""

    @functools.wraps(edit)
    def edit_alone(workspace: Workspace, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        if kwargs.get("plan"):
            return edit(workspace, *args, **kwargs)
        with editing(workspace):
            return edit(workspace, *args, **kwargs)

    return edit_alone


def _wait(handle: int, path: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(_PAUSE_SECONDS)
                continue
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise WorkspaceBusy(
                f"Another command edits the files of the workspace: process {holder or 'unknown'}.",
                where=str(path),
                now="Let it finish and try again; lock_wait_seconds in partnerkpi.toml says how long to wait.",
            ) from None
        return
