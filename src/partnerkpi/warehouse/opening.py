"""Opening the database: for the one writer, for readers locked down, or as a copy to try things on."""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb

from partnerkpi.errors import ConfigurationError, InputMissing, PartnerKpiError, WorkspaceBusy
from partnerkpi.files import make_private_folder, sync_folder
from partnerkpi.warehouse.connection import LOCKED_DOWN, OFFLINE, Setting, Warehouse, fault
from partnerkpi.warehouse.direct import settle_all
from partnerkpi.warehouse.facts import create_schema

_RETRY_SECONDS = 0.25
_FOR_WRITING: dict[str, Setting] = {**OFFLINE, "preserve_insertion_order": False}


def _nobody_hears(line: str) -> None:
    """Waiting in silence."""


@contextlib.contextmanager
def open_for_writing(
    path: Path, *, wait_seconds: float = 10, waiting: Callable[[str], None] = _nobody_hears
) -> Iterator[Warehouse]:
    """The database for the one process that may write; made, under a temporary name, when it is not there.

    What a killed run has left beside it is removed. `waiting` hears, once, whom it waits for. Raises WorkspaceBusy,
    naming the process, when another one holds it longer than `wait_seconds`; ConfigurationError when it cannot be
    made or opened.
    """
    make_private_folder(path.parent)
    with _for_the_owner_only():
        if not path.exists():
            _create(path)
        warehouse = Warehouse(_connect(path, _FOR_WRITING, wait_seconds, waiting=waiting))
        try:
            _remove_leftovers(path)
            settle_all(warehouse)
            yield warehouse
        finally:
            warehouse.close()


@contextlib.contextmanager
def open_for_reading(
    path: Path, *, wait_seconds: float = 10, waiting: Callable[[str], None] = _nobody_hears
) -> Iterator[Warehouse]:
    """The database for questions only: no files, no network, no settings can be touched through it.

    Raises InputMissing when nothing was ever taken in, WorkspaceBusy while a writer holds it too long.
    """
    if not path.exists():
        raise InputMissing(
            "No export has been taken in yet.",
            where=str(path),
            now="Put your exports into the folder `exports` of the workspace and run: partnerkpi ingest",
        )
    with _for_the_owner_only():
        warehouse = _locked_down(path, wait_seconds, waiting)
        if warehouse.rows("select 1 from unsettled limit 1"):
            # A load was killed in its last moment: what it left to do is done on opening for writing.
            warehouse.close()
            with open_for_writing(path, wait_seconds=wait_seconds):
                pass
            warehouse = _locked_down(path, wait_seconds, waiting)
        try:
            yield warehouse
        finally:
            warehouse.close()


def _locked_down(path: Path, wait_seconds: float, waiting: Callable[[str], None]) -> Warehouse:
    warehouse = Warehouse(_connect(path, LOCKED_DOWN, wait_seconds, read_only=True, waiting=waiting))
    warehouse.run("set lock_configuration = true")
    return warehouse


@contextlib.contextmanager
def open_copy(
    path: Path, *, wait_seconds: float = 10, waiting: Callable[[str], None] = _nobody_hears
) -> Iterator[Warehouse]:
    """A copy of the database that may be written and is thrown away; a new one where there is none yet.

    The database itself stays open for reading meanwhile, so that nobody writes to it and takes the copy for a
    leftover. Raises as `open_for_writing`, and ConfigurationError when there is no room for the copy.
    """
    make_private_folder(path.parent)
    copy, there = _beside(path), path.exists()
    with contextlib.ExitStack() as stack:
        stack.enter_context(_for_the_owner_only())
        stack.callback(_remove, copy)
        if there:
            stack.enter_context(open_for_reading(path, wait_seconds=wait_seconds, waiting=waiting))
            _copy(path, copy)
        warehouse = Warehouse(_connect(copy, _FOR_WRITING, 0))
        stack.callback(warehouse.close)
        if not there:
            create_schema(warehouse)
        yield warehouse


@contextlib.contextmanager
def scratch() -> Iterator[Warehouse]:
    """An empty database in memory with the tables of a new workspace, for checking queries before any data."""
    warehouse = Warehouse(duckdb.connect(":memory:", config=LOCKED_DOWN))
    try:
        create_schema(warehouse)
        yield warehouse
    finally:
        warehouse.close()


