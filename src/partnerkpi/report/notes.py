"""The small print of a board: definitions in force, how far the data reaches, and what a reader must know."""

import re
from collections.abc import Mapping, Sequence

from partnerkpi.measure.settings import setting_values
from partnerkpi.models.board import DataThrough, Definition
from partnerkpi.models.kpi import Domain, Kpi, with_values
from partnerkpi.models.reference import rates_on
from partnerkpi.models.school_year import Window
from partnerkpi.models.source_table import EVERYDAY_TABLES
from partnerkpi.report.figures import Figures
from partnerkpi.report.late import late_sources, late_text
from partnerkpi.report.page import Page

_TABLES = {
    "attendance": "attendance",
    "grades": "grades",
    "college_credits": "college credits",
    "engagement": "engagement",
    "students": "students",
    "participants": "participants",
    "enrollments": "enrollments",
    "calendar": "calendar",
    "investments": "investments",
    "staff_training": "staff training",
    "surveys": "surveys",
}


def data_through(page: Page, figures: Figures) -> list[DataThrough]:
    """The last day each everyday source speaks of."""
    say, day = page.language.say, page.language.day
    return [
        DataThrough(say(_TABLES[table]), day(figures.evidence.through[table]))
        for table in EVERYDAY_TABLES
        if table in figures.evidence.through and page.may_tell_of(table)
    ]


def definitions(kpis: Sequence[Kpi], page: Page, figures: Figures) -> list[Definition]:
    """Each with the settings and rates in force in the quarter the figure tells of."""
    found = []
    for kpi in kpis:
        quarter = figures.of_kpi(kpi).quarter
        values = setting_values(kpi, page.settings.get(kpi.id, {}), quarter.quarter_id)
        text = _short(page.language.look_up(kpi.definition), values | rates_on(page.rates, quarter.last_day))
        found.append(Definition(page.language.look_up(kpi.name), text))
    return found


def _short(definition: str, values: Mapping[str, float]) -> str:
    """The sentences a page has room for, the first and all that name a setting, with the values in force."""
    first, *others = re.split(r"(?<=[.]) ", definition)
    kept = [first, *(sentence for sentence in others if re.search(r"\{\w+\}", sentence))]
    return with_values(" ".join(kept), values)


def notes(page: Page, figures: Figures, kpis: Sequence[Kpi], *, over: bool = False) -> list[str]:
    """One line each: the small-group rule, windows, cohorts, what is missing, breaks, revisions, what is left out.

    What a quarter lacks of its sources is told once it is `over`.
    """
    say = page.language.say
    found = [figures.policy.rule_text, say("Figures are for the school year to date.")]
    if any(kpi.window is Window.QUARTER for kpi in kpis):
        found[-1] = say("Figures are for the school year to date, or for the quarter where the definition says so.")
    if page.held:
        found.append(say("Who took part at some time of the school year counts until its end."))
    everyday = [domain for domain in Domain if domain is not Domain.INVESTMENT]
    missing = [say(domain.value) for domain in everyday if not figures.evidence.quarters[domain.source_table]]
    if missing:
        found.append(say("No data has been taken in for {sources}.", sources=", ".join(missing)))
    late = late_sources(kpis, figures.evidence, figures.quarter) if over else ()
    if late:
        found.append(say("Made without {sources}.", sources=late_text(late, page.language)))
    if any(figures.of_kpi(kpi).similar for kpi in kpis):
        found.append(say("Similar students: same school, grade and last year's attendance and grades; not a cause."))
    found += _break_notes(page, figures, kpis)
    found += _revision_notes(page)
    found += page.more_notes
    for error in page.catalogue.broken:
        name = error.where.rpartition("/")[2]
        found.append(say("The KPI file {name} is broken; its figure is left out.", name=name))
    found += _agreement_notes(page)
    known = {kpi.id for kpi in page.catalogue.kpis} | page.withheld
    chosen = [name for _, names in page.partner.page.kpis for name in names]
    for name in dict.fromkeys([*(goal.kpi for goal in page.partner.goals), *chosen]):
        if name not in known:
            found.append(say("{name} cannot be shown: there is no such KPI.", name=name))
    return found


def _agreement_notes(page: Page) -> list[str]:
    """One line when the agreement with the partner leaves out KPIs: what it covers."""
    agreed = page.agreed
    if agreed is None or not page.withheld:
        return []
    covered = ", ".join(page.language.say(_TABLES[table]) for table in agreed.fields)
    text = "The data-sharing agreement covers {sources}; figures made of other data are left out."
    return [page.language.say(text, sources=covered)]


def _revision_notes(page: Page) -> list[str]:
    """One line for each goal that is not what was first agreed: since when, and why."""
    names = {kpi.id: page.language.look_up(kpi.name) for kpi in page.goal_kpis}
    return [
        page.language.say(
            "The goal on {name} was revised on {day}: {reason}.",
            name=names[goal.kpi],
            day=page.language.day(goal.revisions[-1].on),
            reason=goal.revisions[-1].reason.rstrip("."),
        )
        for goal in page.partner.goals
        if goal.revisions and goal.kpi in names
    ]


def _break_notes(page: Page, figures: Figures, kpis: Sequence[Kpi]) -> list[str]:
    """One line for each quarter and reason: what begins there is no continuation of what was before."""
    names: dict[tuple[str, str], list[str]] = {}
    for kpi in kpis:
        for quarter, reason in figures.of_kpi(kpi).breaks:
            names.setdefault((quarter.label, reason), []).append(page.language.look_up(kpi.name))
    return [
        page.language.say(
            "Series break from {quarter}, {reason}: {names}.",
            quarter=quarter,
            reason=page.language.say(reason),
            names=", ".join(of_kpis),
        )
        for (quarter, reason), of_kpis in names.items()
    ]
