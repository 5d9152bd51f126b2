"""The sample district, taken in once for all tests that only look at it."""

import shutil
from pathlib import Path

import pytest
from board_sets import Measured, measured
from given import NOW, ROOT

from partnerkpi.config.workspace import Workspace
from partnerkpi.demo import sample_workspace
from partnerkpi.ingest import ingest


@pytest.fixture(scope="session")
def sample_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample workspace with its exports taken in; do not write into it."""
    folder = tmp_path_factory.mktemp("sample") / "district"
    ingest(sample_workspace(folder), [], now=NOW)
    return folder


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