@contextlib.contextmanager
def _for_the_owner_only() -> Iterator[None]:
    """Files the database makes meanwhile, its spill files too, are 0600."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _create(path: Path) -> None:
    """A full disk while creating leaves a stub that never opens: so create beside it, then rename."""
    temporary = _beside(path)
    try:
        with _one_at_a_time(path.parent):
            if path.exists():
                return  # another run was quicker
            # The log of a database that is gone belongs to no other, and would keep a new one from opening.
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            warehouse = Warehouse(duckdb.connect(str(temporary), config=_FOR_WRITING))
            try:
                create_schema(warehouse)
                # Closing would do it as well, and keep silent about a disk that is full.
                warehouse.run("checkpoint")
            finally:
                warehouse.close()
            temporary.rename(path)
            sync_folder(path.parent)
    except (OSError, duckdb.Error, PartnerKpiError) as error:
        raise ConfigurationError(
            f"The database cannot be created{_because(error)}.",
            where=str(path),
            now="Check that the folder is yours and that the disk is not full.",
        ) from None
    finally:
        _remove(temporary)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """A lock on the folder itself: it leaves no file behind, and a killed process no lock."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _copy(path: Path, copy: Path) -> None:
    """The database file and its log, as they are while nobody writes."""
    try:
        for suffix in ("", ".wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
    except OSError as error:
        raise ConfigurationError(
            f"The database cannot be copied{_because(error)}.",
            where=str(copy),
            now="A plan is made on a copy of the database: make room for it on the disk.",
        ) from None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}")


def _remove(database: Path) -> None:
    """A database file of ours with whatever the engine has put beside it."""
    for found in database.parent.glob(f"{database.name}*"):
        if found.is_dir():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)


def _remove_leftovers(path: Path) -> None:
    """What killed runs left: half-made databases, copies and spill files. Holding the lock, nobody else uses them."""
    for leftover in path.parent.glob(f".{path.name}.*"):
        _remove(leftover)
    shutil.rmtree(path.with_name(f"{path.name}.tmp"), ignore_errors=True)


def _connect(
    path: Path,
    config: Mapping[str, Setting],
    wait_seconds: float,
    *,
    read_only: bool = False,
    waiting: Callable[[str], None] = _nobody_hears,
) -> duckdb.DuckDBPyConnection:
    deadline, told = time.monotonic() + wait_seconds, False
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=dict(config))
        except duckdb.Error as error:
            if "Could not set lock" not in str(error):
                raise _cannot_open(path, error) from None
            busy = _busy(path, str(error))
        if time.monotonic() >= deadline:
            raise busy
        if not told:
            waiting(f"{busy.what} Waiting for up to {wait_seconds:g} seconds.")
            told = True
        time.sleep(min(_RETRY_SECONDS, max(deadline - time.monotonic(), 0)))


def _busy(path: Path, message: str) -> WorkspaceBusy:
    holder = re.search(r"PID (\d+)", message)
    who = f"process {holder[1]}" if holder else "another process"
    return WorkspaceBusy(
        f"Another run holds the workspace: {who}.",
        where=str(path),
        now="Wait until it has finished and try again; lock_wait_seconds in partnerkpi.toml says how long to wait.",
    )


def _cannot_open(path: Path, error: duckdb.Error) -> PartnerKpiError:
    known = fault(error)
    if isinstance(known, ConfigurationError):
        return known
    now = "Check that the file is yours and not damaged; a backup can be copied back in its place."
    if "WAL" in str(error) and "not match" in str(error):
        now = f"The log beside it belongs to another copy of the database: move {path.name}.wal away and try again."
    return ConfigurationError("The database cannot be opened.", where=str(path), now=now)


def _because(error: Exception) -> str:
    """What the system says is wrong, where it does."""
    known = fault(error) if isinstance(error, duckdb.Error) else error
    if isinstance(known, OSError):
        return f": {known.strerror}"
    return f": {known.what.rpartition(': ')[2].rstrip('.')}" if isinstance(known, ConfigurationError) else ""
