"""Making one board: one straight line from the warehouse to the description of the page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import KpiFileError, UsageError
from partnerkpi.language import LANGUAGES, Language
from partnerkpi.measure.catalogue import Catalogue, check_catalogue, mart_queries, read_marts
from partnerkpi.measure.evidence import Evidence, gather_evidence, quarter_asked
from partnerkpi.measure.rates import read_rates
from partnerkpi.measure.results import measure_partner
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.measure.similar import comparing
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.partner import PageChoice
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.models.similar import Comparison, Matching
from partnerkpi.records.logo import read_logo
from partnerkpi.records.partners import cohort_names, find_partner, known_on, read_partners
from partnerkpi.refresh import open_fresh
from partnerkpi.report.address import addressed
from partnerkpi.report.agreement import permitted, require_agreement, smallest_group
from partnerkpi.report.breaks import Breaks
from partnerkpi.report.build import build_board
from partnerkpi.report.figures import TREND_QUARTERS, Figures
from partnerkpi.report.lifetime import require_board
from partnerkpi.report.page import PIPELINE, Page, broken_kpis, page_kpis
from partnerkpi.report.soundness import require_sound_data
from partnerkpi.report.trail import gather_trail
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.marts import partner_names
from partnerkpi.warehouse.past import look_back

# A KPI that is not due tells of an earlier quarter, with a trend and a year before of its own.
MEASURED_QUARTERS = 2 * TREND_QUARTERS


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
    readers = one_of(audience, [each.value for each in Audience], "audience")
    spoken = Language(one_of(language or partner.page.language or settings.board.language, list(LANGUAGES), "language"))
    require_agreement(partner, min(today, as_of or today))
    smallest = smallest_group(settings.privacy.minimum_group, [partner.agreement])
    logo = read_logo(workspace.partners, partner)
    calendar = settings.calendar()
    with open_fresh(workspace) as warehouse:
        if as_of is not None:
            names = cohort_names(known_on(partners, as_of), partner_names(warehouse))
            look_back(warehouse, as_of, mart_queries(workspace.root), names)
        evidence = gather_evidence(warehouse, calendar)
        day = min(today, as_of or today)
        quarter = quarter_asked(calendar, evidence, period, day)
        asked = min(day, quarter.last_day)
        require_board(partner, quarter, day=asked, calendar=calendar, partners=partners)
        partner = partner.as_of(asked, first=quarter.first_day)
        quarters = calendar.latest(quarter, MEASURED_QUARTERS)
        # What is late today must not stop the report of a quarter that is complete.
        told = [each.quarter_id for each in quarters]
        require_sound_data(warehouse, workspace, [partner], today=asked, quarters=told)
        catalogue = check_catalogue(warehouse, workspace.root)
        catalogue, withheld = permitted(catalogue, partner.agreement, read_marts(workspace.root))
        page = Page(
            partner,
            settings.district.name,
            settings.board.paper,
            catalogue,
            kpi_settings(workspace, catalogue),
            held=settings.cohorts.members == "school year",
            rates=read_rates(workspace.root),
            orientation=settings.board.orientation,
            audience=Audience(readers),
            language=spoken,
            logo=logo,
            withheld=withheld,
        )
        results, page = results_of_page(warehouse, page, calendar, quarters, settings.kpi_seconds)
        if whole and (broken := broken_kpis(page)):
            raise broken[0]
        trail = gather_trail(
            warehouse,
            workspace,
            page.catalogue,
            page.settings,
            partner=partner.id,
            quarters=quarters,
            as_of=as_of,
            minimum_group=smallest,
        )
        similar = _similar(warehouse, page, evidence, calendar, quarter, settings.similar.matching())
    policy = Policy(smallest, spoken)
    scales = {year.name: settings.scale_of(year.name) for year in calendar.school_years}
    breaks = Breaks(evidence.systems, page.settings, scales)
    steps = page.named(PIPELINE)
    figures = Figures(partner.id, quarter, calendar, results, evidence, policy, breaks, similar, steps)
    return addressed(build_board(page, figures, told_on(calendar, quarter, day)), trail), quarter


def one_of(word: str, known: list[str], what: str) -> str:
    """The word itself; raises UsageError, with the nearest known one, for any other."""
    if word not in known:
        raise UsageError(
            f"There is no {what} called {word}{nearest(word, known)}.",
            where=f"known: {', '.join(known)}",
            now=f"Name one of these with --{what}.",
        )
    return word


def told_on(calendar: SchoolCalendar, quarter: Quarter, day: dt.date) -> dt.date:
    """The day whose news a board tells of actions: today, but never beyond the quarter that follows its own."""
    later = [each for each in calendar.quarters if each.first_day > quarter.last_day]
    return min(day, later[0].last_day) if later else day


def results_of_page(
    warehouse: Warehouse,
    page: Page,
    calendar: SchoolCalendar,
    quarters: Sequence[Quarter],
    seconds: float,
    more: Sequence[Kpi] = (),
) -> tuple[dict[tuple[str, str, str, int], Result], Page]:
    """The results, and the page without the KPIs that failed on the data or took too long.

    Those of its partner, and of the page of all partners those of each of them too; of `more` KPIs as well.
    """
    kpis = list({kpi.id: kpi for kpi in (*page_kpis(page), *more)}.values())
    period_ids = {kpi.id: [p.period_id for p in calendar.told(kpi.window, quarters)] for kpi in kpis}
    failed: dict[str, KpiFileError] = {}
    results = measure_partner(
        warehouse,
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


def _similar(
    warehouse: Warehouse,
    page: Page,
    evidence: Evidence,
    calendar: SchoolCalendar,
    quarter: Quarter,
    matching: Matching,
) -> dict[str, Comparison]:
    """The student outcomes of the board's own quarter beside similar students, by KPI."""
    if not page.may_tell_of("students"):
        return {}  # who is similar is found in the roster
    outcomes = [kpi for kpi in page.kpis("outcomes") if kpi.grain is Grain.STUDENT and evidence.covers(kpi, quarter)]
    found: dict[str, Comparison] = {}
    periods = {kpi.id: calendar.period(quarter, kpi.window).period_id for kpi in outcomes}
    for period_id in sorted(set(periods.values())):
        cohorts = [(page.partner.id, "")]
        with comparing(warehouse, period_id=period_id, cohorts=cohorts, matching=matching) as prepared:
            for kpi in [kpi for kpi in outcomes if periods[kpi.id] == period_id]:
                found[kpi.id] = prepared.compare(kpi, page.settings.get(kpi.id, {}))[0]
    return found
