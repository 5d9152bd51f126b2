"""Workspaces for tests: small districts written into a temporary folder, and the real sample district."""

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest import IngestOptions, ingest
from partnerkpi.initialise import create_workspace
from partnerkpi.measure.catalogue import sound_kpis
from partnerkpi.models.load import Load
from partnerkpi.refresh import refresh
from partnerkpi.warehouse import open_for_writing
from partnerkpi.warehouse.checked import keep_checked

NOW = dt.datetime(2026, 11, 23, 8, 0)
TODAY = NOW.date()
ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"

SETTINGS = """\
[district]
name = "Test District"

# Small files with mistakes in them are what tests are about.
[ingest]
max_quarantine_share = 1
row_count_factor = 0

[[school_year]]
name = "2025-26"
quarters = [
  { name = "Q1", first_day = 2025-08-25, last_day = 2025-10-24 },
  { name = "Q2", first_day = 2025-10-25, last_day = 2026-01-16 },
  { name = "Q3", first_day = 2026-01-17, last_day = 2026-03-27 },
  { name = "Q4", first_day = 2026-03-28, last_day = 2026-06-10 },
]
[school_year.terms]
Q1 = "Q1"
S1 = "Q2"
S2 = "Q4"
Y1 = "Q4"
"2025FA" = "Q2"
"2026SP" = "Q4"

[[school_year]]
name = "2026-27"
quarters = [
  { name = "Q1", first_day = 2026-08-24, last_day = 2026-10-23 },
  { name = "Q2", first_day = 2026-10-24, last_day = 2027-01-15 },
  { name = "Q3", first_day = 2027-01-16, last_day = 2027-03-26 },
  { name = "Q4", first_day = 2027-03-27, last_day = 2027-06-09 },
]
[school_year.terms]
Q1 = "Q1"
S1 = "Q2"
S2 = "Q4"
"2026FA" = "Q2"
"2027SP" = "Q4"
"""
# Without the data checks, for tests of nothing but facts that take in many files.
UNCHECKED = SETTINGS + "\n[checks]\n" + "".join(f'{name} = "off"\n' for name in assets.files("queries/checks", ".sql"))

HOSPITAL = """\
name = "Riverbend Health"
aliases = ["RIVERBEND"]
contact = "Office of Community Partnerships"

[[formerly]]
name = "County Memorial Hospital"
until = 2026-07-01

[[programs]]
id = "academy"
name = "Health Academy"
"""


def workspace(folder: Path, *, settings: str = SETTINGS, partners: Mapping[str, str] | None = None) -> Workspace:
    """A new workspace with the calendar above and one partner, `hospital`; its key is always the same."""
    made = create_workspace(
        folder, settings=settings, partners={"hospital": HOSPITAL} if partners is None else dict(partners)
    )
    (folder / "data" / "key").write_text("0f" * 32)
    return made


def export(made: Workspace, name: str, text: str | bytes) -> Path:
    """An export in the workspace's inbox."""
    path = made.inbox / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def begun(made: Workspace) -> Workspace:
    """The workspace, with an empty database as ingest would make it, unless it has one."""
    if not made.database.exists():
        made.database.write_bytes(_empty_database())
        made.database.chmod(0o600)
    return made


def take_in(made: Workspace, *paths: Path, **options: object) -> list[Load]:
    """Ingest at a fixed time of day; a workspace without a database gets one that ingest would make."""
    begun(made)
    return ingest(made, paths, now=NOW, options=IngestOptions(**options))  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def _empty_database() -> bytes:
    """A database without a load, in which the shipped KPI files are known as sound: to make it takes a while."""
    with tempfile.TemporaryDirectory() as folder:
        made = workspace(Path(folder) / "district")
        with open_for_writing(made.database) as warehouse:
            refresh(made, warehouse)
            keep_checked(warehouse, sound_kpis(warehouse, made.root))
        return made.database.read_bytes()


def csv_text(header: str, rows: Sequence[str]) -> str:
    """Lines to a file."""
    return "\n".join([header, *rows]) + "\n"
