"""What data there is: which quarters each domain reaches, and so what is not due yet and what is missing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.models.kpi import Domain, Kpi
from partnerkpi.models.school_year import Quarter, SchoolCalendar, Window
from partnerkpi.models.source_table import EVERYDAY_TABLES
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.ledger import data_through, last_school_days, systems_by_quarter

_TABLES = (*(domain.source_table for domain in Domain), "surveys", "staff_training")
# Sources that speak of days go on from quarter to quarter; the others may come once or twice a year.
_EVERY_QUARTER = ("attendance", "engagement")
_YEAR = 100
# A holiday at the end of a quarter that no calendar tells of is no gap.
_GAP = dt.timedelta(days=7)


@dataclass(frozen=True)
class Late:
    """A source table that lacks a quarter (`after` is None), or all of it after a day."""

    table: str
    after: dt.date | None = None


@dataclass(frozen=True)
class Evidence:
    """For each source table the ids of the quarters it has data for, its last day, and the systems it came from.

    `school_ends` is the last school day of a quarter, by its id, where a calendar was taken in.
    """

    quarters: dict[str, frozenset[int]]
    through: dict[str, dt.date]
    systems: dict[str, dict[int, frozenset[str]]]
    calendar: SchoolCalendar
    school_ends: Mapping[int, dt.date] = field(default_factory=dict)

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

    def late(self, table: str, quarter: Quarter) -> Late | None:
        """What a source table should have of a quarter that is over and has not; None when nothing is amiss.

        It should have the quarter when it had the same one a year before; attendance and engagement when they had any
        within that year; attendance to a week before the last school day.
        """
        known, asked = self.quarters[table], quarter.quarter_id
        if asked not in known:
            year = [found for found in known if asked - _YEAR <= found < asked]
            expected = year if table in _EVERY_QUARTER else [found for found in year if found == asked - _YEAR]
            return Late(table) if expected else None
        through = self.through.get(table)
        if table != "attendance" or through is None:
            return None
        end = self.school_ends.get(asked, quarter.last_day)
        return Late(table, through) if through + _GAP < end else None


def gather_evidence(warehouse: Warehouse, calendar: SchoolCalendar) -> Evidence:
    """Look into the marts and the books."""
    found = warehouse.rows(
        "\nunion all\n".join(
            f"select distinct '{table}' as source_table, period_id from {table}_by_period where period_id % 10 = 0"
            for table in _TABLES
        )
    )
    quarters = {table: frozenset(int(period) for name, period in found if name == table) for table in _TABLES}
    ends = last_school_days(warehouse)
    return Evidence(quarters, data_through(warehouse), systems_by_quarter(warehouse), calendar, ends)


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
