"""Making the district's page: all partners on one sheet, each student once in what is said of all of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy
from partnerkpi.errors import ConfigurationError, InputMissing
from partnerkpi.language import Language
from partnerkpi.measure.catalogue import check_catalogue, read_marts
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.partner import PageChoice, Partner
from partnerkpi.models.school_year import Quarter
from partnerkpi.records.partners import read_partners
from partnerkpi.report.address import addressed
from partnerkpi.report.agreement import allows, smallest_group, standing_on
from partnerkpi.report.build import build_board
from partnerkpi.report.figures import Figures
from partnerkpi.report.ground import Ground, figures_of, language_named, opened, page_for, readers_named
from partnerkpi.report.page import Page, broken_kpis
from partnerkpi.report.parts import Part, state_notes, total_beside
from partnerkpi.report.soundness import require_sound_data
from partnerkpi.report.trail import gather_trail
from partnerkpi.report.workflow import make_board, results_of_page

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
    """A partner's board and its quarter, or without a partner the district's page; options as of `make_board`."""
    make = partial(make_board, partner_id=partner_id) if partner_id else make_district_page
    return make(workspace, today=today, period=period, as_of=as_of, audience=audience, language=language, whole=whole)


def make_district_page(
    workspace: Workspace,
    *,
    today: dt.date,
    period: str | None = None,
    as_of: dt.date | None = None,
    audience: str = Audience.EXECUTIVE.value,
    language: str = "",
    whole: bool = False,
) -> tuple[Board, Quarter]:
    """The frozen description of the page with all partners, and its quarter; options as of a partner's board."""
    settings = workspace.settings
    known = _require_partners(workspace)
    readers, spoken = readers_named(audience), language_named(language or settings.board.language)
    with opened(workspace, known, today=today, period=period, as_of=as_of) as ground:
        partners = [partner.as_of(ground.day, first=ground.quarter.first_day) for partner in known]
        # What is late today must not stop the report of a quarter that is complete.
        told = [quarter.quarter_id for quarter in ground.quarters]
        require_sound_data(ground.warehouse, workspace, partners, today=ground.day, quarters=told)
        catalogue = check_catalogue(ground.warehouse, workspace.root)
        page = page_for(workspace, _all_together(partners, spoken), catalogue, readers, spoken)
        goals = page.named(tuple(goal.kpi for partner in partners for goal in partner.goals))
        results, page = results_of_page(ground, page, settings.kpi_seconds, more=goals)
        if whole and (broken := broken_kpis(page)):
            raise broken[0]
        agreed = [partner.agreement_on(ground.made_on) for partner in partners]
        smallest = smallest_group(settings.privacy.minimum_group, agreed)
        trail = gather_trail(ground, workspace, page, as_of=as_of, minimum_group=smallest)
    figures = figures_of(workspace, ground, page, results, Policy(smallest, spoken))
    every = _parts(workspace, ground, page, figures, partners)
    parts = [part for part in every if part.state == "active" or _has_data(part, page)]
    page = replace(page, more_notes=state_notes(every, page, ground.day))
    together = replace(figures, beside=total_beside(every, figures.policy))
    return addressed(build_board(page, together, ground.news_until, parts), trail), ground.quarter


def _parts(
    workspace: Workspace, ground: Ground, page: Page, figures: Figures, partners: Sequence[Partner]
) -> list[Part]:
    """Every partner with figures of its own."""
    marts = read_marts(workspace.root)
    return [
        Part(
            partner,
            replace(figures, partner=partner.id, releases=[], made={}),
            frozenset(
                kpi.id for kpi in page.catalogue.kpis if allows(partner.agreement_on(ground.made_on), kpi, marts)
            ),
            partner.state_on(ground.day),
            standing_on(partner, ground.made_on).allows,
        )
        for partner in partners
    ]


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
