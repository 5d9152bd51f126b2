"""Building the board: which KPIs, in which panels, beside which goals."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from partnerkpi.measure.catalogue import Catalogue
from partnerkpi.measure.results import setting_values
from partnerkpi.models.board import (
    Board,
    DataThrough,
    Definition,
    GoalLine,
    GroupLine,
    GroupPanel,
    KpiLine,
    KpiPanel,
)
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Domain, Kpi, Measure, with_values
from partnerkpi.models.partner import Goal, Partner
from partnerkpi.models.reference import Rate, rates_on
from partnerkpi.models.release import Release
from partnerkpi.models.school_year import Window
from partnerkpi.models.source_table import EVERYDAY_TABLES
from partnerkpi.report.figures import Figures, KpiFigures
from partnerkpi.report.goals import standing, unit_text
from partnerkpi.report.story import Told, ask, headline

SCHEMA = "partnerkpi.board/1"
DEFAULT_KPIS = (
    "attendance_rate",
    "chronic_absence",
    "unexcused_absence_rate",
    "course_pass_rate",
    "d_f_rate",
    "gpa_unweighted",
    "students_with_college_credit",
    "college_hours_earned",
    "college_success_rate",
    "students_served",
    "engagement_hours",
    "completion_rate",
)
PROGRAM_KPIS = ("students_served", "attendance_rate", "chronic_absence", "course_pass_rate")
_TITLES = {
    Domain.ATTENDANCE: "Attendance",
    Domain.GRADES: "Grades",
    Domain.COLLEGE_CREDITS: "College credits",
    Domain.ENGAGEMENT: "Engagement",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


def page_kpis(catalogue: Catalogue, partner: Partner) -> list[Kpi]:
    """The KPIs of a partner's page, in its order: the defaults, then those its goals name."""
    known = {kpi.id: kpi for kpi in catalogue.kpis}
    wanted = dict.fromkeys((*DEFAULT_KPIS, *(goal.kpi for goal in partner.goals)))
    return [known[name] for name in wanted if name in known]


def build_board(page: Page, figures: Figures) -> Board:
    """The board of one partner and quarter. Everything about students on it is a release."""
    of_kpi = {kpi.id: figures.of_kpi(kpi) for kpi in page_kpis(page.catalogue, page.partner)}
    goals = {goal.kpi: goal for goal in page.partner.goals}
    goal_lines = _goal_lines(page, figures, of_kpi)
    status = {goal.kpi: line.status for goal, line in zip(_known_goals(page, of_kpi), goal_lines, strict=True)}
    lines = {name: _kpi_line(f, goals.get(name), status.get(name, "")) for name, f in of_kpi.items()}
    told = [Told(lines[name], f.now, f.change) for name, f in of_kpi.items() if not f.not_due]
    programs = _programs(page, figures)
    quarter = figures.quarter
    board = Board(
        schema=SCHEMA,
        title=f"{page.district} and {page.partner.name_on(quarter.last_day)}: {quarter.label}",
        district=page.district,
        partner=page.partner.name_on(quarter.last_day),
        partner_id=page.partner.id,
        formerly=page.partner.formerly_on(quarter.last_day),
        color=page.partner.color,
        period=quarter.label,
        period_text=f"{_day(quarter.first_day)} to {_day(quarter.last_day)}",
        headline=headline(told, goal_lines),
        ask=ask(goal_lines),
        vision=page.partner.vision,
        data_through=tuple(_data_through(figures)),
        panels=tuple(_panels(of_kpi, lines)),
        programs=programs,
        goals=goal_lines,
        goals_empty="" if goal_lines else "No goals have been agreed yet.",
        definitions=tuple(_definitions(of_kpi, page)),
        notes=tuple(_notes(page, figures, of_kpi)),
        contact=page.partner.contact,
        version="",
        paper=page.paper,
        releases=tuple(figures.releases),
    )
    return replace(board, version=hashlib.sha256(repr(board).encode()).hexdigest()[:8])


