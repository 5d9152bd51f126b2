"""Making one board: one straight line from the warehouse to the description of the page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import Catalogue, check_catalogue, read_marts
from partnerkpi.measure.results import measure_partner
from partnerkpi.measure.similar import comparing
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.partner import PageChoice
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter
from partnerkpi.models.similar import Comparison, Matching
from partnerkpi.records.logo import read_logo
from partnerkpi.records.partners import find_partner, read_partners
from partnerkpi.report.address import addressed
from partnerkpi.report.agreement import permitted, require_agreement, smallest_group
from partnerkpi.report.build import build_board
from partnerkpi.report.ground import Ground, figures_of, language_named, opened, page_for, readers_named
from partnerkpi.report.lifetime import require_board
from partnerkpi.report.page import SERVED, Page, broken_kpis, page_kpis
from partnerkpi.report.programs import programs_beside
from partnerkpi.report.soundness import require_sound_data
from partnerkpi.report.trail import gather_trail


def make_board(
    workspace: Workspace,
    partner_id: str,
    *,
    today: dt.date,
    period: str | None = None,
    as_of: dt.date | None = None,
    audience: str = Audience.EXECUTIVE.value,
    language: str = "",
    choice: PageChoice | None = None,
    whole: bool = False,
) -> tuple[Board, Quarter]:
    """The frozen description of the page, and its quarter; with `as_of` as it was at the end of that day.

    `choice` stands in for what the partner file says the page shows. A page of which KPI files are broken says so; one
    that is to be `whole` is refused with KpiFileError. Raises as `report`; UsageError, too, for a quarter in which the
    partner was paused, ended or merged into another.
    """
    settings = workspace.settings
    partners = read_partners(workspace.partners)
    partner = find_partner(partners, partner_id)
    partner = partner if choice is None else replace(partner, page=choice)
    readers = readers_named(audience)
    spoken = language_named(language or partner.page.language or settings.board.language)
    made_on = min(today, as_of or today)
    require_agreement(partner, made_on)
    agreed = partner.agreement_on(made_on)
    smallest = smallest_group(settings.privacy.minimum_group, [agreed])
    logo = read_logo(workspace.partners, partner)
    with opened(workspace, partners, today=today, period=period, as_of=as_of) as ground:
        require_board(partner, ground.quarter, day=ground.day, calendar=ground.calendar, partners=partners)
        partner = partner.as_of(ground.day, first=ground.quarter.first_day)
        # What is late today must not stop the report of a quarter that is complete.
        told = [quarter.quarter_id for quarter in ground.quarters]
        require_sound_data(ground.warehouse, workspace, [partner], today=ground.day, quarters=told)
        catalogue, withheld = permitted(
            check_catalogue(ground.warehouse, workspace.root), agreed, read_marts(workspace.root)
        )
        page = page_for(workspace, partner, catalogue, readers, spoken)
        page = replace(page, logo=logo, agreed=agreed, withheld=withheld)
        results, page = results_of_page(ground, page, settings.kpi_seconds)
        if whole and (broken := broken_kpis(page)):
            raise broken[0]
        trail = gather_trail(ground, workspace, page, as_of=as_of, minimum_group=smallest)
        similar = _similar(ground, page, settings.similar.matching())
    figures = figures_of(workspace, ground, page, results, Policy(smallest, spoken), similar)
    served = next(iter(page.named((SERVED,))), None)
    figures.beside = programs_beside(figures, partner.programs, served)
    return addressed(build_board(page, figures, ground.news_until), trail), ground.quarter


def results_of_page(
    ground: Ground, page: Page, seconds: float, more: Sequence[Kpi] = ()
) -> tuple[dict[tuple[str, str, str, int], Result], Page]:
    """The results, and the page without the KPIs that failed on the data or took too long.

    Those of its partner, and of the page of all partners those of each of them too; of `more` KPIs as well.
    """
    kpis = list({kpi.id: kpi for kpi in (*page_kpis(page), *more)}.values())
    period_ids = {kpi.id: [p.period_id for p in ground.calendar.told(kpi.window, ground.quarters)] for kpi in kpis}
    failed: dict[str, KpiFileError] = {}
    results = measure_partner(
        ground.warehouse,
        kpis,
        page.partner.id or None,
        period_ids=period_ids,
        settings=page.settings,
        seconds=seconds,
        failed=lambda kpi, error: failed.update({kpi.id: error}),
    )
    known = page.catalogue
    sound = Catalogue(tuple(kpi for kpi in known.kpis if kpi.id not in failed), (*known.broken, *failed.values()))
    return {(r.kpi, r.partner, r.program, r.period_id): r for r in results}, replace(page, catalogue=sound)


def _similar(ground: Ground, page: Page, matching: Matching) -> dict[str, Comparison]:
    """The student outcomes of the board's own quarter beside similar students, by KPI."""
    if not page.may_tell_of("students"):
        return {}  # who is similar is found in the roster
    told = [kpi for kpi in page.kpis("outcomes") if kpi.grain is Grain.STUDENT]
    outcomes = [kpi for kpi in told if ground.evidence.covers(kpi, ground.quarter)]
    found: dict[str, Comparison] = {}
    periods = {kpi.id: ground.calendar.period(ground.quarter, kpi.window).period_id for kpi in outcomes}
    for period_id in sorted(set(periods.values())):
        cohorts = [(page.partner.id, "")]
        with comparing(ground.warehouse, period_id=period_id, cohorts=cohorts, matching=matching) as prepared:
            for kpi in [kpi for kpi in outcomes if periods[kpi.id] == period_id]:
                found[kpi.id] = prepared.compare(kpi, page.settings.get(kpi.id, {}))[0]
    return found
