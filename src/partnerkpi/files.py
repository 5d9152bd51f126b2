"""Writing files whole or not at all, for the owner only."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from partnerkpi.errors import ConfigurationError


def make_private_folder(path: Path) -> None:
    """The folder and its missing parents, each 0700; raises ConfigurationError where that is not allowed."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise not_writable(path, error) from None
    if not path.is_dir():
        raise not_writable(path, NotADirectoryError(20, "Not a directory"))


def require_writable(path: Path) -> None:
    """Raise ConfigurationError when a file could not be written there; better before the work than after it."""
    make_private_folder(path.parent)
    _require_a_file(path)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise not_writable(path, PermissionError(13, "Permission denied"))


def _require_a_file(path: Path) -> None:
    """What stands there already may be replaced if it is a file; a rename would replace a device as well."""
    if path.is_dir():
        raise not_writable(path, IsADirectoryError(21, "Is a directory"))
    if path.exists() and not path.is_file():
        raise not_writable(path, OSError(22, "It is no ordinary file"))


def write_private(path: Path, content: bytes) -> None:
    """Write under a temporary name with O_EXCL, fsync, rename: the file is the old one or the new one.

    Raises ConfigurationError when the folder cannot be written.
    """
    make_private_folder(path.parent)
    _require_a_file(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise not_writable(path, error) from None


@contextlib.contextmanager
def append_private(path: Path, *, most_bytes: int) -> Iterator[TextIO]:
    """A file to write at its end, 0600, each line at once; one that has grown too long becomes `<name>.1` first.

    Raises ConfigurationError when the folder cannot be written.
    """
    make_private_folder(path.parent)
    try:
        if path.exists() and path.stat().st_size > most_bytes:
            path.replace(path.with_name(f"{path.name}.1"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise not_writable(path, error) from None
    with os.fdopen(handle, "a", buffering=1, encoding="utf-8", errors="backslashreplace") as stream:
        yield stream


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def not_writable(path: Path, error: OSError) -> ConfigurationError:
    """What to say of a place that the system would not write."""
    return ConfigurationError(
        f"This place cannot be written: {error.strerror}.",
        where=str(path),
        now="Check that the folder exists and is yours, that the disk is not full, or choose another place.",
    )
