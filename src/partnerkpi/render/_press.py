"""Knows how a page is laid out in a process of its own, which may take so long and no longer.

Laying out is done by large libraries, in C for a good part: they may crash, or never end, and loading them takes most
of a second. The child loads them while the parent still measures. It gets a board and gives bytes; it has the database
neither open nor locked, prints nothing, and ends when the parent does, however that ends.
"""

import contextlib
import gc
import importlib
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

from partnerkpi.errors import ConfigurationError, DoesNotFit, PartnerKpiError
from partnerkpi.models.board import Board

# A renderer that lays pages out has a `prepare(templates)` as well: what takes long and needs no board.
LAID_OUT = frozenset({"pdf", "png"})
_GRACE_SECONDS = 2
# Where this package lies comes last: libraries are those that the interpreter finds by itself.
_CHILD = "import sys; sys.path.append(sys.argv[1]); from partnerkpi.render._press import work; work(*sys.argv[2:])"
_HOME = Path(__file__).parents[2]


class Press:
    """A child process that lays out one board in one format; to be used in a `with` statement, which ends it.

    `templates` are the folders to look in, the workspace's own first. Raises ConfigurationError on entering when the
    system starts no process.
    """

    def __init__(self, output_format: str, templates: Sequence[Path]) -> None:
        self._format = output_format
        self._templates = tuple(templates)
        self._open = contextlib.ExitStack()

    def __enter__(self) -> "Press":
        with contextlib.ExitStack() as opening:
            try:
                self._process = self._start(opening)
            except (OSError, ValueError) as error:
                raise _no_process(error) from None
            opening.callback(self._end)
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def pid(self) -> int:
        """The number of the child process."""
        return self._process.pid

    def render(self, board: Board, *, seconds: float) -> bytes:
        """The board in the format of this press.

        Raises what the renderer raises; DoesNotFit when it takes longer than so many seconds; ConfigurationError
        when the child ends without an answer or runs out of memory. A bug inside comes out as the exception it is,
        with the child's traceback as a note.
        """
        job = pickle.dumps((board, seconds))
        try:
            answer, said = self._process.communicate(job, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise _too_long(board, seconds) from None
        if self._process.returncode != 0 or not answer:
            raise _died(self._process.returncode, said)
        return _understood(answer)

    def _start(self, opening: contextlib.ExitStack) -> subprocess.Popen[bytes]:
        """The child: in a session of its own, where no Ctrl-C reaches it, and with no file but its pipes."""
        # The libraries unpack fonts and, when they are killed, leave them behind.
        folder = opening.enter_context(tempfile.TemporaryDirectory(prefix="partnerkpi-", ignore_cleanup_errors=True))
        # Nobody ever writes to it; that it ends tells the child that the parent has.
        lifeline, held = os.pipe()
        opening.callback(os.close, held)
        # -P: what lies in the folder one happens to be in is not taken for a library.
        command = [sys.executable or "", "-P", "-c", _CHILD, str(_HOME), str(lifeline), self._format]
        try:
            return subprocess.Popen(
                [*command, *map(str, self._templates)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(lifeline,),
                start_new_session=True,
                env={**os.environ, "TMPDIR": folder},
            )
        finally:
            os.close(lifeline)

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def _understood(answer: bytes) -> bytes:
    """The bytes of the page, or the error that came instead of them."""
    content = pickle.loads(answer)
    if isinstance(content, bytes):
        return content
    if isinstance(content, tuple):
        kind, what, where, now = content
        raise kind(what, where=where, now=now)
    raise content


def _no_process(error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"The page cannot be laid out: the system starts no process for it ({error}).",
        where="this machine",
        now="See that there is memory left, room for temporary files and leave to start processes; "
        "--format html needs none.",
    )


def _too_long(board: Board, seconds: float) -> DoesNotFit:
    return DoesNotFit(
        f"The page takes longer to lay out than {seconds:g} seconds.",
        where=f"the board of {board.partner_id}, {board.period}; the workspace's own templates if it has any",
        now="Shorten the texts, mend the templates, or allow more time: render_seconds under [board] in "
        "partnerkpi.toml.",
    )


def _died(code: int, said: bytes) -> ConfigurationError:
    why = f"it was ended by {_signal_name(-code)}" if code < 0 else f"it ended with exit code {code}"
    last = said.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
    return ConfigurationError(
        f"The process that lays pages out has ended without a page: {why}.",
        where=f"this machine ({last})" if last else "this machine",
        now="See that there are fonts (`fc-list` names them) and memory left, and run the command again.",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def work(lifeline: str, output_format: str, *templates: str) -> NoReturn:
    """The child's whole life: prepare, wait for the board, answer, end."""
    threading.Thread(target=_end_with_parent, args=(int(lifeline),), daemon=True).start()
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints must not stand in the answer
        answers.write(pickle.dumps(_answer(sys.stdin.buffer, output_format, [Path(each) for each in templates])))
    os._exit(0)


def _end_with_parent(lifeline: int) -> None:
    os.read(lifeline, 1)
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os._exit(1)


def _answer(jobs: BinaryIO, output_format: str, templates: Sequence[Path]) -> object:
    """The page, the parts of an error of ours, or the exception that a bug has raised."""
    try:
        return _laid_out(jobs, output_format, templates)
    except PartnerKpiError as error:
        return type(error), error.what, error.where, error.now
    except (MemoryError, RecursionError) as error:
        return _outgrown(error, templates)
    except Exception as error:
        return _portable(error)


def _laid_out(jobs: BinaryIO, output_format: str, templates: Sequence[Path]) -> bytes:
    renderer = importlib.import_module(f"{__package__}.{output_format}")
    renderer.prepare(templates)
    gc.freeze()  # the libraries stay: to look through them again and again takes a twentieth of the time
    board, seconds = pickle.load(jobs)
    # For the case that there is no parent and a library does not let go: without a handler it ends the process.
    signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
    content: bytes = renderer.render(board, templates)
    return content


def _outgrown(error: Exception, templates: Sequence[Path]) -> tuple[type[PartnerKpiError], str, str, str]:
    what = "it is nested too deeply" if isinstance(error, RecursionError) else "it takes more memory than there is"
    return (
        ConfigurationError,
        f"The page cannot be laid out: {what}.",
        f"the templates in {templates[0] if templates else 'no folder'}",
        "If they are the workspace's own, make them simpler; else see that the machine has memory left.",
    )


def _portable(error: Exception) -> Exception:
    """The exception with its traceback as a note, or, if it cannot travel, one that says the same."""
    notes = "".join(traceback.format_exception(error))
    error.add_note(notes)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(notes)
    return error
