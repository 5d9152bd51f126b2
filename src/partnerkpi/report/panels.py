"""The panels of a board, each from releases and records only, each with what it says when there is nothing to show."""

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import count

from partnerkpi.models.board import (
    ActionLine,
    CheckinPanel,
    GoalLine,
    GoalPanel,
    GroupLine,
    GroupPanel,
    InvestmentPanel,
    KpiLine,
    KpiPanel,
    Panel,
    PipelinePanel,
    SideLine,
    StageLine,
    TierLine,
    WorkPanel,
)
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.partner import Action, Goal
from partnerkpi.models.release import Release, State
from partnerkpi.report.figures import Figures, KpiFigures
from partnerkpi.report.goals import STATUS_TEXTS, Standing, standing, unit_text
from partnerkpi.report.page import PIPELINE, PLACES_FILLED, PROGRAM_KPIS, SIDES, TIERS, Page
from partnerkpi.report.parts import Part, partners_panel

TITLES = {
    "outcomes": "Student outcomes",
    "college": "College",
    "work": "Work-based learning",
    "pipeline": "Pipeline: students so far",
    "people": "People",
    "investment": "Same investment",
    "goals": "Shared vision: our goals",
    "checkin": "Check-in",
    "voice": "Voice",
    "programs": "Programs",
}
EMPTY = {
    "outcomes": "No attendance and no grades have been taken in yet.",
    "college": "No college credits have been taken in yet.",
    "work": "No engagement has been taken in yet.",
    "pipeline": "Nobody has begun in a program yet.",
    "people": "No staff in schools and no staff training have been taken in yet.",
    "investment": "No investments have been taken in yet.",
    "goals": "No goals have been agreed yet.",
    "checkin": "No check-in is on record yet.",
    "voice": "No surveys have been taken in yet.",
    "programs": "No programs are described yet.",
}
NOT_COVERED = "The data-sharing agreement does not cover it."
_TIER_NAMES = {
    "awareness": "Awareness",
    "exploration": "Exploration",
    "preparation": "Preparation",
    "training": "Training",
}
_STAGE_NAMES = {
    "pipeline_started": "Started",
    "pipeline_high_school": "High school",
    "pipeline_completed": "Completed",
    "pipeline_credential": "Credential",
    "pipeline_hired": "Hired or enrolled",
}
_ELEMENTS = {
    "internship": "internship",
    "apprenticeship": "apprenticeship",
    "job shadow": "job shadow",
    "lab visit": "lab visit",
    "staff training": "staff training",
    "curriculum update": "curriculum update",
}
_ACTION_TEXTS = {"done": "done", "late": "late", "open": "open"}


