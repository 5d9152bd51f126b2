"""Boards in any language: of the sample district, of a small group, and of a district without data."""

from dataclasses import dataclass
from pathlib import Path

from given import HOSPITAL, TODAY, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.language import Language
from partnerkpi.measure.catalogue import Catalogue, load_catalogue
from partnerkpi.measure.evidence import Evidence, gather_evidence
from partnerkpi.measure.results import measure, results_of
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.records.partners import read_partners
from partnerkpi.report.breaks import Breaks
from partnerkpi.report.build import build_board
from partnerkpi.report.figures import Figures, Key
from partnerkpi.report.page import Page
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

QUARTERS = ("2024-25 Q2", "2024-25 Q4", "2025-26 Q1", "2025-26 Q3", "2025-26 Q4", "2026-27 Q1")
GOALS = """
[[goals]]
kpi = "chronic_absence"
baseline = 50
baseline_period = "2025-26 Q1"
target = 20
due = "2026-27 Q4"
"""


@dataclass(frozen=True)
class Measured:
    """The sample district, measured once for as many boards as one likes."""

    workspace: Workspace
    calendar: SchoolCalendar
    catalogue: Catalogue
    evidence: Evidence
    results: dict[Key, Result]

    def boards(self, language: str) -> list[Board]:
        """A board for each partner, audience and quarter; similar students are left out, which takes long."""
        return [
            self.board(partner.id, audience, quarter, language)
            for partner in read_partners(self.workspace.partners)
            for audience in Audience
            for quarter in self.calendar.quarters
            if quarter.label in QUARTERS
        ]

    def board(self, partner_id: str, audience: Audience, quarter: Quarter, language: str) -> Board:
        """One of them."""
        (partner,) = [each for each in read_partners(self.workspace.partners) if each.id == partner_id]
        spoken, district = Language(language), self.workspace.settings.district.name
        page = Page(partner, district, "letter", self.catalogue, {}, held=True, audience=audience, language=spoken)
        policy, breaks = Policy(language=spoken), Breaks({}, {}, {})
        figures = Figures(partner.id, quarter, self.calendar, self.results, self.evidence, policy, breaks)
        return build_board(page, figures)


def measured(sample: Workspace) -> Measured:
    """Every KPI of every partner and quarter of the sample district."""
    calendar, catalogue = sample.settings.calendar(), load_catalogue(sample.root)
    period_ids = {k.id: [calendar.period(q, k.window).period_id for q in calendar.quarters] for k in catalogue.kpis}
    with open_for_reading(sample.database) as warehouse:
        evidence = gather_evidence(warehouse, calendar)
        found = results_of(measure(warehouse, catalogue.kpis, period_ids=period_ids, settings={}))
    results = {(r.kpi, r.partner, r.program, r.period_id): r for r in found}
    return Measured(sample, calendar, catalogue, evidence, results)


def small_group(folder: Path, students: int = 9, settings: str = "") -> Workspace:
    """A district in which the hospital has that many students, with attendance and lab visits."""
    made = workspace(folder, partners={"hospital": HOSPITAL + GOALS})
    with (made.root / "partnerkpi.toml").open("a") as file:
        file.write(settings)
    names = [f"S{number}" for number in range(students)]
    rows = [f"{name},RIVERBEND,Health Academy,2026-08-25" for name in names]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", rows))
    days = [f"{name},North,2026-09-{day:02},present" for day in range(1, 13) for name in ["S", *names]]
    export(made, "attendance.csv", csv_text("student_number,school,date,status", days))
    visits = [f"{name},RIVERBEND,Health Academy,Lab visit,2026-09-15,2" for name in names]
    export(made, "engagement.csv", csv_text("student_number,partner,program,activity,date,hours", visits))
    take_in(made)
    return made


def board_of(made: Workspace, language: str, audience: str = "executive", partner: str = "hospital") -> Board:
    """A partner's latest board."""
    return make_board(made, partner, today=TODAY, language=language, audience=audience)[0]
