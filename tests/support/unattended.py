"""A district whose quarters make themselves: one partner or several, exports that come in when a test says so."""

import datetime as dt
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pypdf
from given import HOSPITAL, SETTINGS, csv_text, export, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import PartnerKpiError
from partnerkpi.schedule import Hearing, RunOptions, RunReport
from partnerkpi.schedule import run as run_it
from partnerkpi.schedule.run import Outcome

STUDENTS = range(12)
MILL = 'name = "River Mill"\n\n[[programs]]\nid = "shop"\nname = "Shop"\n'
# A page that is laid out in a moment and tells what these tests ask about.
_PAGE = (
    "<html lang='en'><title>{{ board.title }}</title><body>{% for note in board.notes %}<p>{{ note }}</p>{% endfor %}"
)
# The last school days of the quarters of 2025-26 and of the first two of 2026-27.
ENDS = {
    "2025-26 Q1": dt.date(2025, 10, 24),
    "2025-26 Q2": dt.date(2026, 1, 16),
    "2025-26 Q3": dt.date(2026, 3, 27),
    "2025-26 Q4": dt.date(2026, 6, 10),
    "2026-27 Q1": dt.date(2026, 10, 23),
    "2026-27 Q2": dt.date(2027, 1, 15),
}


def district(folder: Path, *quarters: str, settings: str = "", partners: Mapping[str, str] | None = None) -> Workspace:
    """A workspace with the students of its partners, and attendance of these quarters in its inbox.

    The partners' names are those of their files; each has twelve students, numbered by the hundred.
    """
    files = partners or {"hospital": HOSPITAL}
    made = workspace(folder, settings=SETTINGS + settings, partners=files)
    (made.root / "templates").mkdir()
    (made.root / "templates" / "board.html.j2").write_text(_PAGE)
    people = [
        f"{100 * place + number},{tomllib.loads(text)['name']},Everybody,2025-08-25"
        for place, text in enumerate(files.values())
        for number in STUDENTS
    ]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    for quarter in quarters:
        attendance(made, quarter)
    return made


def attendance(made: Workspace, quarter: str) -> None:
    """An export of the last three days of a quarter in the inbox."""
    days = [ENDS[quarter] - dt.timedelta(days=number) for number in range(3)]
    hundreds = range(len(list(made.partners.glob("*.toml"))))
    rows = [
        f"{100 * hundred + number},North,{day},{'absent_unexcused' if number == 3 else 'present'}"
        for hundred in hundreds
        for number in STUDENTS
        for day in days
    ]
    name = f"attendance_{quarter.replace(' ', '_')}.csv"
    export(made, name, csv_text("student_number,school,date,status", rows))


def college_credits(made: Workspace, term: str) -> None:
    """An export of college credits in the inbox."""
    rows = [f"{number},Ridgeline,{term},ENG 111,3,3" for number in STUDENTS]
    header = "student_number,institution,term,course,hours_attempted,hours_earned"
    export(made, f"college_credits_{term}.csv", csv_text(header, rows))


def add_settings(made: Workspace, text: str) -> Workspace:
    """The workspace with more tables in partnerkpi.toml, read anew."""
    path = made.root / "partnerkpi.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    return Workspace(made.root)


def add_to_partner(made: Workspace, text: str, partner: str = "hospital") -> None:
    """More lines at the end of a partner file."""
    path = made.partners / f"{partner}.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def copied(made: Workspace, folder: Path) -> Workspace:
    """A copy of a workspace that a test may change."""
    shutil.copytree(made.root, folder)
    return Workspace(folder)


class Runs:
    """Runs of a workspace on days that a test names, and what they said."""

    def __init__(self, made: Workspace) -> None:
        self.workspace = made
        self.errors: list[PartnerKpiError] = []
        self.notes: list[str] = []

    def on(self, day: str, *, plan: bool = False, again: bool = False) -> RunReport:
        """One run in the morning of a day."""
        self.errors, self.notes = [], []
        hearing = Hearing(failed=self.errors.append, note=self.notes.append)
        now = dt.datetime.fromisoformat(f"{day} 06:30")
        return run_it(Workspace(self.workspace.root), now=now, options=RunOptions(plan, again), hearing=hearing)

    def boards(self) -> dict[str, bytes]:
        """Every file in `boards`, by its path from there."""
        folder = self.workspace.root / "boards"
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }

    def text_of(self, name: str) -> str:
        """What a board in `boards` says, on one line."""
        page = pypdf.PdfReader(self.workspace.root / "boards" / name).pages[0]
        return " ".join(page.extract_text().replace("\u00a0", " ").split())


def told(report: RunReport) -> dict[str, str]:
    """What came of each partner's quarter, by "2025-26 Q1 hospital"."""
    return {f"{outcome.period} {outcome.partner}": outcome.text for outcome in report.outcomes}


def outcome(report: RunReport, partner: str = "hospital") -> Outcome:
    """The one outcome of a partner."""
    (found,) = [each for each in report.outcomes if each.partner == partner]
    return found
