"""The trail behind a board: what of the workspace a manifest tells, gathered while the warehouse is open."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import read_marts
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.reference import Rate
from partnerkpi.models.release import Release
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.refresh import reference_of
from partnerkpi.report.agreement import source_tables
from partnerkpi.report.ground import Ground
from partnerkpi.report.page import Page
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
    ground: Ground, workspace: Workspace, page: Page, *, as_of: dt.date | None, minimum_group: int
) -> Trail:
    """What lies behind a page, and all quarters that its figures tell of."""
    warehouse, quarters = ground.warehouse, ground.quarters
    reference = reference_of(workspace, warehouse)
    periods = [quarter.label for quarter in ground.calendar.latest(ground.quarter, 2)]
    published = publications(warehouse, page.partner.id, periods, until=as_of)
    return Trail(
        quarter=ground.quarter,
        calendar=ground.calendar,
        minimum_group=minimum_group,
        marts=read_marts(workspace.root),
        # Which names exports use for a partner comes from the exports, and those are told one by one; what happens to
        # partners later is no news about the past.
        reference=hashlib.sha256(repr(replace(reference, names=(), cohorts=())).encode()).hexdigest(),
        rates=reference.rates,
        kpis=page.catalogue.kpis,
        settings=page.settings,
        loads=source_loads(warehouse, quarters[0].first_day, quarters[-1].last_day),
        booked=booked_loads(warehouse),
        told=tuple(Told(each, told_figures(warehouse, each.sha256)) for each in published),
    )
