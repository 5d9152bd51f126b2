"""The rules that decide whether and how finely one figure may be published (R1 to R4, R6, R8).

A result goes in, a release comes out. A hidden release carries no number at all, so whatever is derived
from it (a change, a bar, a point of a sparkline, an alt text) has none to carry.
"""

import math
from dataclasses import dataclass, field

from partnerkpi.language import Language
from partnerkpi.models.kpi import Grain, Kpi, Measure
from partnerkpi.models.release import Population, Release, State
from partnerkpi.models.result import Result

# R2: up to how many students: width of a band in points (1 is an integer), ends that are recoded.
_RECODING = (
    (19, 10, 20, 80),
    (39, 5, 10, 90),
    (99, 1, 5, 95),
    (299, 1, 2, 98),
)
_RECODING_LARGE = (1, 1, 99)
_NBSP = "\u00a0"
_NO_CHANGE = {
    State.HIDDEN: "change not shown, to protect privacy",
    State.NOT_DUE: "nothing was due in {since}",
    State.MISSING: "no comparison with {since}",
}


@dataclass(frozen=True)
class Policy:
    """What a district has set; the floor of R1 is checked where the settings are read. Texts are in the language."""

    minimum_group: int = 10
    language: Language = field(default_factory=Language, compare=False)

    @property
    def rule_text(self) -> str:
        """The small-group rule as a page prints it."""
        return self.language.say(
            "Figures about fewer than {smallest} students are not shown; percentages of small groups are given as "
            "ranges.",
            smallest=self.minimum_group,
        )

    @property
    def too_few(self) -> str:
        """What stands in place of a figure about too few students."""
        return self.language.say("fewer than {smallest} students", smallest=self.minimum_group)


def disclose(result: Result, kpi: Kpi, policy: Policy, *, code: str, population: Population) -> Release:
    """The release of a result: shown as exactly as its size allows, or hidden."""
    if _participation_of_nobody(result, kpi):
        return _shown(code, kpi, population, "0", 0.0, 0.0)
    if kpi.grain is Grain.PARTNER and not result.students:
        return _about_nobody(result, kpi, code, population)
    if result.students < policy.minimum_group:
        return Release(code, kpi.id, population, State.HIDDEN, policy.too_few, reason=policy.too_few)
    match kpi.measure:
        case Measure.SHARE:
            return _share(result, kpi, policy, code, population)
        case Measure.MEAN:
            return _mean(result, kpi, policy, code, population)
        case Measure.TOTAL:
            return _total(result, kpi, policy, code, population)


def disclose_similar(
    value: float, students: int, kpi: Kpi, policy: Policy, *, code: str, population: Population
) -> Release | None:
    """The figure of similar students (a plain ratio), as exactly as their number allows; they are a population too.

    None where it may not be told, or is a total, which says nothing beside another number of students.
    """
    if students < policy.minimum_group or kpi.measure is Measure.TOTAL:
        return None
    if kpi.measure is Measure.SHARE:
        return _percent(value, students, kpi, policy, code, population)
    rounded = math.floor(10 * value + 0.5) / 10
    return _shown(code, kpi, population, f"{rounded:.1f}", rounded, rounded) if rounded > 0 else None


def unavailable(state: State, kpi: Kpi, *, code: str, population: Population, reason: str) -> Release:
    """A release without a figure: not due yet, or missing."""
    return Release(code, kpi.id, population, state, reason, reason=reason)


def change_of(
    now: Release,
    before: Release,
    kpi: Kpi,
    policy: Policy,
    *,
    code: str,
    outside_noise: bool,
    since: str,
    series_break: str = "",
) -> Release:
    """The release of a change, made of what the two published figures already say and nothing more.

    Without two exact figures there is none, nor across a series break. Inside noise it is "about the same", whatever
    the figures are.
    """
    say = policy.language.say
    for state in (State.HIDDEN, State.NOT_DUE, State.MISSING):
        for release in (now, before):
            if release.state is state:
                text = say(_NO_CHANGE[state], since=since)
                return Release(code, kpi.id, now.population, state, text, reason=release.reason)
    if series_break:
        text = say("not comparable with {since}: {reason}", since=since, reason=series_break)
        return Release(code, kpi.id, now.population, State.MISSING, text, reason=series_break)
    if not (now.exact and before.exact and now.low is not None and before.low is not None):
        return Release(
            code,
            kpi.id,
            now.population,
            State.HIDDEN,
            say("change not known: a figure is a range"),
            reason=say("a change between ranges is not known"),
        )
    difference = round(now.low - before.low, 1)
    if kpi.measure is Measure.TOTAL or kpi.grain is Grain.PARTNER:
        text = say("{figure} in {since}", figure=before.text, since=since)
        return Release(code, kpi.id, now.population, State.SHOWN, text, difference, difference)
    if not outside_noise or difference == 0:
        text = say("about the same as {since}", since=since)
        return Release(code, kpi.id, now.population, State.SHOWN, text, 0.0, 0.0)
    points = points_text(difference, kpi, policy.language)
    text = say(
        "up {points} from {since}" if difference > 0 else "down {points} from {since}", points=points, since=since
    )
    return Release(code, kpi.id, now.population, State.SHOWN, text, difference, difference)


