"""Whatever bytes a file is made of: it is taken in with every row accounted for, or refused in three plain lines."""

import gzip
import io
import itertools
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from given import take_in, workspace
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome import HEADER, register

from partnerkpi.config.workspace import Workspace
from partnerkpi.models.load import LoadStatus

TEXT = register("Nörth", 12)


def _zip(files: dict[str, str | bytes], method: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def _parts(sheet: str) -> dict[str, bytes]:
    """A workbook, part by part."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for number, line in enumerate(TEXT.splitlines()):
        page.write_row(number, 0, line.split(","))
    book.close()
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = _parts("Sheet1")
WHOLE: dict[str, bytes] = {
    "a.csv": TEXT.encode(),
    "quoted.csv": TEXT.replace("Nörth", '"No,\n""rth"').encode(),
    "western.csv": TEXT.encode("cp1252"),
    "wide.txt": TEXT.encode("utf-16"),
    "a.csv.gz": gzip.compress(TEXT.encode(), mtime=0),
    "a.zip": _zip({"a.csv": TEXT, "folder/": "", "b.tsv": TEXT.replace(",", "\t")}, zipfile.ZIP_DEFLATED),
    "stored.zip": _zip({"a.csv": TEXT}, zipfile.ZIP_STORED),
    "a.xlsx": _zip({**PARTS}, zipfile.ZIP_STORED),
    "correction.xlsx": _zip({**_parts("load 1")}, zipfile.ZIP_DEFLATED),
}
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b'"', b"\0", b"\r", b"\n\n", b",,,", b";", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b"9" * 40, b"PK\1\2"]
    ),
)
# Where, how much of what is there goes, and what comes in its place; places count from either end.
DAMAGE = st.lists(st.tuples(st.integers(-400, 400), st.integers(0, 40), PIECES), min_size=1, max_size=3)
ENDS = st.one_of(st.none(), st.integers(1, 4000))


def _damaged(whole: bytes, damage: list[tuple[int, int, bytes]], end: int | None) -> bytes:
    content = bytearray(whole)
    for place, gone, piece in damage:
        start = place % max(len(content), 1)
        content[start : start + gone] = piece
    return bytes(content[:end])


def _damaged_part(name: str, damage: list[tuple[int, int, bytes]], end: int | None) -> bytes:
    """A workbook that is a sound archive, and of which one part is not."""
    return _zip({**PARTS, name: _damaged(PARTS[name], damage, end)}, zipfile.ZIP_DEFLATED)


LINES = st.text(alphabet=',;\t|"\n\r=+-@ 01aé\0\ufeff', max_size=120)
FILES = st.one_of(
    st.tuples(st.sampled_from(sorted(WHOLE)), st.binary(max_size=300)),
    st.tuples(st.just("a.csv"), LINES.map(lambda text: f"{HEADER}\n{text}".encode())),
    st.tuples(st.just("a.csv"), LINES.map(str.encode)),
    st.sampled_from(sorted(WHOLE)).flatmap(
        lambda name: st.tuples(st.just(name), st.builds(_damaged, st.just(WHOLE[name]), DAMAGE, ENDS))
    ),
    st.tuples(st.just("a.xlsx"), st.builds(_damaged_part, st.sampled_from(sorted(PARTS)), DAMAGE, ENDS)),
)
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One workspace for all examples: what a file leaves behind, the next one finds."""
    return workspace(tmp_path_factory.mktemp("anything") / "d")


@settings(max_examples=20, deadline=None)
@given(files=st.lists(FILES, min_size=1, max_size=8))
def test_every_file_is_taken_in_or_refused(made: Workspace, files: list[tuple[str, bytes]]) -> None:
    paths: list[Path] = []
    for name, content in files:
        folder = made.inbox / str(next(NUMBERS))
        folder.mkdir(parents=True)
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    loads = take_in(made, *paths)
    assert len(loads) >= len(paths)
    for load in loads:
        assert load.counts.balanced
        if load.status is LoadStatus.REFUSED:
            assert all(text and text.isprintable() for text in (load.reason, load.where, load.advice))
        elif load.status is LoadStatus.LOADED:
            assert load.counts.rows_in_file > 0


def test_the_files_are_fine_before_they_are_damaged(made: Workspace) -> None:
    """So that what the examples damage is more than the first thing anybody looks at."""
    paths = [made.inbox / name for name in WHOLE if name != "correction.xlsx"]
    for path in paths:
        path.write_bytes(WHOLE[path.name])
    assert {load.status for load in take_in(made, *paths)} <= {LoadStatus.LOADED, LoadStatus.UNCHANGED}
