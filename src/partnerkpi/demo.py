"""The sample district, from exports to the hospital's board."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest import ingest
from partnerkpi.initialise import create_workspace
from partnerkpi.models.load import Load
from partnerkpi.models.progress import Progress
from partnerkpi.report import report

PARTNER = "hospital"


def demo(
    folder: Path,
    *,
    now: dt.datetime,
    done: Callable[[Load], None] = lambda load: None,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """The sample workspace with its exports taken in, and the path of the hospital's latest board.

    Raises ConfigurationError when the folder holds anything already.
    """
    workspace = sample_workspace(folder)
    ingest(workspace, [], now=now, done=done, progress=progress)
    return report(workspace, PARTNER, today=now.date())


def sample_workspace(folder: Path) -> Workspace:
    """A new workspace with the sample district's settings and partners, its exports waiting in the inbox."""
    sample = assets.shipped("sample_data")
    partners = {path.stem: path.read_text("utf-8") for path in sorted((sample / "partners").glob("*.toml"))}
    workspace = create_workspace(folder, settings=(sample / "partnerkpi.toml").read_text("utf-8"), partners=partners)
    for export in sorted((sample / "exports").iterdir()):
        shutil.copyfile(export, workspace.inbox / export.name)
    return workspace
