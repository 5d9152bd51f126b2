"""Which KPIs of which partners move when exports are taken in, and by how much."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import check_catalogue
from partnerkpi.measure.results import measure, results_of
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.models.kpi import Domain, Kpi, Measure
from partnerkpi.models.move import Figure, Move
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter
from partnerkpi.warehouse import Warehouse


@dataclass(frozen=True)
class Measured:
    """The KPIs by id, and their results by KPI, partner and period, for whole partners; `quarters` by their number."""

    kpis: Mapping[str, Kpi]
    results: Mapping[tuple[str, str, int], Result]
    quarters: Mapping[int, Quarter]

    def moves_to(self, after: "Measured") -> tuple[Move, ...]:
        """Every KPI and partner whose sums differ in some period, by partner and in the order of the KPIs."""
        moved: dict[tuple[str, str], list[int]] = defaultdict(list)
        for kpi, partner, period in {*self.results, *after.results}:
            key = (kpi, partner, period)
            if _sums(self.results.get(key)) != _sums(after.results.get(key)):
                moved[partner, kpi].append(period)
        order = list(after.kpis)
        pairs = sorted(moved, key=lambda pair: (pair[0], order.index(pair[1])))
        return tuple(self._move(after, partner, kpi, moved[partner, kpi]) for partner, kpi in pairs)

    def _move(self, after: "Measured", partner: str, name: str, periods: list[int]) -> Move:
        kpi, latest = after.kpis[name], (name, partner, max(periods))
        was, becomes = _figure(kpi, self.results.get(latest)), _figure(kpi, after.results.get(latest))
        # A period's number is its quarter's, plus one for the year to date.
        return Move(partner, kpi, self.quarters[max(periods) // 10 * 10].label, was, becomes, len(periods))


def measured(workspace: Workspace, warehouse: Warehouse) -> Measured:
    """Every KPI in every quarter up to the latest that its domain has data for."""
    calendar = workspace.settings.calendar()
    catalogue = check_catalogue(warehouse, workspace.root)
    quarters = {domain: _quarters(workspace, warehouse, domain) for domain in Domain}
    period_ids = {
        kpi.id: [period.period_id for period in calendar.told(kpi.window, quarters[kpi.domain])]
        for kpi in catalogue.kpis
    }
    settings = kpi_settings(workspace, catalogue)
    found = results_of(measure(warehouse, catalogue.kpis, period_ids=period_ids, settings=settings))
    results = {(r.kpi, r.partner, r.period_id): r for r in found if r.partner and not r.program and not r.by}
    return Measured({kpi.id: kpi for kpi in catalogue.kpis}, results, {q.quarter_id: q for q in calendar.quarters})


def _quarters(workspace: Workspace, warehouse: Warehouse, domain: Domain) -> list[Quarter]:
    """A year to date goes on after the last data, to the end of the year; that says nothing new."""
    mart = f"{domain.source_table}_by_period"
    latest = int(warehouse.value(f"select coalesce(max(period_id), 0) from {mart} where period_id % 10 = 0"))
    return [quarter for quarter in workspace.settings.calendar().quarters if quarter.quarter_id <= latest]


def _sums(result: Result | None) -> tuple[int, int, int] | None:
    return None if result is None else (result.students, result.numerator, result.denominator)


def _figure(kpi: Kpi, result: Result | None) -> Figure | None:
    if result is None:
        return None
    return Figure(100 * result.value if kpi.measure is Measure.SHARE else result.value, result.students)
