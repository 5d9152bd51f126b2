"""Making one board: one straight line from the warehouse to the description of the page."""

import datetime as dt
from collections.abc import Mapping, Sequence

from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import Catalogue, check_catalogue, mart_queries
from partnerkpi.measure.evidence import gather_evidence, quarter_asked
from partnerkpi.measure.rates import read_rates
from partnerkpi.measure.results import measure_partner
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.models.board import Board
from partnerkpi.models.dated import Number
from partnerkpi.models.partner import Partner
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.records.partners import find_partner, read_partners
from partnerkpi.refresh import open_fresh
from partnerkpi.report.breaks import Breaks
from partnerkpi.report.build import PROGRAM_KPIS, Page, build_board, page_kpis
from partnerkpi.report.figures import TREND_QUARTERS, Figures
from partnerkpi.report.soundness import require_sound_data
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.past import look_back

# A KPI that is not due tells of an earlier quarter, with a trend and a year before of its own.
_QUARTERS = 2 * TREND_QUARTERS


def make_board(
    workspace: Workspace, partner_id: str, *, today: dt.date, period: str | None, as_of: dt.date | None = None
) -> tuple[Board, Quarter]:
    """The frozen description of the page, and its quarter; with `as_of` as it was at the end of that day."""
    partner = find_partner(read_partners(workspace.partners), partner_id)
    calendar = workspace.settings.calendar()
    with open_fresh(workspace) as warehouse:
        if as_of is not None:
            look_back(warehouse, as_of, mart_queries(workspace.root))
        evidence = gather_evidence(warehouse, calendar)
        day = min(today, as_of or today)
        quarter = quarter_asked(calendar, evidence, period, day)
        partner = partner.with_goals_of(min(day, quarter.last_day))
        quarters = calendar.latest(quarter, _QUARTERS)
        # What is late today must not stop the report of a quarter that is complete.
        asked, told = min(day, quarter.last_day), [each.quarter_id for each in quarters]
        require_sound_data(warehouse, workspace, partner, today=asked, quarters=told)
        catalogue = check_catalogue(warehouse, workspace.root)
        settings = kpi_settings(workspace, catalogue)
        seconds = workspace.settings.kpi_seconds
        results, catalogue = _results(warehouse, catalogue, partner, calendar, quarters, settings, seconds)
    policy = Policy(workspace.settings.privacy.minimum_group)
    scales = {year.name: workspace.settings.scale_of(year.name) for year in calendar.school_years}
    breaks = Breaks(evidence.systems, settings, scales)
    figures = Figures(partner.id, quarter, calendar, results, evidence, policy, breaks)
    rates = read_rates(workspace.root)
    held = workspace.settings.cohorts.members == "school year"
    page = Page(
        partner, workspace.settings.district.name, workspace.settings.board.paper, catalogue, settings, held, rates
    )
    return build_board(page, figures), quarter


def _results(
    warehouse: Warehouse,
    catalogue: Catalogue,
    partner: Partner,
    calendar: SchoolCalendar,
    quarters: Sequence[Quarter],
    settings: Mapping[str, Mapping[str, Number]],
    seconds: float,
) -> tuple[dict[tuple[str, str, str, int], Result], Catalogue]:
    """The results, and the catalogue without the KPIs that failed on the data or took too long."""
    programs = [kpi for kpi in catalogue.kpis if kpi.id in PROGRAM_KPIS]
    kpis = list(dict.fromkeys([*page_kpis(catalogue, partner), *programs]))
    period_ids = {kpi.id: [p.period_id for p in calendar.told(kpi.window, quarters)] for kpi in kpis}
    failed: dict[str, KpiFileError] = {}
    results = measure_partner(
        warehouse,
        kpis,
        partner.id,
        period_ids=period_ids,
        settings=settings,
        seconds=seconds,
        failed=lambda kpi, error: failed.update({kpi.id: error}),
    )
    sound = Catalogue(
        tuple(kpi for kpi in catalogue.kpis if kpi.id not in failed), (*catalogue.broken, *failed.values())
    )
    return {(r.kpi, r.partner, r.program, r.period_id): r for r in results}, sound
