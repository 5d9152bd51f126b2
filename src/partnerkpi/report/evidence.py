"""What data there is: which quarters each domain reaches, and so what is not due yet and what is missing."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.models.kpi import Domain, Kpi
from partnerkpi.models.school_year import Quarter, SchoolCalendar, Window
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.ledger import data_through, systems_by_quarter

_TABLES = (*(domain.source_table for domain in Domain), "surveys", "staff_training")


@dataclass(frozen=True)
class Evidence:
    """For each source table the ids of the quarters it has data for, its last day, and the systems it came from."""

    quarters: dict[str, frozenset[int]]
    through: dict[str, dt.date]
    systems: dict[str, dict[int, frozenset[str]]]
    calendar: SchoolCalendar

    def has_data(self, quarter: Quarter) -> bool:
        """Whether any source table speaks of the quarter."""
        return any(quarter.quarter_id in quarters for quarters in self.quarters.values())

    def covers(self, kpi: Kpi, quarter: Quarter) -> bool:
        """Whether there is data for the KPI in the window that ends with the quarter."""
        if kpi.window is Window.SCHOOL_YEAR and not self.calendar.closes_year(quarter):
            return False
        return any(found in self.quarters[kpi.source_table] for found in _window_ids(kpi, quarter))

    def due(self, kpi: Kpi, quarter: Quarter) -> bool:
        """Whether a window like this one has had data in any school year: credits are not known in autumn."""
        if kpi.window is Window.SCHOOL_YEAR and not self.calendar.closes_year(quarter):
            return False
        numbers = {found % 100 for found in self.quarters[kpi.source_table]}
        return not numbers or any(found % 100 in numbers for found in _window_ids(kpi, quarter))


def gather_evidence(warehouse: Warehouse, calendar: SchoolCalendar) -> Evidence:
    """Look into the marts and the books."""
    quarters = {
        table: frozenset(
            int(row[0])
            for row in warehouse.rows(f"select distinct period_id from {table}_by_period where period_id % 10 = 0")
        )
        for table in _TABLES
    }
    return Evidence(quarters, data_through(warehouse), systems_by_quarter(warehouse), calendar)


def _window_ids(kpi: Kpi, quarter: Quarter) -> list[int]:
    first = quarter.number if kpi.window is Window.QUARTER else 1
    year = quarter.quarter_id - quarter.number * 10
    return [year + number * 10 for number in range(first, quarter.number + 1)]
