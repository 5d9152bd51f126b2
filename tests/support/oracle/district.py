"""The calendar and the partners, from the TOML files that people write."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Cohort = tuple[str, str]
EVERYBODY: Cohort = ("", "")


@dataclass(frozen=True)
class Period:
    """A quarter, or the school year up to its end; `quarters` are the ids of those within."""

    period_id: int
    school_year: str
    quarters: tuple[int, ...]
    year_begins: date
    last_day: date


@dataclass(frozen=True)
class District:
    """Calendar and names. `quarter_of` knows a quarter by day, `terms` by school year and term, `closes` its last day.

    `college_terms` leaves out a term that two school years have.
    """

    periods: tuple[Period, ...]
    quarter_of: dict[date, int]
    closes: dict[int, date]
    terms: dict[tuple[str, str], int]
    college_terms: dict[str, int]
    partners: dict[str, str]
    programs: dict[tuple[str, str], str]

    def cohorts(self) -> list[Cohort]:
        """Everybody, each partner, each program."""
        partners = [(partner, "") for partner in sorted(set(self.partners.values()))]
        return [EVERYBODY, *partners, *sorted({(partner, of) for (partner, _), of in self.programs.items()})]

    def cohorts_of(self, partner: str, program: str) -> list[Cohort]:
        """The cohorts that a row of an export with these names counts for; none for a partner nobody knows."""
        found = self.partners.get(plain(partner))
        if found is None:
            return []
        known = self.programs.get((found, plain(program)))
        return [EVERYBODY, (found, ""), *([(found, known)] if known else [])]

    def year_before(self, period: Period) -> Period | None:
        """All of the school year before."""
        earlier = [each for each in self.periods if each.last_day < period.year_begins]
        return earlier[-1] if earlier else None


def read_district(folder: Path) -> District:
    """What partnerkpi.toml and partners/*.toml say."""
    years = tomllib.loads((folder / "partnerkpi.toml").read_text("utf-8"))["school_year"]
    terms = {
        (year["name"], term.upper()): _quarter_id(year, quarter)
        for year in years
        for term, quarter in year["terms"].items()
    }
    written = [term for _, term in terms]
    partners, programs = _names(folder / "partners")
    return District(
        periods=tuple(period for year in years for period in _periods(year)),
        quarter_of={day: _quarter_id(year, q["name"]) for year in years for q in year["quarters"] for day in _days(q)},
        closes={_quarter_id(year, q["name"]): q["last_day"] for year in years for q in year["quarters"]},
        terms=terms,
        college_terms={term: quarter for (_, term), quarter in terms.items() if written.count(term) == 1},
        partners=partners,
        programs=programs,
    )


def plain(name: str) -> str:
    """A name as it is compared: without case, spacing and punctuation."""
    return " ".join(re.findall(r"\w+", name.casefold()))


def _quarter_id(year: dict[str, Any], quarter: str) -> int:
    """202610 for Q1 of 2026-27, as the product numbers its periods."""
    return int(year["name"][:4]) * 100 + int(quarter.removeprefix("Q")) * 10


def _periods(year: dict[str, Any]) -> Iterator[Period]:
    """Every quarter and every year to date."""
    begins = year["quarters"][0]["first_day"]
    so_far: tuple[int, ...] = ()
    for quarter in year["quarters"]:
        own = _quarter_id(year, quarter["name"])
        so_far = (*so_far, own)
        yield Period(own, year["name"], (own,), begins, quarter["last_day"])
        yield Period(own + 1, year["name"], so_far, begins, quarter["last_day"])


def _days(quarter: dict[str, Any]) -> Iterator[date]:
    for offset in range((quarter["last_day"] - quarter["first_day"]).days + 1):
        yield quarter["first_day"] + timedelta(days=offset)


def _names(folder: Path) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Every name a partner goes by or went by, and those of its programs, each with the id."""
    partners, programs = {}, {}
    for path in folder.glob("*.toml"):
        content = tomllib.loads(path.read_text("utf-8"))
        former = [each["name"] for each in content.get("formerly", [])]
        for name in (path.stem, content["name"], *content.get("aliases", []), *former):
            partners[plain(name)] = path.stem
        for program in content.get("programs", []):
            for name in (program["id"], program["name"], *program.get("aliases", [])):
                programs[path.stem, plain(name)] = program["id"]
    return partners, programs