def points_text(difference: float, kpi: Kpi, language: Language) -> str:
    """How large a change is: "6 points", "0.2 points"; its direction is told by the words around it."""
    size = f"{abs(difference):.0f}" if kpi.measure is Measure.SHARE else f"{abs(difference):.1f}"
    return language.say("{size} point" if size == "1" else "{size} points", size=size).replace(" ", _NBSP)


def _participation_of_nobody(result: Result, kpi: Kpi) -> bool:
    """R1: a zero is shown for participation only; a zero of anything else would speak of every single person."""
    return kpi.unit in ("students", "placements") and result.students == 0


def _share(result: Result, kpi: Kpi, policy: Policy, code: str, population: Population) -> Release:
    return _percent(result.value, result.students, kpi, policy, code, population)


def _percent(value: float, students: int, kpi: Kpi, policy: Policy, code: str, population: Population) -> Release:
    """R2: whole percent, ends recoded; below 40 students a range."""
    say = policy.language.say
    width, low_end, high_end = _recoding(students)
    percent = 100 * value
    rounded = math.floor(percent + 0.5)
    if rounded >= high_end if width == 1 else percent >= high_end:
        return _shown(code, kpi, population, say("{percent}% or more", percent=high_end), float(high_end), 100.0)
    if rounded <= low_end if width == 1 else percent <= low_end:
        return _shown(code, kpi, population, say("{percent}% or less", percent=low_end), 0.0, float(low_end))
    if width == 1:
        return _shown(code, kpi, population, f"{rounded}%", float(rounded), float(rounded))
    low = math.floor(percent / width) * width
    text = say("{low} to {high}%", low=low, high=low + width)
    return _shown(code, kpi, population, text, float(low), float(low + width))


def _recoding(students: int) -> tuple[int, int, int]:
    return next((row[1:] for row in _RECODING if students <= row[0]), _RECODING_LARGE)


def _mean(result: Result, kpi: Kpi, policy: Policy, code: str, population: Population) -> Release:
    """R3: one decimal, hidden when all students have the same value (which also covers both ends of a scale)."""
    if kpi.grain is Grain.PARTNER:
        return _about_nobody(result, kpi, code, population)
    if result.uniform:
        return _hidden(code, kpi, population, policy)  # all students have the same value
    rounded = math.floor(10 * result.value + 0.5) / 10
    # The best student's own value, as fine as the mean is printed: at or above it the mean tells of everybody.
    best = math.floor(10 * result.largest * result.students / result.denominator + 0.5) / 10
    if rounded <= 0 or rounded >= best:
        return _hidden(code, kpi, population, policy)  # at the end of the scale
    return _shown(code, kpi, population, f"{rounded:.1f}", rounded, rounded)


def _total(result: Result, kpi: Kpi, policy: Policy, code: str, population: Population) -> Release:
    """R4: enough contributors, none of them more than half of the sum."""
    if result.contributors < policy.minimum_group:
        reason = policy.language.say("fewer than {smallest} students behind it", smallest=policy.minimum_group)
        return Release(code, kpi.id, population, State.HIDDEN, reason, reason=reason)
    if 2 * result.largest > result.numerator:
        return _hidden(code, kpi, population, policy)  # one student makes up more than half of it
    rounded = _two_digits(result.value) if kpi.unit == "dollars" else float(math.floor(result.value + 0.5))
    if rounded == 0:
        return _hidden(code, kpi, population, policy)  # too little to be told as a whole number
    return _shown(code, kpi, population, amount_text(rounded, kpi), rounded, rounded)


def _about_nobody(result: Result, kpi: Kpi, code: str, population: Population) -> Release:
    """What both sides put in says nothing about single people; divided by people, it is told to two digits (R4)."""
    if kpi.measure is Measure.SHARE:
        percent = float(math.floor(100 * result.value + 0.5))
        return _shown(code, kpi, population, f"{percent:,.0f}%", percent, percent)
    value = _two_digits(result.value) if kpi.measure is Measure.MEAN else result.value
    rounded = math.floor(10 * value + 0.5) / 10 if kpi.unit == "FTE" else float(math.floor(value + 0.5))
    return _shown(code, kpi, population, amount_text(rounded, kpi), rounded, rounded)


def _two_digits(value: float) -> float:
    """Rounded to two significant digits, but never finer than one."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1) if value >= 10 else 1.0
    return math.floor(value / step + 0.5) * step


def amount_text(value: float, kpi: Kpi) -> str:
    """An amount as a page prints it: dollars with their sign, full-time equivalents with one decimal."""
    if kpi.unit.startswith("dollars"):
        return f"${value:,.0f}"
    return f"{value:,.1f}" if kpi.unit == "FTE" else f"{value:,.0f}"


def _shown(code: str, kpi: Kpi, population: Population, text: str, low: float, high: float) -> Release:
    return Release(code, kpi.id, population, State.SHOWN, text, low, high)


def _hidden(code: str, kpi: Kpi, population: Population, policy: Policy) -> Release:
    """Hidden, and not why: that all have the same value, or that one student has most of it, is a figure too."""
    text = policy.language.say("not shown, to protect privacy")
    return Release(code, kpi.id, population, State.HIDDEN, text, reason=text)