def _kpi_line(figures: KpiFigures, goal: Goal | None, status: str) -> KpiLine:
    kpi = figures.kpi
    window = kpi.window.value
    change = figures.change.text
    if figures.not_due:
        window = f"{figures.quarter.label}, {window}"
        change = f"not due yet; last known {figures.quarter.label}"
    return KpiLine(
        kpi=kpi.id,
        name=kpi.name,
        unit=kpi.unit,
        better=kpi.better,
        window=window,
        now=figures.now.code,
        last_year=figures.last_year.code,
        trend=tuple(release.code for release in figures.trend),
        change=change,
        axis_high=_axis_high(figures, goal),
        target=goal.target if goal else None,
        target_text=unit_text(goal.target, kpi) if goal else "",
        baseline=goal.baseline if goal else None,
        baseline_text=unit_text(goal.baseline, kpi) if goal and goal.baseline is not None else "",
        status=status,
    )


def _axis_high(figures: KpiFigures, goal: Goal | None) -> float:
    """A round right end that holds the published figure, the target and the baseline; bars start at zero."""
    values = [release.high for release in (figures.now, figures.last_year) if release.high is not None]
    values += [value for value in (goal.target, goal.baseline) if value is not None] if goal else []
    highest = max(values, default=0.0)
    if figures.kpi.measure is Measure.MEAN and figures.kpi.unit == "grade points":
        return 4.0 if highest <= 4 else 5.0
    if figures.kpi.measure is Measure.SHARE and highest > 50:
        return 100.0
    steps = (factor * 10.0**power for power in range(7) for factor in (1, 2, 2.5, 4, 5))
    return next((step for step in steps if step >= max(highest, 5.0) * 1.05), highest or 1.0)


def _panels(of_kpi: Mapping[str, KpiFigures], lines: Mapping[str, KpiLine]) -> list[KpiPanel]:
    panels = []
    for domain in Domain:
        of_domain = tuple(lines[name] for name, figures in of_kpi.items() if figures.kpi.domain is domain)
        # What both sides put in stands among the goals; a panel of its own has no room on this page.
        if domain is Domain.INVESTMENT:
            continue
        empty = "" if of_domain else f"No {domain.value} KPI is available."
        panels.append(KpiPanel(domain.source_table, _TITLES[domain], of_domain, empty))
    return panels


def _known_goals(page: Page, of_kpi: Mapping[str, KpiFigures]) -> list[Goal]:
    return [goal for goal in page.partner.goals if goal.kpi in of_kpi]


def _goal_lines(page: Page, figures: Figures, of_kpi: Mapping[str, KpiFigures]) -> tuple[GoalLine, ...]:
    lines = []
    for number, goal in enumerate(_known_goals(page, of_kpi), start=1):
        of_goal = of_kpi[goal.kpi]
        stands = standing(
            goal,
            of_goal.kpi,
            of_goal.now,
            quarter=figures.quarter,
            calendar=figures.calendar,
            not_due=of_goal.not_due,
        )
        lines.append(
            GoalLine(
                code=f"V{number}",
                name=of_goal.kpi.name,
                now=of_goal.now.code,
                baseline_text="" if goal.baseline is None else unit_text(goal.baseline, of_goal.kpi),
                target_text=unit_text(goal.target, of_goal.kpi),
                due=goal.due,
                status=stands.status,
                reason=stands.reason,
            )
        )
    return tuple(lines)


