"""The sentences of a board, made by rule from what the page shows; each clause knows its figures.

None of them claims a cause.
"""

from collections.abc import Sequence

from partnerkpi.disclosure import points_text
from partnerkpi.models.board import ActionLine, CheckinPanel, Clause, InvestmentPanel, Panel, Sentence
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.release import Release, State
from partnerkpi.report.figures import Figures, KpiFigures
from partnerkpi.report.page import Page
from partnerkpi.report.panels import Panels
from partnerkpi.report.spoken import spoken

MOST_WORDS = 25
# What is read aloud in 90 seconds, at 150 words a minute.
STORY_WORDS = 225
# What needs attention comes first.
_VERBS = {"missed": "{goal} missed its goal", "behind": "{goal} is behind its goal", "met": "{goal} has met its goal"}
_VERBS_OF_IT = {"missed": "it missed its goal", "behind": "it is behind its goal", "met": "it has met its goal"}


class Teller:
    """Tells one board in words."""

    def __init__(self, page: Page, figures: Figures, panels: Panels) -> None:
        self.page = page
        self.figures = figures
        self.say = page.language.say
        self.standings = panels.standings
        told = [kpi for panel in ("outcomes", "college", "work") for kpi in page.kpis(panel)]
        self.told = [figures.of_kpi(kpi) for kpi in dict.fromkeys([*told, *page.goal_kpis])]

    def headline(self) -> Sentence:
        """At most 25 words: what moved most clearly, then the goal that needs attention (or is met)."""
        current = [figures for figures in self.told if not figures.not_due]
        shown = [figures for figures in current if figures.now.state is State.SHOWN]
        if not shown:
            hidden = [figures.now.code for figures in current if figures.now.state is State.HIDDEN]
            if hidden:
                text = "This group is too small to show its figures without pointing at single students."
                return Sentence((Clause(self.say(text), tuple(hidden)),))
            return Sentence((Clause(self.say("There is no data for this quarter yet.")),))
        moved = [f for f in shown if f.change.low and f.kpi.unit.startswith(("percent", "grade"))]
        chosen = max(moved, key=lambda f: abs(f.change.low or 0.0)) if moved else shown[0]
        first = self._moved(chosen) if moved else self._stands(chosen)
        for status in _VERBS:
            for kpi in self.page.goal_kpis:
                if self.standings[kpi.id].status != status:
                    continue
                whole = Sentence((first, Clause("; "), self._goal(kpi, status, chosen), Clause(".")))
                if len(whole.text.split()) <= MOST_WORDS:
                    return whole
        if len(first.text.split()) > MOST_WORDS:
            first = Clause(self.say("The figures of {quarter} are on this page", quarter=self.figures.quarter.label))
        return Sentence((first, Clause(".")))

    def _goal(self, kpi: Kpi, status: str, chosen: KpiFigures) -> Clause:
        code = self.figures.of_kpi(kpi).now.code
        if kpi.id == chosen.kpi.id:
            return Clause(self.say(_VERBS_OF_IT[status]), (code,))
        return Clause(self.say(_VERBS[status], goal=inside(self._name(kpi))), (code,))

    def _moved(self, figures: KpiFigures) -> Clause:
        difference = figures.change.low or 0.0
        text = self.say(
            "{name} rose {points} in a year, to {now}"
            if difference > 0
            else "{name} fell {points} in a year, to {now}",
            name=self._name(figures.kpi),
            points=points_text(difference, figures.kpi, self.page.language),
            now=figures.now.text,
        )
        return Clause(text, (figures.change.code, figures.now.code))

    def _stands(self, figures: KpiFigures) -> Clause:
        codes: tuple[str, ...] = (figures.now.code,)
        text = "{name} stands at {now}"
        if _same(figures.change):
            text, codes = "{name} stands at {now}, about the same as a year ago", (*codes, figures.change.code)
        return Clause(self.say(text, name=self._name(figures.kpi), now=figures.now.text), codes)

    def ask(self) -> str:
        """The one thing to do next."""
        goals = self.page.goal_kpis
        if not self.page.partner.id:
            return ""  # all partners together have agreed on nothing
        if not goals:
            return self.say("Agree on three goals for this partnership at the next check-in.")
        for status in ("missed", "behind"):
            for kpi in goals:
                if self.standings[kpi.id].status == status:
                    return self.say(
                        "At the next check-in, decide what each side will change for “{name}”.", name=self._name(kpi)
                    )
        return self.say("Keep going, and agree at the next check-in on what comes after these goals.")

    def story(self, panels: Sequence[Panel]) -> tuple[Sentence, ...]:
        """What is read aloud: at most 90 seconds; what is least needed is left out first."""
        ranked: list[tuple[int, Sentence]] = []
        ranked += [(1, sentence) for sentence in self._served()]
        ranked += [(rank, self._figure(figures)) for rank, figures in enumerate(self._spoken(), start=2)]
        ranked += [(1, sentence) for sentence in self._goal_sentences()]
        for panel in panels:
            if isinstance(panel, InvestmentPanel):
                ranked += [(4, sentence) for sentence in self._money(panel)]
            if isinstance(panel, CheckinPanel):
                ranked += [(5, sentence) for sentence in self._checkin(panel.lines)]
        most = max((rank for rank, _ in ranked), default=0)
        while most > 1 and sum(len(sentence.text.split()) for _, sentence in ranked) > STORY_WORDS:
            ranked = [(rank, sentence) for rank, sentence in ranked if rank < most]
            most -= 1
        return tuple(sentence for _, sentence in ranked)

    def _spoken(self) -> list[KpiFigures]:
        """The figures that are read aloud one by one: outcomes, then college, then work; students served come apart."""
        return [figures for figures in self.told if figures.kpi.id != "students_served"][:8]

    def _served(self) -> list[Sentence]:
        for figures in self.told:
            if figures.kpi.id == "students_served" and figures.now.state is State.SHOWN:
                text = self.say("{number} students took part this school year.", number=figures.now.text)
                return [Sentence((Clause(text, (figures.now.code,)),))]
        return []

    def _figure(self, figures: KpiFigures) -> Sentence:
        """One figure in words: what it is, how it moved, and how similar students fare."""
        name, now = self._name(figures.kpi), figures.now
        if now.state is not State.SHOWN:
            return Sentence((Clause(self.say("{name}: {reason}.", name=name, reason=now.text), (now.code,)),))
        words = spoken(now, figures.kpi, self.page.language)
        clauses = [Clause(self.say("{name}: {now}", name=name, now=words), (now.code,))]
        if figures.not_due:
            clauses.append(Clause(self.say(", last known in {quarter}", quarter=figures.quarter.label), (now.code,)))
        elif figures.change.state is State.SHOWN and figures.kpi.measure is not Measure.TOTAL:
            clauses.append(Clause(self._change(figures), (figures.change.code,)))
        if figures.similar is not None:
            other = spoken(figures.similar, figures.kpi, self.page.language)
            text = self.say("; similar students: {figure}", figure=other)
            clauses.append(Clause(text, (figures.similar.code,)))
        return Sentence((*clauses, Clause(".")))

    def _change(self, figures: KpiFigures) -> str:
        if _same(figures.change):
            return self.say(", about the same as a year ago")
        difference = figures.change.low or 0.0
        text = ", up {points} in a year" if difference > 0 else ", down {points} in a year"
        return self.say(text, points=points_text(difference, figures.kpi, self.page.language))

    def _goal_sentences(self) -> list[Sentence]:
        """How many goals stand where, and which need attention."""
        goals = self.page.goal_kpis
        if not goals:
            return []
        texts = {
            "met": "{number} met",
            "on pace": "{number} on pace",
            "behind": "{number} behind",
            "missed": "{number} missed",
            "not due": "{number} not due yet",
            "hidden": "{number} that cannot be told",
            "missing": "{number} without data",
        }
        parts, codes = [], []
        for status, text in texts.items():
            of_status = [kpi for kpi in goals if self.standings[kpi.id].status == status]
            if of_status:
                parts.append(self.say(text, number=len(of_status)))
                codes += [self.figures.of_kpi(kpi).now.code for kpi in of_status]
        text = self.say("Our goals: {parts}.", parts=", ".join(parts))
        found = [Sentence((Clause(text, tuple(codes)),))]
        needy = [kpi for kpi in goals if self.standings[kpi.id].status in ("missed", "behind")]
        if needy:
            names = ", ".join(inside(self._name(kpi)) for kpi in needy)
            needing = tuple(self.figures.of_kpi(kpi).now.code for kpi in needy)
            found.append(Sentence((Clause(self.say("These need attention: {names}.", names=names), needing),)))
        return found

    def _money(self, panel: InvestmentPanel) -> list[Sentence]:
        found = []
        for side in panel.sides:
            actual = next(release for release in self.figures.releases if release.code == side.actual)
            if actual.state is State.SHOWN:
                text = self.say("{side} put in {amount} this school year.", side=side.name, amount=actual.text)
                found.append(Sentence((Clause(text, (actual.code,)),)))
        return found

    def _checkin(self, actions: Sequence[ActionLine]) -> list[Sentence]:
        if not actions:
            return []
        done = sum(action.state == "done" for action in actions)
        text = self.say("Of {number} actions from the last check-in, {done} are done.", number=len(actions), done=done)
        return [Sentence((Clause(text),))]

    def _name(self, kpi: Kpi) -> str:
        return self.page.language.look_up(kpi.name)


def _same(change: Release) -> bool:
    return change.state is State.SHOWN and change.low == 0.0


def inside(name: str) -> str:
    """A name inside a sentence: small, unless it begins with an acronym or a single letter."""
    return f"{name[:1].lower()}{name[1:]}" if name[1:2].islower() else name
