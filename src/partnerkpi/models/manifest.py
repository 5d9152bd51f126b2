"""The manifest of a board: where every figure on it comes from, as it travels inside the PDF.

It is a publication like the page itself, and says nothing about people that the page does not say.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from partnerkpi.models.release import Population, Release

SCHEMA = "partnerkpi.manifest/1"
FILE_NAME = "manifest.json"

# Letters that do something to a terminal or to the order of others, instead of being read.
UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
Address = tuple[str, Population, str]


@dataclass(frozen=True)
class SettingStep:
    """The value of a setting from a quarter on ("2026-27 Q1"; "": from the beginning)."""

    name: str
    value: float
    since: str


@dataclass(frozen=True)
class KpiSource:
    """What a KPI on the board was made with.

    `file` and `sha256` are those of its SQL file, `origin` says who keeps it ("shipped", "workspace"); `definition` has
    the settings in force in the board's quarter. `tables` are all source tables that its query reads, through the marts
    and the cohorts; without rows in `source_table` it has no value.
    """

    id: str
    name: str
    unit: str
    window: str
    definition: str
    origin: str
    file: str
    sha256: str
    settings: tuple[SettingStep, ...]
    source_table: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class RowsTold:
    """The counts of a load in words, each so coarse that it tells of no small group; see `disclosure.rows_told`."""

    rows_in_file: str
    loaded: str
    unchanged: str
    superseded: str
    duplicate: str
    quarantined: str
    non_data: str


@dataclass(frozen=True)
class SourceFile:
    """A load whose rows the figures are made of. `file` is its name without a path; days are ISO dates.

    Of a file about a small group `sha256` and the days are empty: who knows all of it but one cell could try them.
    """

    load: int
    file: str
    sha256: str
    dialect: str
    table: str
    rows: RowsTold
    first_day: str
    last_day: str


@dataclass(frozen=True)
class Manifest:
    """Everything a board was made of.

    `marts` is the SHA-256 of all mart queries, `reference` that of the calendar, scales, rates, rules and partners they
    are joined with, the partners left aside; `last_day` is the last one of the period. The day on which it was made, or
    to which it looked back, is no part of it: the same figures of the same files give the same board.
    """

    schema: str
    tool: str
    district: str
    partner: str
    period: str
    last_day: str
    audience: str
    language: str
    paper: str
    version: str
    minimum_group: int
    marts: str
    reference: str
    releases: tuple[Release, ...]
    kpis: tuple[KpiSource, ...]
    sources: tuple[SourceFile, ...]

    def kpi(self, kpi_id: str) -> KpiSource:
        """What a KPI was made with; raises KeyError when the board has none of this id."""
        return {kpi.id: kpi for kpi in self.kpis}[kpi_id]

    def files_of(self, kpi_id: str) -> tuple[SourceFile, ...]:
        """The loads that a KPI's figures are made of."""
        tables = self.kpi(kpi_id).tables
        return tuple(source for source in self.sources if source.table in tables)

    def addresses(self) -> Mapping[Address, Release]:
        """Each figure by its address: what is measured, about whom, and "" or, for what is derived, which ("d")."""
        found: dict[Address, Release] = {}
        for release in self.releases:
            found.setdefault(address(release), release)
        return found


def address(release: Release) -> Address:
    """What a figure is, whatever its code: a point of a trend is the same figure as that quarter's own."""
    suffix = release.code.partition("-")[2]
    return release.kpi, release.population, "" if suffix[:1] in ("", "y", "t") else suffix


def readable(text: str) -> str:
    """A text out of a file or its name as a manifest writes it: whatever is not to be read is a space."""
    return UNREADABLE.sub(" ", text)


def manifest_json(manifest: Manifest) -> str:
    """The one spelling of a manifest: keys sorted, two spaces, UTF-8 letters as they are."""
    return canonical_json(asdict(manifest))


def canonical_json(content: Any) -> str:
    """JSON that is the same text whenever it is the same content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
