"""Figures as one says them aloud: "about nine in ten courses", "between 80 and 90 percent of students"."""

import math
from collections.abc import Mapping

from partnerkpi.language import Language
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.release import Release
from partnerkpi.models.school_year import Quarter

# What a listener takes in at once, and how far a percentage may be from it.
PARTS: Mapping[float, str] = {
    5: "about one in twenty {things}",
    10: "about one in ten {things}",
    20: "about one in five {things}",
    25: "about one in four {things}",
    100 / 3: "about one in three {things}",
    50: "about half of the {things}",
    200 / 3: "about two in three {things}",
    75: "about three in four {things}",
    80: "about four in five {things}",
    90: "about nine in ten {things}",
}
NEAR = 1.0
# What a unit counts, where one can count it.
THINGS = {
    "percent of students": "students",
    "percent of days": "school days",
    "percent of course marks": "courses",
    "percent of credit hours": "credit hours",
    "percent of placements": "placements",
    "percent of eligible students": "eligible students",
    "percent of answers": "answers",
}
AMOUNTS = {
    "percent of students": "{number} percent of students",
    "percent of days": "{number} percent of school days",
    "percent of course marks": "{number} percent of courses",
    "percent of credit hours": "{number} percent of credit hours",
    "percent of placements": "{number} percent of placements",
    "percent of eligible students": "{number} percent of eligible students",
    "percent of answers": "{number} percent of answers",
    "percent of plan": "{number} percent of the plan",
    "percent of investment": "{number} percent of the investment",
    "grade points": "{number} points",
    "hours per student": "{number} hours for each student",
    "dollars per student": "{number} for each student",
    "dollars per credit hour": "{number} for each credit hour",
    "students": "{number} students",
    "placements": "{number} placements",
    "credit hours": "{number} credit hours",
    "credentials": "{number} credentials",
    "hours": "{number} hours",
    "answers": "{number} answers",
    "teachers": "{number} teachers",
    "externships": "{number} externships",
    "FTE": "{number} full-time staff",
    "dollars": "{number}",
}
QUARTERS = {
    1: "the first quarter of {year}",
    2: "the second quarter of {year}",
    3: "the third quarter of {year}",
    4: "the fourth quarter of {year}",
}
NUMBERS = {
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
}


def spoken(release: Release, kpi: Kpi, language: Language) -> str:
    """A shown figure in words, with what it counts; it says no more than the text on the page does."""
    things = THINGS.get(kpi.unit)
    near = [part for part in PARTS if release.exact and release.low is not None and abs(part - release.low) <= NEAR]
    if things and near:
        return language.say(PARTS[near[0]], things=language.say(things))
    return language.say(AMOUNTS[kpi.unit], number=_number(release, kpi, language))


def bare(release: Release, kpi: Kpi, language: Language) -> str:
    """A shown figure without what it counts, for a second mention: "between 80 and 90 percent", "112"."""
    number = _number(release, kpi, language)
    return language.say("{number} percent", number=number) if kpi.measure is Measure.SHARE else number


def quarter_aloud(quarter: Quarter, language: Language) -> str:
    """A quarter as one says it: "the fourth quarter of 2025-26"."""
    text = QUARTERS.get(quarter.number)
    return language.say(text, year=quarter.school_year) if text else quarter.label


def number_aloud(number: int, language: Language) -> str:
    """A small number in words; in Spanish of goals and actions, which are both feminine."""
    word = NUMBERS.get(number)
    return language.say(word) if word else str(number)


def _number(release: Release, kpi: Kpi, language: Language) -> str:
    """The figure without its unit."""
    low, high = release.low, release.high
    if low is None or high is None:
        return release.text
    if kpi.measure is not Measure.SHARE:
        return _dollars(low, language) if kpi.unit.startswith("dollars") else release.text
    if release.exact:
        return f"{low:,.0f}"
    if high >= 100:
        return language.say("at least {number}", number=f"{low:.0f}")
    if low <= 0:
        return language.say("at most {number}", number=f"{high:.0f}")
    return language.say("between {low} and {high}", low=f"{low:.0f}", high=f"{high:.0f}")


def _dollars(amount: float, language: Language) -> str:
    """Nobody says $51,174: thousands from 20,000 dollars on, hundreds from 2,000 on."""
    step = 1000.0 if amount >= 20_000 else 100.0 if amount >= 2_000 else 1.0
    rounded = math.floor(amount / step + 0.5) * step
    return f"${rounded:,.0f}" if rounded == amount else language.say("about {number}", number=f"${rounded:,.0f}")
