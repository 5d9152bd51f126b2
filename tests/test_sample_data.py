"""The sample district can be made again, is small, and has the flaws its README lists."""

import gzip
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from given import ROOT

from partnerkpi.config.workspace import Workspace
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.ledger import loads, quarantine

SAMPLE = ROOT / "sample_data"
GENERATED = ("README.md", "partnerkpi.toml", "exports", "partners")
MEGABYTE = 2**20
_WART = re.compile(r"\| `(?P<file>[^`]+)` \| (?P<line>\d+) \| .* \| (?P<outcome>[a-z ]+) \|")


class Wart(NamedTuple):
    """A flaw as the README lists it."""

    file: str
    line: int
    outcome: str


@pytest.fixture(scope="module")
def warts() -> list[Wart]:
    """The table of flaws in the README."""
    found = map(_WART.fullmatch, (SAMPLE / "README.md").read_text("utf-8").splitlines())
    return [Wart(match["file"], int(match["line"]), match["outcome"]) for match in found if match]


def test_the_sample_is_made_again_as_it_is(tmp_path: Path) -> None:
    """The script writes the same files, and the same text in each, as are committed."""
    subprocess.run([sys.executable, str(SAMPLE / "make_sample.py"), str(tmp_path)], check=True, timeout=120)
    committed = [path for name in GENERATED for path in files_below(SAMPLE / name)]
    assert {str(path.relative_to(tmp_path)) for path in files_below(tmp_path)} == {
        str(path.relative_to(SAMPLE)) for path in committed
    }
    changed = [path.name for path in committed if content(path) != content(tmp_path / path.relative_to(SAMPLE))]
    assert not changed, "run sample_data/make_sample.py and commit what it writes"


def test_the_sample_is_small() -> None:
    """It travels inside the wheel: 5 megabytes at most, the code that makes it included."""
    assert sum(path.stat().st_size for path in files_below(SAMPLE) if "__pycache__" not in path.parts) <= 5 * MEGABYTE


def test_every_refused_row_of_the_readme_is_refused(warts: list[Wart], sample: Workspace) -> None:
    """Ingest refuses the lines the README lists, and no others."""
    listed = {(wart.file, wart.line) for wart in warts if wart.outcome == "refused"}
    with open_for_reading(sample.database) as warehouse:
        refused = {(Path(row["file"]).name, row["line"]) for row in quarantine(warehouse)}
    assert len(listed) == 12
    assert refused == listed


def test_every_other_flaw_of_the_readme_is_counted(warts: list[Wart], sample: Workspace) -> None:
    """Exact duplicates and lines that are no data are counted file by file as listed."""
    listed = Counter((wart.file, wart.outcome) for wart in warts if wart.outcome != "refused")
    counted: Counter[tuple[str, str]] = Counter()
    with open_for_reading(sample.database) as warehouse:
        for load in loads(warehouse):
            file = Path(load["file"]).name
            counted[file, "exact duplicate"] += load["duplicate"]
            counted[file, "not data"] += load["non_data"]
            assert not load["superseded"], f"{file} has rows with one key and different values"
    assert listed.total() == 10
    assert +counted == listed


def test_the_corrected_month_replaces_rows(sample: Workspace) -> None:
    """12 rows of October 2025 are gone and 20 have other values; all the others stay as they were."""
    with open_for_reading(sample.database) as warehouse:
        by_file = {Path(load["file"]).name: load for load in loads(warehouse)}
        wrong = by_file["attendance_2025-26.csv.gz"]["load_id"]
        corrected = by_file["attendance_2025-26_corrected_2025-10.csv.gz"]
        ended = warehouse.value(
            "select count(*) from attendance_history where load_id = $wrong and ended_by = $corrected",
            {"wrong": wrong, "corrected": corrected["load_id"]},
        )
    assert (corrected["replaced"], ended, corrected["loaded"]) == (32, 32, 20)
    assert corrected["unchanged"] == corrected["rows_in_file"] - 20


def test_equal_answers_are_all_kept(sample: Workspace) -> None:
    """Two equal lines of a survey are two answers."""
    with open_for_reading(sample.database) as warehouse:
        load = next(load for load in loads(warehouse) if load["source_table"] == "surveys")
        repeated = warehouse.value("select count(*) from surveys where occurrence > 1")
    assert load["loaded"] == load["rows_in_file"]
    assert repeated > 0


def files_below(path: Path) -> list[Path]:
    """The file itself, or every file in a folder and below, sorted."""
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def content(path: Path) -> bytes:
    """The bytes of a file, unpacked: another zlib may pack the same text differently."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
