"""The sentences of a board, made by rule from what the page shows; each clause knows its figures.

None of them claims a cause.
"""

from collections.abc import Sequence

from partnerkpi.models.board import CheckinPanel, Clause, InvestmentPanel, KpiPanel, Panel, Sentence, WorkPanel
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.release import Release, State
from partnerkpi.report.clauses import changed, in_points, listed, similar, stands, told
from partnerkpi.report.figures import Figures, KpiFigures
from partnerkpi.report.page import Page
from partnerkpi.report.panels import Panels
from partnerkpi.report.spoken import bare, number_aloud, quarter_aloud

MOST_WORDS = 25
# What is read aloud in 90 seconds, at 150 words a minute.
STORY_WORDS = 225
# "and" between the two names, "Our vision", "Our ask".
_WORDS_OF_TITLES = 6
# However long the names and the vision are.
_FEWEST_WORDS = 100
# How many figures of a panel are read aloud; those with a goal always are.
_FROM_PANEL = {"outcomes": 4, "college": 2, "work": 2, "voice": 1}
# What needs attention comes first.
_GOAL_IN_HEADLINE = {
    "missed": "; we missed our goal “{goal}”",
    "behind": "; we are behind on our goal “{goal}”",
    "met": "; we met our goal “{goal}”",
}
# Good news and bad news in the same few words.
_GOALS = {
    "met": "We met {number}: {names}.",
    "on pace": "We are on pace for {number}: {names}.",
    "behind": "We are behind on {number}: {names}.",
    "missed": "We missed {number}: {names}.",
    "not due": "For {number} there are no new figures yet: {names}.",
    "hidden": "For {number} the figures shown do not tell: {names}.",
    "missing": "For {number} there is no data: {names}.",
}
_NOT_SHOWN = {
    State.HIDDEN: "To protect privacy, we do not show: {names}.",
    State.MISSING: "There is no data for: {names}.",
    State.NOT_DUE: "Not due until later in the year: {names}.",
}
_ACTIONS = {
    "done": ("one done", "{number} done"),
    "late": ("one late", "{number} late"),
    "open": ("one still open", "{number} still open"),
}
# Sentences that stand or fall together, and how much they are needed: 1 is most.
Block = tuple[int, list[Sentence]]


