"""The languages a board speaks: every sentence is written in English and looked up in a catalogue for the others.

Catalogues are gettext files in `locale/<code>.po`. English needs none, and nothing of Babel is loaded for it. Numbers
are written as in the United States in every language.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "es")
_CATALOGUES = Path(__file__).parent / "locale"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NBSP = "\u00a0"


class Language:
    """One language. `missing` collects the texts the catalogue does not know; they stay English."""

    def __init__(self, code: str = "en") -> None:
        self.code = code
        self.missing: set[str] = set()

    def say(self, text: str, /, **values: object) -> str:
        """A text of ours in this language, with the values in place of their names in braces."""
        found = self.look_up(text)
        return found.format(**values) if values else found

    def look_up(self, text: str) -> str:
        """A text as it stands, for names and definitions out of files; what is unknown stays as it is."""
        if self.code == "en" or not text:
            return text
        found = _catalogue(self.code).get(text)
        if found is None:
            self.missing.add(text)
            return text
        return found

    def day(self, day: dt.date) -> str:
        """A day as a page prints it: "Oct 23, 2026"; the month and its day stay on one line."""
        if self.code == "en":
            return f"{_MONTHS[day.month - 1]}{_NBSP}{day.day}, {day.year}"
        from babel.dates import format_date

        return format_date(day, "d MMM y", locale=f"{self.code}_US").replace(" ", _NBSP, 1)


@lru_cache(maxsize=4)
def _catalogue(code: str) -> Mapping[str, str]:
    """The translated texts of a catalogue, by the English ones; drafts (fuzzy ones) do not count."""
    from babel.messages.pofile import read_po

    with (_CATALOGUES / f"{code}.po").open("rb") as file:
        found = read_po(file, locale=code)
    return {str(m.id): str(m.string) for m in found if m.id and m.string and not m.fuzzy}
