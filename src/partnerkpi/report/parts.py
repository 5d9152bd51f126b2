"""The partners on the district's page: a row for each, and a total that gives none of them away."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from partnerkpi.disclosure import Policy, gives_away, hidden_beside, told_with_parts, unavailable
from partnerkpi.models.board import Clause, Panel, PartnerLine, PartnersPanel, Sentence
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.partner import Partner
from partnerkpi.models.release import Population, Release, State
from partnerkpi.models.school_year import Quarter
from partnerkpi.report.figures import Beside, Figures
from partnerkpi.report.goals import standing
from partnerkpi.report.page import SERVED, Page

LETTERS = "abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Part:
    """One partner on the page: its figures, the ids of the KPIs that its agreement allows, and how it goes on.

    `state` is "active", "paused", "ended" or "merged"; `in_agreement` is false on a day outside its agreement.
    """

    partner: Partner
    figures: Figures
    allowed: frozenset[str]
    state: str
    in_agreement: bool

    def tells(self, kpi: Kpi) -> bool:
        """Whether its agreement allows a figure of the KPI."""
        return self.in_agreement and kpi.id in self.allowed

    def cell(self, kpi: Kpi, code: str) -> Release:
        """Its figure in the quarter that the page tells of, kept with the figures of the page."""
        if self.tells(kpi):
            return self.figures.of_program(kpi, "", code)
        population = Population(self.partner.id, "", self.figures.telling_quarter(kpi).label, kpi.window.value)
        reason = self.figures.policy.language.say("outside its data-sharing agreement")
        release = unavailable(State.MISSING, kpi, code=code, population=population, reason=reason)
        self.figures.releases.append(release)
        return release


def total_beside(parts: Sequence[Part], policy: Policy) -> Beside:
    """A total is hidden when, taken from it, the partners that are told would leave the figure of one that is not.

    And it is a range when they would tell that a few students are with several partners.
    """

    def beside(total: Release, kpi: Kpi, quarter: Quarter) -> Release:
        found = [(part, part.figures.result(kpi, quarter)) for part in parts]
        cells = [
            (part.figures.of_quarter(kpi, quarter) if part.tells(kpi) else None, result.students)
            for part, result in found
            if result is not None
        ]
        if gives_away([(cell is not None and cell.state is State.SHOWN, n) for cell, n in cells], policy):
            return hidden_beside(total, policy)
        told = [cell for cell, _ in cells if cell is not None]
        return told_with_parts(total, told, policy) if kpi.unit == "students" and len(told) == len(cells) else total

    return beside


def partners_panel(name: str, page: Page, figures: Figures, parts: Sequence[Part]) -> PartnersPanel:
    """A row per partner, those with most students told first, and all of them together."""
    say, kpis = page.language.say, page.kpis(name)
    rows = []
    for number, part in enumerate(_ordered(parts, kpis), start=1):
        cells = [part.cell(kpi, f"D{number}{letter}") for kpi, letter in zip(kpis, LETTERS, strict=False)]
        met, codes = _goals(part, page, number)
        rows.append((part, cells, met, codes))
        figures.releases += part.figures.releases
    lines = tuple(
        PartnerLine(
            part.partner.name_on(figures.quarter.last_day),
            f"D{number}",
            tuple(cell.code for cell in cells),
            _goals_text(sum(met), len(met), page),
            codes,
        )
        for number, (part, cells, met, codes) in enumerate(rows, start=1)
    )
    every = [each for _, _, met, _ in rows for each in met]
    total = PartnerLine(
        say("All partners, shared students once"),
        "",
        tuple(figures.of_kpi(kpi).now.code for kpi in kpis),
        _goals_text(sum(every), len(every), page),
    )
    told = [figures.telling_quarter(kpi) for kpi in kpis]
    columns = tuple(
        page.language.look_up(kpi.name) + ("" if quarter == figures.quarter else f", {quarter.label}")
        for kpi, quarter in zip(kpis, told, strict=True)
    )
    return PartnersPanel(
        name,
        say("Partners"),
        (*columns, say("Goals met")),
        tuple(LETTERS[: len(kpis)]),
        lines,
        total,
        empty="" if lines else say("No partner has data for this quarter."),
    )


def headline_of_parts(page: Page, figures: Figures, panels: Sequence[Panel]) -> Sentence | None:
    """How many students took part and how many goals are met; None when the students may not be told of."""
    served = next((figures.of_kpi(kpi).now for kpi in page.named((SERVED,))), None)
    found = [panel for panel in panels if isinstance(panel, PartnersPanel) and panel.lines]
    if served is None or served.state is not State.SHOWN or not found:
        return None
    lines, total = found[0].lines, found[0].total
    say, codes = page.language.say, tuple(code for line in lines for code in line.goal_codes)
    clauses = [
        Clause(
            say(
                "{students} students took part with {partners} partners this school year",
                students=served.text,
                partners=len(lines),
            )
            if len(lines) > 1
            else say("{students} students took part with one partner this school year", students=served.text),
            (served.code,),
        )
    ]
    if codes:
        clauses.append(Clause(say("; goals met: {goals}", goals=total.goals), codes))
    return Sentence((*clauses, Clause(".")))


def state_notes(parts: Sequence[Part], page: Page, day: dt.date) -> tuple[str, ...]:
    """Who is paused, has ended or merged, and who is outside its agreement."""
    say = page.language.say
    texts = {"paused": "Paused: {names}.", "ended": "Ended: {names}.", "merged": "Merged with another: {names}."}
    found = [say("A student of several partners counts once in the row of all partners.")]
    for state, text in texts.items():
        names = [part.partner.name_on(day) for part in parts if part.state == state]
        if names:
            found.append(say(text, names=", ".join(names)))
    outside = [part.partner.name_on(day) for part in parts if not part.in_agreement]
    if outside:
        found.append(say("Outside the data-sharing agreement: {names}.", names=", ".join(outside)))
    found.append(say("A total that would give away the one figure not shown is not shown either."))
    return tuple(found)


def _ordered(parts: Sequence[Part], kpis: Sequence[Kpi]) -> list[Part]:
    """By what is told of the first column, most first; who is not told of comes last, by name."""

    def place(part: Part) -> tuple[float, str]:
        kpi = kpis[0]
        told = part.figures.of_quarter(kpi, part.figures.telling_quarter(kpi)) if part.tells(kpi) else None
        return -(told.low or 0.0) if told else 0.0, part.partner.name.casefold()

    return sorted(parts, key=place) if kpis else list(parts)


def _goals(part: Part, page: Page, number: int) -> tuple[list[bool], tuple[str, ...]]:
    """For each of its goals whether it is met, judged on what may be told; and the codes of the figures."""
    own = {goal.kpi: goal for goal in part.partner.goals}
    met: list[bool] = []
    codes: list[str] = []
    for kpi in page.named(tuple(own)):
        if not part.tells(kpi) or not page.may_tell(kpi):
            continue
        release = part.figures.of_program(kpi, "", f"D{number}g{len(met) + 1}")
        stands = standing(
            own[kpi.id],
            kpi,
            release,
            quarter=part.figures.quarter,
            calendar=part.figures.calendar,
            not_due=part.figures.telling_quarter(kpi) != part.figures.quarter,
            language=page.language,
        )
        met.append(stands.status == "met")
        codes.append(release.code)
    return met, tuple(codes)


def _goals_text(met: int, goals: int, page: Page) -> str:
    return page.language.say("{met} of {goals}", met=met, goals=goals) if goals else page.language.say("none agreed")