class Panels:
    """Makes the panels of one board."""

    def __init__(self, page: Page, figures: Figures, day: dt.date, parts: Sequence[Part] = ()) -> None:
        self.page = page
        self.parts = parts
        self.figures = figures
        self.day = day
        self.say = page.language.say
        self.goals = [(goal, kpi) for kpi in page.goal_kpis for goal in page.partner.goals if goal.kpi == kpi.id]
        self.standings: dict[str, Standing] = {goal.kpi: self._standing(goal, kpi) for goal, kpi in self.goals}

    def all(self) -> tuple[Panel, ...]:
        """Every panel of the page, in its order."""
        makers: dict[str, Callable[[str], Panel]] = {
            "work": self._work,
            "pipeline": self._pipeline,
            "investment": self._investment,
            "goals": self._goals,
            "checkin": self._checkin,
            "programs": self._programs,
            "partners": lambda name: partners_panel(name, self.page, self.figures, self.parts),
        }
        made = tuple(makers.get(name, self._kpis)(name) for name in self.page.panels)
        # Not every partnership is a pipeline: without data it says so only where somebody asked for it.
        asked = self.page.partner.page.panels
        return tuple(panel for panel in made if panel.id != "pipeline" or not panel.empty or panel.id in asked)

    def _empty(self, name: str, something: bool) -> str:
        if something:
            return ""
        return self.say(NOT_COVERED if self.page.withholds(name) else EMPTY[name])

    def _kpis(self, name: str) -> KpiPanel:
        lines = self.lines(name)
        return KpiPanel(name, self.say(TITLES[name]), lines, self._empty(name, bool(lines)))

    def lines(self, panel: str) -> tuple[KpiLine, ...]:
        """The KPIs of a panel; none when no figure of any of them was ever known."""
        lines = [self.line(kpi, trend=panel == "outcomes") for kpi in self.page.kpis(panel)]
        known = any(self._known(self.figures.of_kpi(kpi)) for kpi in self.page.kpis(panel))
        return tuple(lines) if known else ()

    def _known(self, figures: KpiFigures) -> bool:
        """Whether there is, or was in the last quarters, anything to say of a KPI."""
        return any(release.state in (State.SHOWN, State.HIDDEN) for release in (figures.now, *figures.trend))

    def line(self, kpi: Kpi, *, trend: bool = False) -> KpiLine:
        """One KPI as a panel shows it, with or without its last quarters."""
        figures = self.figures.of_kpi(kpi)
        goal = next((goal for goal, of_goal in self.goals if of_goal.id == kpi.id), None)
        window, change = self.say(kpi.window.value), figures.change.text
        if figures.not_due:
            window = f"{figures.quarter.label}, {window}"
            change = self.say("not due yet; last known {quarter}", quarter=figures.quarter.label)
        status = self.standings[kpi.id].status if goal else ""
        return KpiLine(
            kpi=kpi.id,
            name=self.page.language.look_up(kpi.name),
            unit=self.say(kpi.unit),
            better=kpi.better,
            window=window,
            now=figures.now.code,
            last_year=figures.last_year.code,
            changed=figures.change.code,
            trend=tuple(release.code for release in figures.trend) if trend else (),
            change=change,
            axis_high=_axis_high(figures, goal),
            target=goal.target if goal else None,
            target_text=unit_text(goal.target, kpi) if goal else "",
            baseline=goal.baseline if goal else None,
            baseline_text=unit_text(goal.baseline, kpi) if goal and goal.baseline is not None else "",
            status=status,
            status_text=self.say(STATUS_TEXTS[status]) if status else "",
            similar=figures.similar.code if trend and figures.similar else "",
        )

    def _work(self, name: str) -> WorkPanel:
        tiers = []
        for tier in TIERS:
            kpis = self.page.named((f"students_{tier}", f"hours_{tier}"))
            found = [self.figures.of_kpi(kpi) for kpi in kpis]
            # A tier in which nobody has done anything is no row.
            if len(found) == 2 and found[0].now.state in (State.SHOWN, State.HIDDEN):
                students, hours = (figures.now.code for figures in found)
                tiers.append(TierLine(self.say(_TIER_NAMES[tier]), students, hours))
        lines = self.lines(name)
        return WorkPanel(name, self.say(TITLES[name]), tuple(tiers), lines, self._empty(name, bool(lines or tiers)))

    def _pipeline(self, name: str) -> PipelinePanel:
        steps = [
            (kpi, self.figures.of_program(kpi, "", f"F{number}"))
            for number, kpi in enumerate(self.page.named(PIPELINE), start=1)
        ]
        known = any(release.state in (State.SHOWN, State.HIDDEN) for _, release in steps)
        highest = max((release.high for _, release in steps if release.high is not None), default=1.0)
        lines = tuple(StageLine(self.say(_STAGE_NAMES[kpi.id]), release.code) for kpi, release in steps if known)
        return PipelinePanel(name, self.say(TITLES[name]), lines, max(highest, 1.0), self._empty(name, bool(lines)))

    def _investment(self, name: str) -> InvestmentPanel:
        sides, highest = [], [1.0]
        names = {"partner": self.page.partner.name_on(self.figures.quarter.last_day), "district": self.page.district}
        for side in SIDES:
            kpis = self.page.named((f"investment_{side}", f"investment_{side}_planned"))
            found = [self.figures.of_kpi(kpi) for kpi in kpis]
            if len(found) == 2 and any(self._known(figures) for figures in found):
                actual, planned = (figures.now for figures in found)
                highest += [release.high for release in (actual, planned) if release.high is not None]
                sides.append(SideLine(names[side], actual.code, planned.code))
        lines = self.lines(name)
        empty = self._empty(name, bool(sides or lines))
        return InvestmentPanel(name, self.say(TITLES[name]), tuple(sides), lines, max(highest), empty)

    def _standing(self, goal: Goal, kpi: Kpi) -> Standing:
        of_goal = self.figures.of_kpi(kpi)
        return standing(
            goal,
            kpi,
            of_goal.now,
            quarter=self.figures.quarter,
            calendar=self.figures.calendar,
            not_due=of_goal.not_due,
            language=self.page.language,
        )

    def _goals(self, name: str) -> GoalPanel:
        lines = []
        for (goal, kpi), number in zip(self.goals, count(1), strict=False):
            stands = self.standings[goal.kpi]
            lines.append(
                GoalLine(
                    code=f"V{number}",
                    name=self.page.language.look_up(kpi.name),
                    now=self.figures.of_kpi(kpi).now.code,
                    baseline_text="" if goal.baseline is None else unit_text(goal.baseline, kpi),
                    target_text=unit_text(goal.target, kpi),
                    due=goal.due,
                    status=stands.status,
                    status_text=self.say(STATUS_TEXTS[stands.status]),
                    reason=stands.reason,
                )
            )
        return GoalPanel(name, self.say(TITLES[name]), tuple(lines), self._empty(name, bool(lines)))

    def _checkin(self, name: str) -> CheckinPanel:
        title, quarter = self.say(TITLES[name]), self.figures.quarter
        held = self.page.partner.checkin_on(quarter.last_day)
        if held is None:
            return CheckinPanel(name, title, "", (), (), "", self._empty(name, False))
        day = self.page.language.day
        said = self.say("Held {day}", day=day(held.on))
        if held.attended:
            said = self.say("Held {day}: {roles}", day=day(held.on), roles=", ".join(held.attended))
        if self.figures.calendar.ending_from(held.on) != quarter:
            said = self.say("No check-in in {quarter}. Last one {day}.", quarter=quarter.label, day=day(held.on))
        next_text = self.say("Next check-in {day}", day=day(held.next)) if held.next else ""
        actions = tuple(self._action(action) for action in held.actions)
        return CheckinPanel(name, title, said, held.decisions, actions, next_text)

    def _action(self, action: Action) -> ActionLine:
        state, effect = action.state(self.day), ""
        codes: tuple[str, ...] = ()
        aims = [kpi for kpi in self.page.aims if kpi.id == action.aims_at]
        if aims:
            figures = self.figures.of_kpi(aims[0])
            name = self.page.language.look_up(aims[0].name)
            effect = self.say("{name}: {now}, {change}", name=name, now=figures.now.text, change=figures.change.text)
            if figures.now.state is not State.SHOWN or figures.change.state is not State.SHOWN:
                effect = self.say("{name}: {now}", name=name, now=figures.now.text)
            codes = (figures.now.code, figures.change.code)
        due_text = self.page.language.day(action.due) if action.due else ""
        return ActionLine(action.what, action.owner, due_text, state, self.say(_ACTION_TEXTS[state]), effect, codes)

    def _programs(self, name: str) -> GroupPanel:
        kpis = self.page.named(PROGRAM_KPIS)
        limited = any(program.capacity is not None for program in self.page.partner.programs)
        with_places = self.page.named((PLACES_FILLED,)) if limited else []
        lines = []
        for row, program in enumerate(self.page.partner.programs, start=1):
            releases: list[Release] = [
                self.figures.of_program(kpi, program.id, f"P{row}{letter}")
                for kpi, letter in zip(kpis, "abcdefgh", strict=False)
            ]
            places, filled = "", ""
            if with_places:
                places = "" if program.capacity is None else f"{program.capacity:,}"
                filled = self.figures.of_program(with_places[0], program.id, f"P{row}p").code
            about = self.say(_ELEMENTS[program.element]) if program.element else ""
            lines.append(GroupLine(program.name, tuple(release.code for release in releases), about, places, filled))
        told = [self.figures.telling_quarter(kpi) for kpi in kpis]
        columns = tuple(
            self.page.language.look_up(kpi.name) + ("" if quarter == self.figures.quarter else f", {quarter.label}")
            for kpi, quarter in zip(kpis, told, strict=True)
        )
        return GroupPanel(name, self.say(TITLES[name]), columns, tuple(lines), self._empty(name, bool(lines)))


def _axis_high(figures: KpiFigures, goal: Goal | None) -> float:
    """A round right end that holds the published figures, the target and the baseline; bars start at zero."""
    shown: Sequence[Release | None] = (figures.now, figures.last_year, figures.similar)
    values = [release.high for release in shown if release is not None and release.high is not None]
    values += [value for value in (goal.target, goal.baseline) if value is not None] if goal else []
    highest = max(values, default=0.0)
    if figures.kpi.measure is Measure.MEAN and figures.kpi.unit == "grade points":
        return 4.0 if highest <= 4 else 5.0
    if figures.kpi.measure is Measure.SHARE and highest > 50:
        return max(100.0, highest)
    steps = (factor * 10.0**power for power in range(7) for factor in (1, 2, 2.5, 4, 5))
    return next((step for step in steps if step >= max(highest, 5.0) * 1.05), highest or 1.0)
