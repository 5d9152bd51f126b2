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
    """The KPIs by id, and their results by KPI, partner and period, for whole partners."""

    kpis: Mapping[str, Kpi]
    results: Mapping[tuple[str, str, int], Result]


def measured(workspace: Workspace, warehouse: Warehouse) -> Measured:
    """Every KPI in every quarter up to the latest that its domain has data for."""
    calendar = workspace.settings.calendar()
    catalogue = check_catalogue(warehouse, workspace.root)
    quarters = {domain: _quarters(workspace, warehouse, domain) for domain in Domain}
    period_ids = {
        kpi.id: [calendar.period(quarter, kpi.window).period_id for quarter in quarters[kpi.domain]]
        for kpi in catalogue.kpis
    }
    settings = kpi_settings(workspace, catalogue)
    found = results_of(measure(warehouse, catalogue.kpis, period_ids=period_ids, settings=settings))
    results = {(result.kpi, result.partner, result.period_id): result for result in found if not result.program}
    return Measured({kpi.id: kpi for kpi in catalogue.kpis}, results)


def _quarters(workspace: Workspace, warehouse: Warehouse, domain: Domain) -> list[Quarter]:
    """A year to date goes on after the last data, to the end of the year; that says nothing new."""
    mart = f"{domain.source_table}_by_period"
    latest = int(warehouse.value(f"select coalesce(max(period_id), 0) from {mart} where period_id % 10 = 0"))
    return [quarter for quarter in workspace.settings.calendar().quarters if quarter.quarter_id <= latest]


def moves(workspace: Workspace, before: Measured, after: Measured) -> tuple[Move, ...]:
    """Every KPI and partner whose sums differ in some period, by partner and in the order of the KPIs."""
    moved: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key in {*before.results, *after.results}:
        if _sums(before.results.get(key)) != _sums(after.results.get(key)):
            moved[key[1], key[0]].append(key[2])
    labels = {quarter.quarter_id: quarter.label for quarter in workspace.settings.calendar().quarters}
    order = list(after.kpis)
    found = []
    for partner, name in sorted(moved, key=lambda pair: (pair[0], order.index(pair[1]))):
        periods = moved[partner, name]
        kpi, latest = after.kpis[name], (name, partner, max(periods))
        was, becomes = _figure(kpi, before.results.get(latest)), _figure(kpi, after.results.get(latest))
        # A period's number is its quarter's, plus one for the year to date.
        found.append(Move(partner, kpi, labels[max(periods) // 10 * 10], was, becomes, len(periods)))
    return tuple(found)


def _sums(result: Result | None) -> tuple[int, int, int] | None:
    return None if result is None else (result.students, result.numerator, result.denominator)


def _figure(kpi: Kpi, result: Result | None) -> Figure | None:
    if result is None:
        return None
    return Figure(100 * result.value if kpi.measure is Measure.SHARE else result.value, result.students)
