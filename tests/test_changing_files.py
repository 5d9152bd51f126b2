"""A file that changes while it is read: hash and rows belong together, or nothing is kept."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from given import csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.exports.members import Export
from partnerkpi.ingest import workflow
from partnerkpi.models.load import LoadStatus
from partnerkpi.warehouse import ledger, open_for_reading
from partnerkpi.warehouse.intake import Provenance

HEADER = "student_number,school,date,status"
TEXT = csv_text(HEADER, [f"{n},North,2025-09-01,present" for n in range(50)])
OTHER = TEXT.replace("2025-09-01", "2025-09-02")


def _zip(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", text)
    return content.getvalue()


def _workbook(text: str) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, line in enumerate(text.splitlines()):
        sheet.write_row(number, 0, line.split(","))
    book.close()
    return content.getvalue()


KINDS: dict[str, Callable[[str], bytes]] = {
    "plain.csv": str.encode,
    "quoted.csv": lambda text: text.replace("school", '"school"').encode(),
    "packed.csv.gz": lambda text: gzip.compress(text.encode()),
    "archive.zip": _zip,
    "book.xlsx": _workbook,
}


def _grows(path: Path, content: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(b"99,North,2025-09-01,present\n")


def _is_written_over(path: Path, content: bytes) -> None:
    with path.open("r+b") as stream:
        stream.write(content)


def _is_cut(path: Path, content: bytes) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _is_replaced(path: Path, content: bytes) -> None:
    beside = path.with_name(".beside")
    beside.write_bytes(content)
    beside.rename(path)


def _is_removed(path: Path, content: bytes) -> None:
    path.unlink()


CHANGES = (_grows, _is_written_over, _is_cut, _is_replaced, _is_removed)
STEPS = ("understand", "plain_text", "take_in")
CHANGED = "The file was not taken in: the file changed while it was read."


def _at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, then: Callable[[Path], None]) -> None:
    """Let something happen to a file whenever a step of the line begins with it."""
    step = getattr(owner, name)

    def first(*args: Any, **kwargs: Any) -> Any:
        then(next(arg.path for arg in args if isinstance(arg, Export | Provenance)))
        return step(*args, **kwargs)

    monkeypatch.setattr(owner, name, first)


def _old(made: Workspace, name: str, content: bytes) -> Path:
    """An export of long ago, so that a change is later on any clock."""
    path = export(made, name, content)
    os.utime(path, (0, 0))
    return path


@pytest.mark.parametrize("step", STEPS)
def test_a_file_that_changes_while_it_is_read_is_refused_and_nothing_of_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Cut off in the middle it would be refused for that; but that is not what is wrong with it."""
    made = workspace(tmp_path / "d")
    todo = {
        _old(made, f"{change.__name__}.{kind}", make(TEXT)): partial(change, content=make(OTHER))
        for kind, make in KINDS.items()
        for change in CHANGES
    }
    changing = list(todo)

    def change_once(path: Path) -> None:
        # A file that is not as plain as it seemed comes to the same step again.
        change = todo.pop(path, None)
        if change is not None:
            change(path)

    _at(monkeypatch, workflow, step, change_once)
    *loads, quiet = take_in(made, *changing, export(made, "quiet.csv", TEXT + "99,North,2025-09-03,present\n"))
    assert (quiet.load, quiet.counts.loaded) == (1, 51)
    assert not todo
    for path, load in zip(changing, loads, strict=True):
        assert load.status is LoadStatus.REFUSED, path.name
        assert load.reason == CHANGED
        assert load.where.startswith(str(path))
        assert load.advice == "Take it in again when it is complete: partnerkpi ingest FILE"
    with open_for_reading(made.database) as warehouse:
        assert len(ledger.loads(warehouse)) == 1
        assert warehouse.value("select count(*) from attendance") == 51
    assert not list(made.database.parent.glob(".rows*"))


def test_the_file_is_taken_in_once_it_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = workspace(tmp_path / "d")
    path = _old(made, "a.csv", TEXT.encode())
    with monkeypatch.context() as patch:
        _at(patch, workflow, "take_in", lambda path: _grows(path, b""))
        assert take_in(made, path)[0].status is LoadStatus.REFUSED
    assert take_in(made, path)[0].counts.loaded == 51


@pytest.mark.parametrize(("kind", "change"), [*((kind, _grows) for kind in KINDS), ("packed.csv.gz", _is_cut)])
def test_a_file_that_changes_while_it_is_hashed_is_refused_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, change: Callable[[Path, bytes], None]
) -> None:
    made = workspace(tmp_path / "d")
    path = _old(made, kind, KINDS[kind](TEXT))
    _at(monkeypatch, Export, "open", lambda path: change(path, b""))
    (load,) = take_in(made, path)
    assert load.reason == CHANGED


def test_a_plan_of_a_file_that_changes_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = workspace(tmp_path / "d")
    path = _old(made, "a.csv", TEXT.encode())
    _at(monkeypatch, workflow, "take_in", lambda path: _grows(path, b""))
    assert take_in(made, path, plan=True)[0].status is LoadStatus.REFUSED


def test_a_file_that_nobody_touches_is_not_suspected(tmp_path: Path) -> None:
    """Reading alone changes the time of access, which says nothing."""
    made = workspace(tmp_path / "d")
    loads = take_in(made, *(export(made, kind, make(TEXT)) for kind, make in KINDS.items()))
    assert LoadStatus.REFUSED not in {load.status for load in loads}
