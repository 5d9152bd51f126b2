"""One run at a time: a lock that ends with its process, however that ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import WorkspaceBusy
from partnerkpi.files import make_private_folder, not_writable


@contextlib.contextmanager
def holding(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for a run; raises WorkspaceBusy, naming the process, when another run holds it."""
    path = workspace.database.with_name("run.lock")
    make_private_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise not_writable(path, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            raise WorkspaceBusy(
                f"Another run holds the workspace: process {holder or 'unknown'}.",
                where=str(path),
                now="Let it finish; the next run does what is left.",
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)
