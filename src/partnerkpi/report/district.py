"""Making the district's page: all partners on one sheet, each student once in what is said of all of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import ConfigurationError, InputMissing
from partnerkpi.language import LANGUAGES, Language
from partnerkpi.measure.catalogue import check_catalogue, mart_queries, read_marts
from partnerkpi.measure.evidence import gather_evidence, quarter_asked
from partnerkpi.measure.rates import read_rates
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.partner import PageChoice, Partner
from partnerkpi.models.school_year import Quarter
from partnerkpi.records.partners import cohort_names, known_on, read_partners
from partnerkpi.refresh import open_fresh
from partnerkpi.report.address import addressed
from partnerkpi.report.agreement import allows, smallest_group, standing_on
from partnerkpi.report.breaks import Breaks
from partnerkpi.report.build import build_board
from partnerkpi.report.figures import Beside, Figures
from partnerkpi.report.page import PIPELINE, Page
from partnerkpi.report.parts import Part, state_notes, total_beside
from partnerkpi.report.soundness import require_sound_data
from partnerkpi.report.trail import gather_trail
from partnerkpi.report.workflow import MEASURED_QUARTERS, make_board, one_of, results_of_page, told_on
from partnerkpi.warehouse.marts import partner_names
from partnerkpi.warehouse.past import look_back

# How the district's page is called where a partner's goes by its id.
DISTRICT = "district"

_CARDS = ("students_served", "attendance_rate", "chronic_absence", "course_pass_rate")
_COLUMNS = (*_CARDS, "engagement_hours", "investment_partner", "investment_district")
_COLOR = "#1f4e79"


def make_any_board(
    workspace: Workspace,
    partner_id: str,
    *,
    today: dt.date,
    period: str | None = None,
    as_of: dt.date | None = None,
    audience: str = Audience.EXECUTIVE.value,
    language: str = "",
    whole: bool = False,
) -> tuple[Board, Quarter]:
    """A partner's board and its quarter, or without a partner the district's page; `whole` as of `make_board`."""
    make = partial(make_board, partner_id=partner_id, whole=whole) if partner_id else make_district_page
    return make(workspace, today=today, period=period, as_of=as_of, audience=audience, language=language)


def make_district_page(
    workspace: Workspace,
    *,
    today: dt.date,
    period: str | None = None,
    as_of: dt.date | None = None,
    audience: str = Audience.EXECUTIVE.value,
    language: str = "",
) -> tuple[Board, Quarter]:
    """The frozen description of the page with all partners, and its quarter; options as of a partner's board."""
    settings, calendar = workspace.settings, workspace.settings.calendar()
    known = _require_partners(workspace)
    readers = one_of(audience, [each.value for each in Audience], "audience")
    spoken = Language(one_of(language or settings.board.language, list(LANGUAGES), "language"))
    marts = read_marts(workspace.root)
    with open_fresh(workspace) as warehouse:
        if as_of is not None:
            names = cohort_names(known_on(known, as_of), partner_names(warehouse))
            look_back(warehouse, as_of, mart_queries(workspace.root), names)
        evidence = gather_evidence(warehouse, calendar)
        made_on = min(today, as_of or today)
        quarter = quarter_asked(calendar, evidence, period, made_on)
        day = min(made_on, quarter.last_day)
        partners = [partner.as_of(day, first=quarter.first_day) for partner in known]
        quarters = calendar.latest(quarter, MEASURED_QUARTERS)
        require_sound_data(warehouse, workspace, partners, today=day, quarters=[each.quarter_id for each in quarters])
        catalogue = check_catalogue(warehouse, workspace.root)
        page = Page(
            _all_together(partners, spoken),
            settings.district.name,
            settings.board.paper,
            catalogue,
            kpi_settings(workspace, catalogue),
            held=settings.cohorts.members == "school year",
            rates=read_rates(workspace.root),
            orientation=settings.board.orientation,
            audience=Audience(readers),
            language=spoken,
        )
        goals = page.named(tuple(goal.kpi for partner in partners for goal in partner.goals))
        results, page = results_of_page(warehouse, page, calendar, quarters, settings.kpi_seconds, more=goals)
        smallest = smallest_group(settings.privacy.minimum_group, [partner.agreement for partner in partners])
        trail = gather_trail(
            warehouse,
            workspace,
            page.catalogue,
            page.settings,
            partner="",
            quarters=quarters,
            as_of=as_of,
            minimum_group=smallest,
        )
    scales = {year.name: settings.scale_of(year.name) for year in calendar.school_years}
    policy, breaks = Policy(smallest, spoken), Breaks(evidence.systems, page.settings, scales)

    def figures_of(partner: str, beside: Beside | None = None) -> Figures:
        steps = page.named(PIPELINE)
        return Figures(partner, quarter, calendar, results, evidence, policy, breaks, pipeline=steps, beside=beside)

    every = [
        Part(
            partner,
            figures_of(partner.id),
            frozenset(kpi.id for kpi in page.catalogue.kpis if allows(partner.agreement, kpi, marts)),
            partner.state_on(day),
            standing_on(partner, made_on).allows,
        )
        for partner in partners
    ]
    parts = [part for part in every if part.state == "active" or _has_data(part, page)]
    page = replace(page, more_notes=state_notes(every, page, day))
    board = build_board(page, figures_of("", total_beside(every, policy)), told_on(calendar, quarter, made_on), parts)
    return addressed(board, trail), quarter


def _require_partners(workspace: Workspace) -> tuple[Partner, ...]:
    partners = read_partners(workspace.partners)
    if not partners:
        raise InputMissing(
            "There is no partner yet.",
            where=str(workspace.partners),
            now="Describe one in a file of this folder.",
        )
    if any(partner.id == DISTRICT for partner in partners):
        raise ConfigurationError(
            f"A partner goes by the id {DISTRICT}, as the page of the whole district does.",
            where=str(workspace.partners / f"{DISTRICT}.toml"),
            now="Give this file another name.",
        )
    return partners


def _all_together(partners: Sequence[Partner], language: Language) -> Partner:
    """All partners as one, which has no id: what is measured of it counts each student once."""
    choice = PageChoice(
        panels=("outcomes", "partners"),
        kpis=(("outcomes", _CARDS), ("partners", _COLUMNS), ("college", ()), ("work", ())),
        money_public=all(partner.page.money_public for partner in partners),
    )
    return Partner(
        id="",
        name=language.say("All partners"),
        aliases=(),
        formerly=(),
        programs=(),
        vision="",
        goals=(),
        contact="",
        color=_COLOR,
        page=choice,
    )


def _has_data(part: Part, page: Page) -> bool:
    figures = part.figures
    return any(figures.result(kpi, figures.telling_quarter(kpi)) is not None for kpi in page.kpis("partners"))
