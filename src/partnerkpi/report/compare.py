"""Participants beside similar students: one straight line from the warehouse to values for the district alone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import Catalogue, check_catalogue, columns_of, has_cohort
from partnerkpi.measure.dose import BY_HOURS, dose_labels
from partnerkpi.measure.evidence import Evidence, gather_evidence, quarter_asked
from partnerkpi.measure.results import measure, results_of
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.measure.similar import comparing
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Grain, Kpi, Measure
from partnerkpi.models.partner import Partner
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter
from partnerkpi.models.similar import Comparison, Matching
from partnerkpi.records.partners import find_partner, find_program, read_partners
from partnerkpi.refresh import open_fresh
from partnerkpi.report.soundness import require_sound_data
from partnerkpi.warehouse import Warehouse


@dataclass(frozen=True)
class CompareOptions:
    """What to compare: a program's id or name (None: the whole partner), a quarter (None: the latest that has
    ended and has data), and KPIs by id (none: every one that similar students can have)."""

    program: str | None = None
    period: str | None = None
    kpis: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparedKpi:
    """One KPI: participants beside similar students, and participants by their hours, fewest first."""

    kpi: Kpi
    comparison: Comparison
    by_hours: tuple[Result, ...]


@dataclass(frozen=True)
class Compared:
    """All KPIs of one cohort and quarter; single students can be behind any figure, so none is for release."""

    partner: Partner
    program: str
    quarter: Quarter
    matching: Matching
    kpis: tuple[ComparedKpi, ...]


def compare_cohort(
    workspace: Workspace, partner_id: str, *, today: dt.date, options: CompareOptions | None = None
) -> Compared:
    """Compare a partner's or a program's students with similar ones.

    Raises UsageError for an unknown partner, program, quarter or KPI, InputMissing without data, ChecksFailed when
    the data of the school year is not sound, KpiFileError for a file that fails.
    """
    options = options or CompareOptions()
    partner = find_partner(read_partners(workspace.partners), partner_id)
    program = find_program(partner, options.program).id if options.program else ""
    calendar, settings = workspace.settings.calendar(), workspace.settings
    with open_fresh(workspace) as warehouse:
        evidence = gather_evidence(warehouse, calendar)
        quarter = quarter_asked(calendar, evidence, options.period, today)
        told = [q.quarter_id for q in calendar.latest(quarter, quarter.number)]
        require_sound_data(warehouse, workspace, [partner], today=min(today, quarter.last_day), quarters=told)
        catalogue = check_catalogue(warehouse, workspace.root)
        cohort = _Cohort(workspace, warehouse, catalogue, evidence, (partner.id, program), quarter)
        kpis = cohort.all_compared(_wanted(warehouse, catalogue, options.kpis))
    return Compared(partner, program, quarter, settings.similar.matching(), kpis)


def _wanted(warehouse: Warehouse, catalogue: Catalogue, named: Sequence[str]) -> list[Kpi]:
    """The KPIs somebody names, else all that speak of students and not of what they do with a partner."""
    if named:
        return [catalogue.find(name) for name in dict.fromkeys(named)]
    of_students = (kpi for kpi in catalogue.kpis if kpi.grain is Grain.STUDENT)
    return [kpi for kpi in of_students if not has_cohort(columns_of(warehouse, kpi))]


@dataclass(frozen=True)
class _Cohort:
    """Everything that is the same for all KPIs."""

    workspace: Workspace
    warehouse: Warehouse
    catalogue: Catalogue
    evidence: Evidence
    pair: tuple[str, str]
    quarter: Quarter

    def all_compared(self, kpis: Sequence[Kpi]) -> tuple[ComparedKpi, ...]:
        """Each KPI, in the order asked; those of one period are compared together."""
        in_force, matching = kpi_settings(self.workspace, self.catalogue), self.workspace.settings.similar.matching()
        periods = {kpi.id: self._period_id(kpi) for kpi in kpis}
        found = {kpi.id: ComparedKpi(kpi, self._withheld(kpi), ()) for kpi in kpis}
        covered = [kpi for kpi in kpis if self.evidence.covers(kpi, self.quarter)]
        for period_id in sorted({periods[kpi.id] for kpi in covered}):
            with comparing(self.warehouse, period_id=period_id, cohorts=[self.pair], matching=matching) as prepared:
                for kpi in [kpi for kpi in covered if periods[kpi.id] == period_id]:
                    found[kpi.id] = ComparedKpi(kpi, prepared.compare(kpi, in_force.get(kpi.id, {}))[0], ())
        by_hours = self._by_hours(covered, periods, in_force)
        return tuple(replace(each, by_hours=by_hours.get(name, ())) for name, each in found.items())

    def _period_id(self, kpi: Kpi) -> int:
        return self.workspace.settings.calendar().period(self.quarter, kpi.window).period_id

    def _withheld(self, kpi: Kpi) -> Comparison:
        """What there is of a KPI that has no data."""
        due = self.evidence.due(kpi, self.quarter)
        reason = f"no {kpi.domain.value} data up to {self.quarter.label}" if due else "not due yet"
        return Comparison(kpi.id, *self.pair, self._period_id(kpi), withheld=(reason,))

    def _by_hours(
        self, kpis: Sequence[Kpi], periods: Mapping[str, int], in_force: Mapping[str, Mapping[str, Number]]
    ) -> dict[str, tuple[Result, ...]]:
        """By KPI, fewest hours first. Of a total there is none: it says how many took part, not how they fare."""
        told = [kpi for kpi in kpis if kpi.grain is Grain.STUDENT and kpi.measure is not Measure.TOTAL]
        bands = self.workspace.settings.dose.bands
        frame = measure(
            self.warehouse,
            told,
            period_ids={kpi.id: [periods[kpi.id]] for kpi in told},
            settings=in_force,
            by=[BY_HOURS],
            dose_bands=bands,
            partner=self.pair[0],
        )
        order = dose_labels(bands)
        mine = [r for r in results_of(frame) if (r.partner, r.program) == self.pair and r.by == BY_HOURS]
        mine.sort(key=lambda result: order.index(result.group))
        return {kpi.id: tuple(result for result in mine if result.kpi == kpi.id) for kpi in told}
