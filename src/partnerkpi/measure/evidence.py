"""What data there is: which quarters each domain reaches, and so what is not due yet and what is missing."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.models.kpi import Domain, Kpi
from partnerkpi.models.school_year import Quarter, SchoolCalendar, Window
from partnerkpi.models.source_table import EVERYDAY_TABLES
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
        """Whether any of the everyday exports speaks of the quarter; what is planned for it is no data yet."""
        return any(quarter.quarter_id in self.quarters[table] for table in EVERYDAY_TABLES)

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
    found = warehouse.rows(
        "\nunion all\n".join(
            f"select distinct '{table}' as source_table, period_id from {table}_by_period where period_id % 10 = 0"
            for table in _TABLES
        )
    )
    quarters = {table: frozenset(int(period) for name, period in found if name == table) for table in _TABLES}
    return Evidence(quarters, data_through(warehouse), systems_by_quarter(warehouse), calendar)


def quarter_asked(calendar: SchoolCalendar, evidence: Evidence, period: str | None, today: dt.date) -> Quarter:
    """The quarter named, as "2026-27-Q1"; without a name the latest that has ended before today and has data.

    Raises UsageError for a quarter the calendar does not know, InputMissing for one without data.
    """
    if period is None:
        ended = [q for q in calendar.quarters if q.last_day < today and evidence.has_data(q)]
        if not ended:
            raise InputMissing(
                "There is no data yet for a quarter that has ended.",
                where="the school years in partnerkpi.toml and the exports taken in",
                now="Take exports in with `partnerkpi ingest`; `partnerkpi loads` shows what is there.",
            )
        return ended[-1]
    quarter = calendar.quarter(period)
    if quarter is None:
        raise UsageError(
            f"There is no quarter called {period}.",
            where=f"known quarters: {', '.join(q.slug for q in calendar.quarters)}",
            now="Name one of these with --period, or add the school year to partnerkpi.toml.",
        )
    if not evidence.has_data(quarter):
        raise InputMissing(
            f"There is no data for {quarter.label}.",
            where="the exports taken in so far",
            now="Take its exports in with `partnerkpi ingest`, or name another quarter.",
        )
    return quarter


def _window_ids(kpi: Kpi, quarter: Quarter) -> list[int]:
    first = quarter.number if kpi.window is Window.QUARTER else 1
    year = quarter.quarter_id - quarter.number * 10
    return [year + number * 10 for number in range(first, quarter.number + 1)]