class Teller:
    """Tells one board in words."""

    def __init__(self, page: Page, figures: Figures, panels: Panels) -> None:
        self.page = page
        self.figures = figures
        self.language = page.language
        self.say = page.language.say
        self.standings = panels.standings
        kpis = [kpi for panel in ("outcomes", "college", "work") for kpi in page.kpis(panel)]
        self.told = [figures.of_kpi(kpi) for kpi in dict.fromkeys([*kpis, *page.goal_kpis])]

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
        moved = [figures for figures in shown if figures.change.low and in_points(figures.kpi)]
        chosen = max(moved, key=lambda figures: abs(figures.change.low or 0.0)) if moved else shown[0]
        first, short = stands(chosen, self.language), self._short(chosen)
        change = [changed(chosen, self.language)] if chosen.change.state is State.SHOWN else []
        goals = self._goal_in_headline()
        tries = [[first, *change, *goals], [short, *change, *goals], [first, *goals], [short, *goals]]
        tries += [[first, *change], [short, *change], [first], [short]]
        tries.append(
            [Clause(self.say("The figures of {quarter} are on this page", quarter=self.figures.quarter.label))]
        )
        sentences = [Sentence((*clauses, Clause("."))) for clauses in tries]
        return next((each for each in sentences if _words(each) <= MOST_WORDS), sentences[-1])

    def _short(self, figures: KpiFigures) -> Clause:
        """Where a figure stands, as it is printed."""
        text = self.say("{name}: {figure}", name=self._name(figures.kpi), figure=figures.now.text)
        return Clause(text, (figures.now.code,))

    def _goal_in_headline(self) -> list[Clause]:
        """The first goal that was missed, else that is behind, else that is met."""
        for status, text in _GOAL_IN_HEADLINE.items():
            for kpi in self._goals_that_are(status):
                return [Clause(self.say(text, goal=self._name(kpi)), (self.figures.of_kpi(kpi).now.code,))]
        return []

    def ask(self) -> str:
        """The one thing to do next."""
        if not self.page.partner.id:
            return ""  # all partners together have agreed on nothing
        if not self.page.goal_kpis:
            return self.say("Agree on three goals for this partnership at the next check-in.")
        needy = [*self._goals_that_are("missed"), *self._goals_that_are("behind")]
        if needy:
            text = "At the next check-in, decide what each side will change for “{name}”."
            return self.say(text, name=self._name(needy[0]))
        if not [*self._goals_that_are("met"), *self._goals_that_are("on pace")]:
            return self.say("At the next check-in, talk about each goal: this page does not tell how they stand.")
        return self.say("Keep going, and agree at the next check-in on what comes after these goals.")

    def story(self, panels: Sequence[Panel]) -> tuple[Sentence, ...]:
        """What is read aloud after title and headline: at most 90 seconds; what is least needed is left out."""
        blocks = [*self._figures_told(panels), *self._goals()]
        for panel in panels:
            if isinstance(panel, InvestmentPanel):
                blocks += self._money(panel)
            if isinstance(panel, CheckinPanel):
                blocks += self._checkin(panel)
        room = max(STORY_WORDS - self._words_around(), _FEWEST_WORDS)
        while len(blocks) > 1 and sum(_words(each) for _, block in blocks for each in block) > room:
            least = max(rank for rank, _ in blocks)
            blocks.pop(max(at for at, (rank, _) in enumerate(blocks) if rank == least))
        return tuple(sentence for _, block in blocks for sentence in block)

    def _words_around(self) -> int:
        """How many words are read aloud besides the story: who and when, the vision, the headline and the ask."""
        names = (self.page.district, self.page.partner.name_on(self.figures.quarter.last_day))
        around = (*names, self.figures.quarter.label, self.page.partner.vision, self.headline().text, self.ask())
        return sum(len(text.split()) for text in around) + _WORDS_OF_TITLES

    def _spoken(self, panels: Sequence[Panel]) -> list[KpiFigures]:
        """The figures that are read aloud one by one: how many students first, then in the order of the page."""
        kpis: list[Kpi] = []
        for panel in panels:
            if isinstance(panel, KpiPanel | WorkPanel):
                kpis += self.page.named(tuple(line.kpi for line in panel.lines[: _FROM_PANEL.get(panel.id, 0)]))
        found = dict.fromkeys([*kpis, *self.page.goal_kpis])
        return [self.figures.of_kpi(kpi) for kpi in sorted(found, key=lambda kpi: kpi.unit != "students")]

    def _figures_told(self, panels: Sequence[Panel]) -> list[Block]:
        """This quarter's figures, those that are not shown by their names, and those of earlier quarters."""
        blocks: list[Block] = []
        told_here = self._spoken(panels)
        shown = [figures for figures in told_here if figures.now.state is State.SHOWN]
        current = [figures for figures in shown if not figures.not_due]
        if current:
            blocks.append((1, [Sentence((Clause(self.say("Here is the school year so far.")),))]))
        for rank, figures in enumerate(current, start=2):
            blocks.append((rank, [told(figures, self.language)]))
            beside = similar(figures, self.language)
            blocks += [(rank + 20, [beside])] if beside else []
        for state, text in _NOT_SHOWN.items():
            unshown = [figures for figures in told_here if figures.now.state is state]
            if unshown:
                blocks.append((4, [self._named(text, unshown)]))
        old = [figures for figures in shown if figures.not_due]
        for quarter in dict.fromkeys(figures.quarter for figures in old):
            since = quarter_aloud(quarter, self.language)
            lead = self.say("What follows is from {quarter}; newer figures are not due yet.", quarter=since)
            of_quarter = [figures for figures in old if figures.quarter == quarter]
            codes = tuple(figures.now.code for figures in of_quarter)
            sentences = [Sentence((Clause(lead, codes),)), *(told(figures, self.language) for figures in of_quarter)]
            blocks.append((8, sentences))
        return blocks

    def _named(self, text: str, of: Sequence[KpiFigures]) -> Sentence:
        names = listed([self._name(figures.kpi) for figures in of])
        return Sentence((Clause(self.say(text, names=names), tuple(figures.now.code for figures in of)),))

    def _goals(self) -> list[Block]:
        """How many goals there are and where each stands."""
        goals = self.page.goal_kpis
        if not goals:
            return []
        number = number_aloud(len(goals), self.language)
        text = "We have one goal." if len(goals) == 1 else "We have {number} goals."
        blocks: list[Block] = [(1, [Sentence((Clause(self.say(text, number=number)),))])]
        for status, text in _GOALS.items():
            of_status = self._goals_that_are(status)
            if of_status:
                names, count = (
                    listed([self._name(kpi) for kpi in of_status]),
                    number_aloud(len(of_status), self.language),
                )
                codes = tuple(self.figures.of_kpi(kpi).now.code for kpi in of_status)
                rank = 1 if status in ("missed", "behind", "met") else 3
                blocks.append((rank, [Sentence((Clause(self.say(text, number=count, names=names), codes),))]))
        return blocks

    def _goals_that_are(self, status: str) -> list[Kpi]:
        return [kpi for kpi in self.page.goal_kpis if self.standings[kpi.id].status == status]

    def _money(self, panel: InvestmentPanel) -> list[Block]:
        """What each side put in, beside what it had planned."""
        sentences = []
        for side in panel.sides:
            actual, planned = self._release(side.actual), self._release(side.planned)
            if actual.state is not State.SHOWN:
                continue
            put_in, plan = self._amount(actual), self._amount(planned)
            text = self.say("{side} put in {amount} this school year", side=side.name, amount=put_in)
            clauses = [Clause(text, (actual.code,))]
            if planned.state is State.SHOWN:
                text = ", about as planned" if put_in == plan else ", against {amount} planned"
                clauses.append(Clause(self.say(text, amount=plan), (planned.code,)))
            sentences.append(Sentence((*clauses, Clause("."))))
        return [(6, sentences)] if sentences else []

    def _amount(self, release: Release) -> str:
        (kpi,) = self.page.named((release.kpi,))
        return bare(release, kpi, self.language)

    def _release(self, code: str) -> Release:
        return next(release for release in self.figures.releases if release.code == code)

    def _checkin(self, panel: CheckinPanel) -> list[Block]:
        """Whether both sides met in the quarter, and what became of what was taken on."""
        held = self.page.partner.checkin_on(self.figures.quarter.last_day)
        sentences = []
        if held is None or held.on < self.figures.quarter.first_day:
            sentences.append(Sentence((Clause(self.say("There was no check-in this quarter.")),)))
        if panel.lines:
            number = number_aloud(len(panel.lines), self.language)
            text = "The last check-in set one action: {parts}."
            if len(panel.lines) > 1:
                text = "The last check-in set {number} actions: {parts}."
            parts = ", ".join(self._actions(panel))
            sentences.append(Sentence((Clause(self.say(text, number=number, parts=parts)),)))
        return [(5, sentences)] if sentences else []

    def _actions(self, panel: CheckinPanel) -> list[str]:
        """How many actions are done, late and open; that none is done is said as well."""
        found = []
        for state, (one, several) in _ACTIONS.items():
            count = sum(action.state == state for action in panel.lines)
            if count:
                found.append(self.say(one if count == 1 else several, number=number_aloud(count, self.language)))
            elif state == "done":
                found.append(self.say("none done"))
        return found

    def _name(self, kpi: Kpi) -> str:
        return self.language.look_up(kpi.name)


def _words(sentence: Sentence) -> int:
    return len(sentence.text.split())