def _programs(page: Page, figures: Figures) -> GroupPanel:
    known = {kpi.id: kpi for kpi in page.catalogue.kpis}
    kpis = [known[name] for name in PROGRAM_KPIS if name in known]
    lines = []
    for row, program in enumerate(page.partner.programs, start=1):
        releases: list[Release] = [
            figures.of_program(kpi, program.id, f"P{row}{letter}")
            for kpi, letter in zip(kpis, "abcdefgh", strict=False)
        ]
        lines.append(GroupLine(program.name, tuple(release.code for release in releases)))
    told = [figures.telling_quarter(kpi) for kpi in kpis]
    columns = tuple(
        kpi.name if quarter == figures.quarter else f"{kpi.name}, {quarter.label}"
        for kpi, quarter in zip(kpis, told, strict=True)
    )
    return GroupPanel("Programs", columns, tuple(lines), "" if lines else "No programs are described yet.")


def _data_through(figures: Figures) -> list[DataThrough]:
    return [
        DataThrough(table.replace("_", " "), _day(figures.evidence.through[table]))
        for table in EVERYDAY_TABLES
        if table in figures.evidence.through
    ]


def _definitions(of_kpi: Mapping[str, KpiFigures], page: Page) -> list[Definition]:
    """Each with the settings and rates in force in the quarter the figure tells of."""
    return [
        Definition(
            f.kpi.name,
            _short(
                f.kpi.definition,
                setting_values(f.kpi, page.settings.get(name, {}), f.quarter.quarter_id)
                | rates_on(page.rates, f.quarter.last_day),
            ),
        )
        for name, f in of_kpi.items()
    ]


def _short(definition: str, values: Mapping[str, float]) -> str:
    """The sentences a page has room for, the first and all that name a setting, with the values in force."""
    first, *others = re.split(r"(?<=[.]) ", definition)
    kept = [first, *(sentence for sentence in others if re.search(r"\{\w+\}", sentence))]
    return with_values(" ".join(kept), values)


def _notes(page: Page, figures: Figures, of_kpi: Mapping[str, KpiFigures]) -> list[str]:
    notes = [figures.policy.rule_text, "Figures are for the school year to date."]
    if any(kpi.window is Window.QUARTER for kpi in page_kpis(page.catalogue, page.partner)):
        notes[-1] = "Figures are for the school year to date, or for the quarter where the definition says so."
    if page.held:
        notes.append("Who took part at some time of the school year counts until its end.")
    everyday = [domain for domain in Domain if domain is not Domain.INVESTMENT]
    missing = [domain.value for domain in everyday if not figures.evidence.quarters[domain.source_table]]
    if missing:
        notes.append(f"No data has been taken in for {', '.join(missing)}.")
    notes += _break_notes(of_kpi)
    notes += _revision_notes(page, of_kpi)
    known = {kpi.id for kpi in page.catalogue.kpis}
    for error in page.catalogue.broken:
        notes.append(f"The KPI file {error.where.rpartition('/')[2]} is broken; its figure is left out.")
    for goal in page.partner.goals:
        if goal.kpi not in known:
            notes.append(f"The goal on {goal.kpi} cannot be shown: there is no such KPI.")
    return notes


def _revision_notes(page: Page, of_kpi: Mapping[str, KpiFigures]) -> list[str]:
    """One line for each goal that is not what was first agreed: since when, and why."""
    return [
        f"The goal on {of_kpi[goal.kpi].kpi.name} was revised on {_day(goal.revisions[-1].on)}: "
        f"{goal.revisions[-1].reason.rstrip('.')}."
        for goal in _known_goals(page, of_kpi)
        if goal.revisions
    ]


def _break_notes(of_kpi: Mapping[str, KpiFigures]) -> list[str]:
    """One line for each quarter and reason: what begins there is no continuation of what was before."""
    names: dict[tuple[str, str], list[str]] = {}
    for figures in of_kpi.values():
        for quarter, reason in figures.breaks:
            names.setdefault((quarter.label, reason), []).append(figures.kpi.name)
    return [f"Series break from {label}, {reason}: {', '.join(kpis)}." for (label, reason), kpis in names.items()]


def _day(day: dt.date) -> str:
    return f"{_MONTHS[day.month - 1]}\u00a0{day.day}, {day.year}"
