"""What every question of an analyst begins with: fresh marts, the KPIs in force, the quarter meant."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import Catalogue, check_catalogue
from partnerkpi.measure.evidence import Evidence, gather_evidence, quarter_asked
from partnerkpi.measure.kpi_files import blamed_id
from partnerkpi.measure.results import measure
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.refresh import open_fresh
from partnerkpi.warehouse import Warehouse


@dataclass(frozen=True)
class Study:
    """An open database with what its questions need; `quarter` is the one asked for."""

    workspace: Workspace
    warehouse: Warehouse
    calendar: SchoolCalendar
    catalogue: Catalogue
    evidence: Evidence
    quarter: Quarter

    def kpi(self, wanted: str) -> Kpi:
        """The KPI with this id; raises its KpiFileError when its file is broken, UsageError when there is none."""
        for error in self.catalogue.broken:
            if blamed_id(error) == wanted:
                raise error
        return self.catalogue.find(wanted)

    def measured(
        self,
        kpis: Sequence[Kpi],
        quarters: Sequence[Quarter],
        by: Sequence[str] = (),
        failed: Callable[[Kpi, KpiFileError], None] | None = None,
        partner: str | None = None,
    ) -> pl.DataFrame:
        """The results of the KPIs in these quarters, each in its own window, for every partner and program.

        With `failed` it hears of a KPI that fails on the data or takes too long, and the others go on; `partner` asks
        for one alone.
        """
        period_ids: Mapping[str, list[int]] = {
            kpi.id: [period.period_id for period in self.calendar.told(kpi.window, quarters)] for kpi in kpis
        }
        return measure(
            self.warehouse,
            kpis,
            period_ids=period_ids,
            settings=kpi_settings(self.workspace, self.catalogue),
            by=by,
            seconds=self.workspace.settings.kpi_seconds,
            failed=failed,
            dose_bands=self.workspace.settings.dose.bands,
            partner=partner,
        )


@contextmanager
def study(workspace: Workspace, *, period: str | None, today: dt.date) -> Iterator[Study]:
    """Bring the marts up to date and open the database for reading.

    `period` is a quarter such as "2026-27-Q1"; None means the latest that has ended before `today` and has data.
    Raises UsageError for an unknown quarter, InputMissing without data for it, ConfigurationError for mistakes in
    the workspace's files.
    """
    calendar = workspace.settings.calendar()
    with open_fresh(workspace) as warehouse:
        evidence = gather_evidence(warehouse, calendar)
        quarter = quarter_asked(calendar, evidence, period, today)
        catalogue = check_catalogue(warehouse, workspace.root)
        yield Study(workspace, warehouse, calendar, catalogue, evidence, quarter)
