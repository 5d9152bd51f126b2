"""Figures as one says them aloud: "about nine in ten", "between 80 and 90 percent"."""

from partnerkpi.language import Language
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.release import Release

# What a listener takes in at once, and how far a percentage may be from it.
_PARTS = {
    5: "about one in twenty",
    10: "about one in ten",
    20: "about one in five",
    25: "about one in four",
    33: "about one in three",
    50: "about half",
    67: "about two in three",
    75: "about three in four",
    80: "about four in five",
    90: "about nine in ten",
}
_NEAR = 1.0


def spoken(release: Release, kpi: Kpi, language: Language) -> str:
    """A shown figure in words; it says no more than the text on the page does."""
    if kpi.measure is not Measure.SHARE or release.low is None or release.high is None:
        return release.text
    low, high = release.low, release.high
    if release.exact:
        near = [part for part in _PARTS if abs(part - low) <= _NEAR]
        if near and kpi.unit == "percent of students":
            return language.say(_PARTS[near[0]])
        return language.say("{percent} percent", percent=f"{low:,.0f}")
    if high >= 100:
        return language.say("{percent} percent or more", percent=f"{low:.0f}")
    if low <= 0:
        return language.say("{percent} percent or less", percent=f"{high:.0f}")
    return language.say("between {low} and {high} percent", low=f"{low:.0f}", high=f"{high:.0f}")
