"""One figure told in a sentence: what it is, how it moved within a year, and where similar students stand."""

from partnerkpi.disclosure import points_text
from partnerkpi.language import Language
from partnerkpi.models.board import Clause, Sentence
from partnerkpi.models.kpi import Grain, Kpi, Measure
from partnerkpi.models.release import Release, State
from partnerkpi.models.school_year import Window
from partnerkpi.report.figures import KpiFigures
from partnerkpi.report.spoken import bare, spoken


def told(figures: KpiFigures, language: Language) -> Sentence:
    """A shown figure as a whole sentence; one of an earlier quarter is not compared with another year."""
    clauses = [stands(figures, language)]
    if figures.kpi.window is Window.QUARTER:
        clauses.append(Clause(language.say(" in the quarter")))
    if not figures.not_due and figures.change.state is State.SHOWN:
        clauses.append(changed(figures, language))
    return Sentence((*clauses, Clause(".")))


def stands(figures: KpiFigures, language: Language) -> Clause:
    """Where a shown figure stands, in the sentence of its KPI or behind its name, without a full stop."""
    figure = spoken(figures.now, figures.kpi, language)
    if figures.kpi.aloud:
        text = language.say(figures.kpi.aloud, figure=figure)
    else:
        text = language.say("{name}: {figure}", name=language.look_up(figures.kpi.name), figure=figure)
    return Clause(text[:1].upper() + text[1:], (figures.now.code,))


def changed(figures: KpiFigures, language: Language) -> Clause:
    """How a figure moved within a year, where its change is shown, as plainly for the worse as for the better."""
    change, kpi, before = figures.change, figures.kpi, figures.last_year
    difference = change.low or 0.0
    if same(change) and held_against_noise(kpi):
        return Clause(language.say(", about the same as a year ago"), (change.code,))
    if in_points(kpi):
        better = (difference > 0) == (kpi.better == "higher")
        text = ", {points} better than a year ago" if better else ", {points} worse than a year ago"
        return Clause(language.say(text, points=points_text(difference, kpi, language)), (change.code,))
    codes, earlier = (change.code, before.code), bare(before, kpi, language)
    if difference == 0:
        return Clause(language.say(", the same as a year ago"), codes)
    if earlier == bare(figures.now, kpi, language):
        return Clause(language.say(", about the same as a year ago"), codes)
    text = ", up from {figure} a year ago" if difference > 0 else ", down from {figure} a year ago"
    return Clause(language.say(text, figure=earlier), codes)


def similar(figures: KpiFigures, language: Language) -> Sentence | None:
    """Where similar students stand, without a word on why."""
    other, now = figures.similar, figures.now
    if other is None or figures.not_due:
        return None
    figure = bare(other, figures.kpi, language)
    alike = (other.low, other.high) == (now.low, now.high) and figure in spoken(now, figures.kpi, language)
    text = "Among similar students it was also {figure}." if alike else "Among similar students it was {figure}."
    return Sentence((Clause(language.say(text, figure=figure), (other.code,)),))


def held_against_noise(kpi: Kpi) -> bool:
    """Whether a change of the KPI is told only where it is more than chance; a total is what it is."""
    return kpi.grain is Grain.STUDENT and kpi.measure is not Measure.TOTAL


def in_points(kpi: Kpi) -> bool:
    """Whether such a change is told in points; of all other KPIs the figure of the year before is."""
    return held_against_noise(kpi) and (kpi.measure is Measure.SHARE or kpi.unit == "grade points")


def same(change: Release) -> bool:
    """Whether a change is shown and none."""
    return change.state is State.SHOWN and change.low == 0.0


def inside(name: str) -> str:
    """A name inside a sentence: small, unless it begins with an acronym or a single letter."""
    return f"{name[:1].lower()}{name[1:]}" if name[1:2].islower() else name


def listed(names: list[str]) -> str:
    """Names one after the other; where one has a comma of its own, semicolons keep them apart."""
    return ("; " if any("," in name for name in names) else ", ").join(inside(name) for name in names)
