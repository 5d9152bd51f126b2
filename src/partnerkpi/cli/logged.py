"""What a command says when nobody watches: into a file of the workspace, and only a failure on stderr."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from partnerkpi.cli.console import tell
from partnerkpi.errors import PartnerKpiError

_MOST_BYTES = 1 << 20


@contextlib.contextmanager
def logged(path: Path, *, began: str) -> Iterator[None]:
    """Everything said meanwhile goes to the end of a file; of a command that fails it is told on stderr as well.

    A file that has grown beyond a megabyte is put aside first, in place of the one put aside before. Raises
    ConfigurationError when it cannot be written.
    """
    from partnerkpi.files import append_private

    with append_private(path, most_bytes=_MOST_BYTES) as file:
        start = file.tell()
        file.write(f"--- {began}\n")
        try:
            with contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
                try:
                    yield
                except PartnerKpiError as error:
                    tell(error)
                    raise typer.Exit(error.exit_code) from None
        except typer.Exit as stop:
            file.flush()
            if stop.exit_code:
                with path.open(encoding="utf-8", errors="replace") as said:
                    said.seek(start)
                    sys.stderr.write(said.read())
            raise
