"""Building the board: its panels, its sentences and its small print, all from releases and records."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from partnerkpi.models.board import Board
from partnerkpi.report.figures import Figures
from partnerkpi.report.lifetime import formerly
from partnerkpi.report.notes import data_through, definitions, notes
from partnerkpi.report.page import Page, page_kpis
from partnerkpi.report.panels import Panels
from partnerkpi.report.parts import Part, headline_of_parts
from partnerkpi.report.story import Teller

SCHEMA = "partnerkpi.board/2"


def build_board(page: Page, figures: Figures, day: dt.date | None = None, parts: Sequence[Part] = ()) -> Board:
    """The board of one partner and quarter, told on a day (None: the quarter's last).

    With `parts` it is the district's, and they are the partners on it. Everything about students on it is a release.
    """
    quarter, partner, language = figures.quarter, page.partner, page.language
    kpis = page_kpis(page)
    for kpi in kpis:
        figures.of_kpi(kpi)
    making = Panels(page, figures, day or quarter.last_day, parts)
    panels = making.all()
    teller = Teller(page, figures, making)
    # What reads by itself, or has a panel's title to explain it, is defined in the manifest: the page has no room.
    explained = [*(page.kpis("outcomes") if "outcomes" in page.panels else []), *page.goal_kpis]
    board = Board(
        schema=SCHEMA,
        language=language.code,
        audience=page.audience,
        title=language.say(
            "{district} and {partner}: {quarter}" if partner.id else "{district} and all partners: {quarter}",
            district=page.district,
            partner=partner.name_on(quarter.last_day),
            quarter=quarter.label,
        ),
        district=page.district,
        partner=partner.name_on(quarter.last_day),
        partner_id=partner.id,
        formerly=formerly(partner, quarter, figures.calendar),
        color=partner.color,
        logo=page.logo,
        period=quarter.label,
        period_text=language.say(
            "{first} to {last}", first=language.day(quarter.first_day), last=language.day(quarter.last_day)
        ),
        headline=(headline_of_parts(page, figures, panels) if parts else None) or teller.headline(),
        ask=teller.ask(),
        story=teller.story(panels),
        vision=partner.vision,
        data_through=tuple(data_through(page, figures)),
        panels=panels,
        definitions=tuple(definitions(list(dict.fromkeys(explained)), page, figures)),
        notes=tuple(notes(page, figures, kpis, over=day is not None and quarter.last_day < day)),
        contact=partner.contact,
        version="",
        paper=page.paper,
        orientation=page.orientation,
        releases=tuple(figures.releases),
    )
    board = replace(board, releases=tuple(release for release in board.releases if release.code in board.codes))
    return replace(board, version=hashlib.sha256(repr(board).encode()).hexdigest()[:8])
