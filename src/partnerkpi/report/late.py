"""The sources that a quarter lacks, and how a page says so."""

from collections.abc import Sequence

from partnerkpi.language import Language
from partnerkpi.measure.catalogue import Catalogue
from partnerkpi.measure.evidence import Evidence, Late
from partnerkpi.models.board import Audience
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.partner import Partner
from partnerkpi.models.school_year import Quarter
from partnerkpi.report.page import Page, page_kpis

_NAMES = {
    "attendance": "attendance",
    "grades": "grades",
    "college_credits": "college credits",
    "engagement": "engagement",
    "investments": "investments",
    "surveys": "surveys",
    "staff_training": "staff training",
}


def late_sources(kpis: Sequence[Kpi], evidence: Evidence, quarter: Quarter) -> tuple[Late, ...]:
    """What the KPIs of a page lack of a quarter that is over; a source that is not due yet by design is not late."""
    tables = dict.fromkeys(kpi.source_table for kpi in kpis)
    return tuple(late for table in tables if (late := evidence.late(table, quarter)) is not None)


def kpis_told(partner: Partner, audience: Audience, catalogue: Catalogue) -> list[Kpi]:
    """Every KPI on the page that an audience gets of a partner."""
    return page_kpis(Page(partner, "", "", catalogue, {}, held=False, audience=audience))


def late_text(late: Sequence[Late], language: Language | None = None) -> str:
    """The sources in words: "college credits, attendance after Oct 2, 2026"."""
    language = language or Language()
    return ", ".join(_told(each, language) for each in late)


def _told(late: Late, language: Language) -> str:
    name = language.say(_NAMES[late.table])
    if late.after is None:
        return name
    return language.say("{source} after {day}", source=name, day=language.day(late.after))
