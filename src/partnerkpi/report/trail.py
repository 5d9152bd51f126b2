"""The trail behind a board: what of the workspace a manifest tells, gathered while the warehouse is open."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import Catalogue, read_marts
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.reference import Rate
from partnerkpi.models.release import Release
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.refresh import reference_of
from partnerkpi.report.agreement import source_tables
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.publications import Publication, publications, told_figures
from partnerkpi.warehouse.sources import BookedLoad, SourceLoad, booked_loads, source_loads


@dataclass(frozen=True)
class Told:
    """A board that was written before, with its figures as they were told."""

    publication: Publication
    figures: tuple[Release, ...]

    @property
    def language(self) -> str:
        """The language its figures were told in."""
        return str(json.loads(self.publication.manifest).get("language", "en"))


@dataclass(frozen=True)
class Trail:
    """Everything a manifest and a restatement need besides the board itself; `quarter` is the board's.

    `loads` are those behind the facts, `booked` every load there was, `told` the boards of this quarter and the one
    before that were written by now (or by `as_of`), oldest first.
    """

    quarter: Quarter
    calendar: SchoolCalendar
    minimum_group: int
    marts: Mapping[str, str]
    reference: str
    rates: tuple[Rate, ...]
    kpis: tuple[Kpi, ...]
    settings: Mapping[str, Mapping[str, Number]]
    loads: tuple[SourceLoad, ...]
    booked: tuple[BookedLoad, ...]
    told: tuple[Told, ...]

    def tables(self, kpi: Kpi) -> tuple[str, ...]:
        """The source tables that a KPI's query reads, through the marts and, of students, through the cohorts."""
        return tuple(sorted(source_tables(kpi, self.marts)))


def gather_trail(
    warehouse: Warehouse,
    workspace: Workspace,
    catalogue: Catalogue,
    settings: Mapping[str, Mapping[str, Number]],
    *,
    partner: str,
    quarters: Sequence[Quarter],
    as_of: dt.date | None,
    minimum_group: int,
) -> Trail:
    """What lies behind the board of a partner and the last of these quarters, all that its figures tell of."""
    calendar, reference = workspace.settings.calendar(), reference_of(workspace, warehouse)
    periods = [quarter.label for quarter in calendar.latest(quarters[-1], 2)]
    published = publications(warehouse, partner, periods, until=as_of)
    return Trail(
        quarter=quarters[-1],
        calendar=calendar,
        minimum_group=minimum_group,
        marts=read_marts(workspace.root),
        # Which names exports use for a partner comes from the exports, and those are told one by one; what happens to
        # partners later is no news about the past.
        reference=hashlib.sha256(repr(replace(reference, names=(), cohorts=())).encode()).hexdigest(),
        rates=reference.rates,
        kpis=catalogue.kpis,
        settings=settings,
        loads=source_loads(warehouse, quarters[0].first_day, quarters[-1].last_day),
        booked=booked_loads(warehouse),
        told=tuple(Told(each, told_figures(warehouse, each.sha256)) for each in published),
    )
