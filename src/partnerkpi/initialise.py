"""Making a workspace that works as it is."""

import datetime as dt
import json
import secrets
from pathlib import Path

from partnerkpi.config.workspace import SETTINGS_FILE, Workspace
from partnerkpi.errors import ConfigurationError
from partnerkpi.files import make_private_folder, write_private

_FOLDERS = ("partners", "exports", "data", "boards")
# First and last day (month, day, years after the first calendar year) of four quarters of a usual school year.
_QUARTERS = (
    ("Q1", (8, 25, 0), (10, 24, 0)),
    ("Q2", (10, 25, 0), (1, 17, 1)),
    ("Q3", (1, 18, 1), (3, 28, 1)),
    ("Q4", (3, 29, 1), (6, 12, 1)),
)
_FIRST_MONTH = 7

_SETTINGS = """\
# The workspace of {district}. docs/workspace.md explains every key; unknown keys are refused.

[district]
name = {name}

[privacy]
# Figures about fewer students than this are never shown (5 to 30).
minimum_group = 10

[board]
paper = "letter"          # or "a4"

# Boards make themselves: partnerkpi schedule install. docs/run.md explains when, and how they reach their readers.
# [run]
# days_after = 14
# wait_days = 21
# [delivery]
# method = "folder"       # or "smtp", "eml"

# When a file is refused whole, and how large it may be. These are the defaults:
# [ingest]
# max_quarantine_share = 0.05
# row_count_factor = 4
# max_file_megabytes = 8192
# max_compression_ratio = 400
# max_zip_members = 1000
# max_row_characters = 1000000
# max_cell_characters = 32767
# max_workbook_cells = 20000000

# KPI settings that differ from the KPI file's own, for example:
# [settings.chronic_absence]
# minimum_days = 20

# Data checks: "error" stops the reports a finding concerns, "warning" is told, "off" is not looked for.
# [checks]
# attendance_outside_enrollment = "error"

# Told as late: attendance that lags behind by more days of the school year than this.
[settings.late_source]
attendance_days = 21
"""

_SCHOOL_YEAR = """
# Proposed dates: check them against the district's calendar.
[[school_year]]
name = "{label}"
quarters = [
{quarters}
]
# In which quarter a term's grades and credits become known.
[school_year.terms]
{terms}
"""

_PARTNER = """\
# Copy this file to <id>.toml (for example hospital.toml) and fill it in; files that begin with "_" are not read.
name = "The partner's name"
# aliases = ["OTHER SPELLINGS IN EXPORTS"]
# contact = "Office of Community Partnerships"
# color = "#0b5c6e"

# [[programs]]
# id = "academy"
# name = "Health Sciences Academy"

# [vision]
# text = "What both sides want students to get out of this."
# agreed = 2026-08-12
# signed_by = ["Superintendent", "Chief executive"]

# [[goals]]
# kpi = "chronic_absence"
# baseline = 18
# baseline_period = "2025-26 Q4"
# target = 12
# due = "2026-27 Q4"
"""


def planned_files(folder: Path) -> list[Path]:
    """What `initialise` would write."""
    files = [folder / SETTINGS_FILE, folder / "partners" / "_example.toml", folder / "data" / "key"]
    return [*files, *(folder / name for name in _FOLDERS)]


def initialise(folder: Path, *, district: str, today: dt.date) -> Workspace:
    """A workspace with quarters proposed for the last, this and the next school year.

    Raises ConfigurationError when the folder holds anything already, or cannot be written.
    """
    label = district.strip()
    if not label:
        raise ConfigurationError(
            "The district has no name.",
            where="--district",
            now='Name it: --district "Cedar Ridge Public Schools"',
        )
    return create_workspace(folder, settings=settings_text(label, today), partners={"_example": _PARTNER})


def create_workspace(folder: Path, *, settings: str, partners: dict[str, str]) -> Workspace:
    """The folders, the settings, the partner files and a new key; the settings come last, so it is whole or none."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            "This folder is not empty.",
            where=str(folder),
            now="Choose a new folder; a workspace that is there already needs no init.",
        )
    for name in _FOLDERS:
        make_private_folder(folder / name)
    write_private(folder / "data" / "key", (secrets.token_hex(32) + "\n").encode())
    for name, text in partners.items():
        write_private(folder / "partners" / f"{name}.toml", text.encode())
    write_private(folder / SETTINGS_FILE, settings.encode())
    return Workspace(folder.resolve())


def settings_text(district: str, today: dt.date) -> str:
    """partnerkpi.toml for a new district."""
    first = today.year if today.month >= _FIRST_MONTH else today.year - 1
    years = "".join(_school_year(year) for year in (first - 1, first, first + 1))
    return _SETTINGS.format(district=" ".join(district.split()), name=json.dumps(district)) + years


def _school_year(first: int) -> str:
    quarters = ",\n".join(
        f'  {{ name = "{name}", first_day = {_date(first, begin)}, last_day = {_date(first, end)} }}'
        for name, begin, end in _QUARTERS
    )
    terms = {f"Q{n}": f"Q{n}" for n in range(1, 5)} | {"S1": "Q2", "S2": "Q4", "Y1": "Q4", "F1": "Q4"}
    terms |= {f"{first}FA": "Q2", f"{first + 1}SP": "Q4", f"{first}SU": "Q1"}
    written = "\n".join(f'{json.dumps(term)} = "{quarter}"' for term, quarter in terms.items())
    return _SCHOOL_YEAR.format(label=f"{first}-{(first + 1) % 100:02d}", quarters=quarters, terms=written)


def _date(first: int, day: tuple[int, int, int]) -> str:
    return dt.date(first + day[2], day[0], day[1]).isoformat()
