"""The sample district, taken in once for all tests that only look at it; and the memory of a run."""

import fcntl
import gc
import shutil
from pathlib import Path

import pytest
from board_sets import Measured, measured
from given import NOW, ROOT

from partnerkpi.config.workspace import Workspace
from partnerkpi.demo import sample_workspace
from partnerkpi.ingest import ingest
from partnerkpi.render import _press


def pytest_collection_finish() -> None:
    """Garbage is looked for as seldom as in the command, and not among the libraries and tests.

    To draw a page makes many objects: a fifth of the time went into looking through all the others.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def sample_made(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The sample workspace with its exports taken in; do not write into it.

    It is taken in once for all workers of a run, and each has a copy of its own.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    once = shared / "taken in once"
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not once.exists():
            ingest(sample_workspace(shared / "being taken in"), [], now=NOW)
            (shared / "being taken in").rename(once)
    return shutil.copytree(once, tmp_path_factory.mktemp("sample") / "district")


@pytest.fixture(scope="session")
def sample(sample_made: Path) -> Workspace:
    """The sample workspace, for reading."""
    return Workspace(sample_made)


@pytest.fixture(scope="session")
def sample_measured(sample: Workspace) -> Measured:
    """The sample workspace, measured, for boards of it."""
    return measured(sample)


@pytest.fixture
def own_sample(sample_made: Path, tmp_path: Path) -> Workspace:
    """A copy of the sample workspace, for tests that change it."""
    folder = tmp_path / "district"
    shutil.copytree(sample_made, folder)
    return Workspace(folder)


@pytest.fixture(scope="session")
def exports_folder() -> Path:
    """The sample exports, as they lie in the repository."""
    return ROOT / "sample_data" / "exports"


@pytest.fixture
def laid_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are laid out in this process, which has loaded what that takes, for tests of what becomes of them."""
    monkeypatch.setattr(_press, "LAID_OUT", frozenset())
