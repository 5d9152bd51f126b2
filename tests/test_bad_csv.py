"""Malformed exports: none crashes or hangs a child process, and none is read as something it is not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from given import ROOT, SHARED

SCRIPT = ROOT / "scripts" / "bad_csv.py"
CORPUS = SHARED / "data"


@pytest.mark.skipif(not (CORPUS / "badcsv").is_dir(), reason=f"the corpus of malformed files is not at {CORPUS}")
def test_no_file_of_the_corpus_crashes_hangs_or_is_read_wrongly() -> None:
    """Also: where the truth is known, most files are read but for the rows that are refused."""
    done, counts = _run(CORPUS)
    assert {word: counts[word] for word in ("swallowed", "silently wrong", "crashed", "hung")} == {
        "swallowed": 0,
        "silently wrong": 0,
        "crashed": 0,
        "hung": 0,
    }, done.stdout
    assert done.returncode == 0, done.stderr
    assert sum(counts.values()) > 250
    assert counts["exact"] + counts["quarantined"] > 10


def test_a_file_that_is_read_otherwise_than_its_truth_is_told(tmp_path: Path) -> None:
    """The script can fail: a cell that is another, a row too few, a header a shipped dialect takes for its own."""
    folder = tmp_path / "badcsv" / "made"
    attendance = "student_number,school,date,status\n1,North,2026-09-01,present\n"
    _file(folder, "right.csv", "a,b\n1,2\n", [{"a": "1", "b": "2"}])
    _file(
        folder, "ragged.csv", "a,b\n1,2\n3\n5,6\n", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}, {"a": "5", "b": "6"}]
    )
    _file(folder, "other_cell.csv", "a,b\n1,2\n", [{"a": "1", "b": "3"}])
    _file(folder, "row_too_few.csv", "a,b\n1,2\n", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}])
    _file(folder, "row_too_many.csv", "a,b\n1,2\n1,2\n", [{"a": "1", "b": "2"}])
    _file(folder, "known.csv", attendance, None)
    _file(folder, "page.csv", "<html><body>log in</body></html>\n", None)
    done, counts = _run(tmp_path)
    assert {word: count for word, count in counts.items() if count} == {
        "exact": 1,
        "quarantined": 1,
        "refused": 1,
        "silently wrong": 4,
    }, done.stdout
    assert done.returncode == 1
    for name in ("other_cell", "row_too_few", "row_too_many", "known"):
        assert f"silently wrong: badcsv/made/csv/{name}.csv: " in done.stdout


def _file(folder: Path, name: str, text: str, truth: list[dict[str, str]] | None) -> None:
    """A file of a corpus with its truth, laid out as csv_spectrum is."""
    for part, content in (("csv", text), ("json", None if truth is None else json.dumps(truth))):
        if content is not None:
            path = (folder / part / name).with_suffix(f".{part}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)


def _run(shared: Path) -> tuple["subprocess.CompletedProcess[str]", dict[str, int]]:
    """The script over a folder, and its counts by outcome."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(shared)], capture_output=True, text=True, check=False, timeout=300
    )
    lines = [line.rpartition(": ") for line in done.stdout.splitlines()]
    return done, {word: int(count) for word, _, count in lines if count.isdigit()}
