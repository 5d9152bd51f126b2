"""What a page is made for and of: the partner, the audience, and which panels and KPIs that means."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from partnerkpi.errors import KpiFileError
from partnerkpi.language import Language
from partnerkpi.measure.catalogue import Catalogue
from partnerkpi.measure.kpi_files import blamed_id
from partnerkpi.models.board import Audience
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.partner import Agreement, Partner
from partnerkpi.models.reference import Rate

# The panels in the order of the page; those of an audience are the usual ones, a partner file may choose others.
PANELS = ("outcomes", "college", "work", "pipeline", "people", "investment", "goals", "checkin", "voice", "programs")
USUAL_PANELS = {
    Audience.EXECUTIVE: ("outcomes", "college", "work", "people", "investment", "goals", "checkin", "voice"),
    Audience.COMMUNITY: ("outcomes", "college", "work", "investment", "goals", "voice"),
    Audience.BOARD: PANELS,
}
USUAL_KPIS: Mapping[str, tuple[str, ...]] = {
    "outcomes": ("attendance_rate", "chronic_absence", "course_pass_rate", "gpa_unweighted"),
    "college": (
        "students_with_college_credit",
        "college_hours_earned",
        "college_hours_attempted",
        "college_success_rate",
        "college_tuition_value",
    ),
    "work": ("students_served", "completion_rate", "credentials_earned"),
    "people": ("partner_fte", "teachers_trained", "externships"),
    "investment": ("cost_per_participant",),
    "voice": ("survey_favorable_students", "survey_answers", "survey_response_rate"),
}
# The community is told less, and in sentences instead.
COMMUNITY_KPIS: Mapping[str, tuple[str, ...]] = {
    "outcomes": ("attendance_rate", "chronic_absence", "course_pass_rate"),
    "college": ("students_with_college_credit", "college_hours_earned"),
    "work": ("students_served", "completion_rate"),
    "voice": ("survey_favorable_students", "survey_answers"),
}
TIERS = ("awareness", "exploration", "preparation", "training")
SIDES = ("partner", "district")
PROGRAM_KPIS = ("students_served", "attendance_rate", "chronic_absence", "course_pass_rate")
PLACES_FILLED = "places_filled"
SERVED = "students_served"
# Each step is one of those before it.
PIPELINE = (
    "pipeline_started",
    "pipeline_high_school",
    "pipeline_completed",
    "pipeline_credential",
    "pipeline_hired",
)


@dataclass(frozen=True)
class Page:
    """What the board needs besides the figures."""

    partner: Partner
    district: str
    paper: str
    catalogue: Catalogue
    settings: Mapping[str, Mapping[str, Number]]
    held: bool
    rates: tuple[Rate, ...] = ()
    orientation: str = "landscape"
    audience: Audience = Audience.EXECUTIVE
    language: Language = field(default_factory=Language)
    logo: str = ""
    # The agreement with the partner on the day the page is made.
    agreed: Agreement | None = None
    # The ids of KPIs that there are and that the agreement with the partner does not allow.
    withheld: frozenset[str] = frozenset()
    # Lines of the small print besides those that every page has.
    more_notes: tuple[str, ...] = ()

    @property
    def panels(self) -> tuple[str, ...]:
        """The panels of the page, in its order: those the partner file chose, else the usual ones of the audience."""
        usual = USUAL_PANELS[self.audience]
        return tuple(name for name in self.partner.page.panels or usual if self.may_tell_money or name != "investment")

    @property
    def may_tell_money(self) -> bool:
        """Whether the page may speak of money: to the community only when both sides agreed."""
        return self.audience is not Audience.COMMUNITY or self.partner.page.money_public

    def may_tell_of(self, table: str) -> bool:
        """Whether the agreement with the partner, if there is one, allows a source table."""
        return self.agreed is None or not self.agreed.fields or table in self.agreed.fields

    def withholds(self, panel: str) -> bool:
        """Whether the agreement is why a panel has nothing to show."""
        asked = dict(self.partner.page.kpis).get(panel, USUAL_KPIS.get(panel, ()))
        tables = {"pipeline": PIPELINE, "goals": tuple(goal.kpi for goal in self.partner.goals)}
        return any(name in self.withheld for name in tables.get(panel, asked))

    def kpis(self, panel: str) -> list[Kpi]:
        """The KPIs of a panel that there are, in the order asked for."""
        return [kpi for kpi in self.named(self.asked(panel)) if self.may_tell(kpi)]

    def asked(self, panel: str) -> tuple[str, ...]:
        """The ids of a panel's KPIs, whether or not there are such."""
        usual = {**USUAL_KPIS, **(COMMUNITY_KPIS if self.audience is Audience.COMMUNITY else {})}
        return dict(self.partner.page.kpis).get(panel, usual.get(panel, ()))

    def named(self, names: tuple[str, ...]) -> list[Kpi]:
        """The KPIs of these ids that the catalogue knows, each once."""
        known = {kpi.id: kpi for kpi in self.catalogue.kpis}
        return [known[name] for name in dict.fromkeys(names) if name in known]

    @property
    def goal_kpis(self) -> list[Kpi]:
        """The KPIs that goals are on, as far as the page may tell of them."""
        return [kpi for kpi in self.named(tuple(goal.kpi for goal in self.partner.goals)) if self.may_tell(kpi)]

    @property
    def table_kpis(self) -> tuple[str, ...]:
        """What tables of their own tell: hours and students by tier, money by side."""
        tiers = tuple(f"{what}_{tier}" for tier in TIERS for what in ("students", "hours"))
        sides = tuple(f"investment_{side}{plan}" for side in SIDES for plan in ("", "_planned"))
        return (*(tiers if "work" in self.panels else ()), *(sides if "investment" in self.panels else ()))

    @property
    def aims(self) -> list[Kpi]:
        """The KPIs that actions of check-ins aim at."""
        names = tuple(a.aims_at for checkin in self.partner.checkins for a in checkin.actions if a.aims_at)
        return [kpi for kpi in self.named(names) if self.may_tell(kpi)]

    def may_tell(self, kpi: Kpi) -> bool:
        """Whether the page may tell of a KPI: of money not always."""
        money = kpi.unit.startswith("dollars") or kpi.unit in ("percent of plan", "percent of investment")
        return self.may_tell_money or not money


def page_kpis(page: Page) -> list[Kpi]:
    """Every KPI of a page, each once, in the order in which they get their codes."""
    found = [kpi for panel in page.panels for kpi in page.kpis(panel)]
    found += [*page.goal_kpis, *page.aims, *page.named(page.table_kpis)]
    if "programs" in page.panels:
        found += page.named(PROGRAM_KPIS)
        if any(program.capacity is not None for program in page.partner.programs):
            found += page.named((PLACES_FILLED,))
    # A step is told beside those before it, wherever it stands.
    if "pipeline" in page.panels or any(kpi.id in PIPELINE for kpi in found):
        found += page.named(PIPELINE)
    return list({kpi.id: kpi for kpi in found}.values())


def broken_kpis(page: Page) -> list[KpiFileError]:
    """Why KPIs that the page asks for are left out of it: one error for each file that is broken."""
    asked = {name for panel in page.panels for name in page.asked(panel)}
    asked |= {*(goal.kpi for goal in page.partner.goals), *page.table_kpis}
    asked |= set(PROGRAM_KPIS) if "programs" in page.panels else set()
    return [error for error in page.catalogue.broken if blamed_id(error) in asked]
