"""Runs of the command that go wrong on purpose: killed, without room on the disk, without a right, without a home.

The children are forked from a server that has everything imported, so that hundreds of milliseconds of start-up are
not what a test waits for; each is a process of its own, with its own files, limits and death.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from partnerkpi.config.workspace import Workspace
from partnerkpi.warehouse import Warehouse, open_for_reading

_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload(["partnerkpi.cli.app", "partnerkpi.cli.loads", "partnerkpi.ingest", "partnerkpi.report"])
_CAP_DAC_OVERRIDE, _PR_CAPBSET_DROP, _VERSION_3 = 1, 24, 0x20080522

_NO_FACTS = ("about", "checked_kpis", "clean_checks")

Contents = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong in a child. `bytes_per_file`: no file grows beyond; `fatal`: the write that tries kills it.

    `statement`: it is killed before its nth statement; `ordinary`: the permissions of files bind it, root or not.
    """

    bytes_per_file: int | None = None
    fatal: bool = False
    statement: int | None = None
    ordinary: bool = False


def start(made: Workspace, *arguments: str, fault: Fault | None = None) -> BaseProcess:
    """The command in a child, in the workspace's folder; what it says goes to `said` beside the workspace."""
    child = _SERVER.Process(target=_run, args=(made.root, arguments, fault or Fault()), daemon=True)
    child.start()
    return child


def run_with(made: Workspace, *arguments: str, fault: Fault | None = None) -> int:
    """As `start`, to its end: the exit code, or minus the signal that ended it."""
    child = start(made, *arguments, fault=fault)
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def said(made: Workspace) -> str:
    """What the last child said on stdout and stderr."""
    return (made.root.parent / "said").read_text("utf-8")


def contents(made: Workspace) -> Contents:
    """Every row of every table but the time of a load; a database that is not there is one without rows.

    What was checked and found in order is no fact: it is kept after the run is over, and may be missing.
    """
    if not made.database.exists():
        return {}
    with open_for_reading(made.database, wait_seconds=0) as warehouse:
        tables = [str(name) for (name,) in warehouse.rows("select table_name from duckdb_tables()")]
        found = {name: _rows(warehouse, name) for name in tables if name not in _NO_FACTS}
    return {name: rows for name, rows in found.items() if rows}


def statements(made: Workspace, *arguments: str) -> list[str]:
    """The first word of every statement that a command makes, undisturbed."""
    assert run_with(made, *arguments, fault=Fault(statement=1 << 30)) == 0, said(made)
    return said(made).rsplit("statements: ", 1)[1].split()


def _rows(warehouse: Warehouse, table: str) -> list[tuple[object, ...]]:
    without = " exclude (loaded_at)" if table == "loads" else ""
    return warehouse.rows(f"select *{without} from {table} order by all")


def beside_the_database(made: Workspace) -> set[str]:
    """The names of all files in `data` that are neither the database nor the key."""
    return {path.name for path in made.database.parent.iterdir()} - {made.database.name, "key"}


def _run(folder: Path, arguments: tuple[str, ...], fault: Fault) -> None:
    handle = os.open(folder.parent / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
    os.chdir(folder)
    if fault.ordinary:
        _become_ordinary()
    seen = _die_before(fault.statement)
    if fault.bytes_per_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL if fault.fatal else signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.bytes_per_file, resource.RLIM_INFINITY))
    from partnerkpi.cli.app import run

    code = run(list(arguments))
    if fault.statement is not None:
        print(f"statements: {' '.join(seen)}", flush=True)
    os._exit(code)


def _die_before(number: int | None) -> list[str]:
    """SIGKILL, which nothing can catch, before the nth statement of any connection; gives what has been seen."""
    seen: list[str] = []

    def counted(method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            seen.append(str(args[1]).split(maxsplit=1)[0])
            if len(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*args, **kwargs)

        return call

    for name in ("run", "rows", "records"):
        setattr(Warehouse, name, counted(getattr(Warehouse, name)))
    return seen


def _become_ordinary() -> None:
    """Without the capability by which root passes over the permissions of files (Linux)."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capget(header, data) or libc.prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the right of root cannot be given up")
    for word in (0, 1):
        data[word] &= ~(1 << _CAP_DAC_OVERRIDE) & 0xFFFFFFFF
    if libc.capset(header, data):
        raise OSError(ctypes.get_errno(), "the right of root cannot be given up")
