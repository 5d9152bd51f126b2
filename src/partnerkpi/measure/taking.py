"""Taking measures: KPI files run over the marts, those that look at the same rows at once, and their sums.

Most KPIs give a few rows, and to plan a query takes longer than to run it. A KPI that fails, at whatever step, fails
alone: what cannot be asked together is asked one by one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import columns_of, has_cohort
from partnerkpi.measure.kpi_files import broken
from partnerkpi.measure.rows import Row, partner_result
from partnerkpi.measure.settings import setting_values
from partnerkpi.measure.sums_sql import (
    SUMS,
    Span,
    Whole,
    add_sums_sql,
    partner_sums_sql,
    repeated_sql,
    sheet_sql,
    spans_sql,
)
from partnerkpi.measure.together import Sheet, Values, alone, sheets
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Kpi
from partnerkpi.warehouse import Warehouse, WarehouseFault

Failed = Callable[[Kpi, KpiFileError], None]
_T = TypeVar("_T")
# Rows of sums that are kept before they are told: some 100 MB.
_KEPT = 500_000
Sums = tuple[Any, ...]


@dataclass(frozen=True)
class Taking:
    """What measuring needs besides the KPI; `failed` hears of a KPI that fails, without it that is raised.

    `grouped_in` are the periods that are broken down into groups; None: all of them.
    """

    warehouse: Warehouse
    period_ids: Mapping[str, Sequence[int]]
    settings: Mapping[str, Mapping[str, Number]]
    by: Sequence[str]
    seconds: float | None
    failed: Failed | None
    grouped_in: Collection[int] | None = None

    def of(self, kpi: Kpi, step: Callable[[], _T]) -> _T | None:
        """What a step gives; None when the KPI fails in it and somebody hears of that."""
        try:
            return step()
        except WarehouseFault as error:
            found = broken(kpi.path, 1, error.what.partition(": ")[2] or error.what)
        except KpiFileError as error:
            found = error
        if self.failed is None:
            raise found
        self.failed(kpi, found)
        return None

    def asked(self, sql: str) -> list[Sums]:
        """The rows of a query, within the time that one KPI may take."""
        with self.warehouse.limited(self.seconds):
            return self.warehouse.rows(sql)

    def alike(self, kpi: Kpi) -> list[tuple[Values, list[int]]]:
        """The periods of a KPI, in groups in which the same settings are in force."""
        groups: list[tuple[Values, list[int]]] = []
        for period_id in self.period_ids[kpi.id]:
            values = setting_values(kpi, self.settings.get(kpi.id, {}), period_id)
            for known, periods in groups:
                if known == values:
                    periods.append(period_id)
                    break
            else:
                groups.append((values, [period_id]))
        return groups


def partner_rows(taking: Taking, kpi: Kpi) -> list[Row]:
    """The rows of a KPI about partners."""

    def rows() -> list[Row]:
        with taking.warehouse.limited(taking.seconds):
            columns, found = columns_of(taking.warehouse, kpi), list[Sums]()
            for values, periods in taking.alike(kpi):
                sql = partner_sums_sql(kpi, columns, periods, taking.by, taking.grouped_in)
                found += taking.warehouse.rows(sql, values)
                require_a_denominator(taking.warehouse, kpi, values, periods, bool(found))
        return [partner_result(kpi, *sums) for sums in found]

    return taking.of(kpi, rows) or []


def summed(taking: Taking, kpis: Iterable[Kpi]) -> Iterator[dict[int, Kpi]]:
    """Fill the table `sums` with KPIs about students, some after the others; yields them by number while it has them.

    Reads `member_groups` and `student_group_ids`.
    """
    warehouse, kept, rows = taking.warehouse, dict[int, Kpi](), 0
    warehouse.run(SUMS)
    try:
        for sheet in _sheets(taking, kpis):
            first = len(kept)
            found, added = _added(taking, sheet, first)
            kept |= {first + index: kpi for index, kpi in enumerate(found)}
            rows += added
            if rows > _KEPT:
                yield kept
                warehouse.run(SUMS)
                kept, rows = {}, 0
        yield kept
    finally:
        warehouse.run("drop table sums; drop table if exists sheet")


def _sheets(taking: Taking, kpis: Iterable[Kpi]) -> tuple[Sheet, ...]:
    known = []
    for kpi in kpis:
        columns = taking.of(kpi, partial(columns_of, taking.warehouse, kpi))
        if columns is not None:
            known.append((kpi, columns, taking.alike(kpi)))
    return sheets(known)


def _added(taking: Taking, sheet: Sheet, first: int) -> tuple[list[Kpi], int]:
    """Add the sums of a sheet, numbered from the first: the KPIs that are in it then, and how many rows."""
    try:
        return list(sheet.kpis), _add(taking, sheet, first, Whole.USUAL)
    except (WarehouseFault, KpiFileError):
        return _added_alone(taking, sheet.kpis, first)


def _added_alone(taking: Taking, kpis: Iterable[Kpi], first: int) -> tuple[list[Kpi], int]:
    """As `_added` for KPIs of which one cannot be asked with the others: each has to show whether it is that one."""
    kept, rows = list[Kpi](), 0
    for kpi in kpis:
        sheet = alone(kpi, has_cohort(columns_of(taking.warehouse, kpi)), taking.alike(kpi))
        found = taking.of(kpi, partial(_add, taking, sheet, first + len(kept), Whole.LARGE))
        if found is not None:
            kept.append(kpi)
            rows += found
    return kept, rows


def _add(taking: Taking, sheet: Sheet, first: int, whole: Whole) -> int:
    """Add the sums of a sheet, all or none; how many rows these are at most."""
    warehouse = taking.warehouse
    with warehouse.limited(taking.seconds):
        sheet = filled(warehouse, sheet, whole)
        spans = spans_of(warehouse, sheet) if sheet.parts else []
        for kpi, span in zip(sheet.kpis, spans, strict=bool(sheet.parts)):
            for values, periods in taking.alike(kpi):
                require_a_denominator(warehouse, kpi, values, periods, span.rows > 0)
        if not any(span.rows for span in spans):
            return 0
        numbers = range(first, first + len(sheet.kpis))
        return int(warehouse.value(add_sums_sql(sheet, spans, numbers)))


def filled(warehouse: Warehouse, sheet: Sheet, whole: Whole) -> Sheet:
    """Fill the table `sheet`; gives the sheet, `unique` when it turned out to be so.

    Hardly any is not, and to see that it is takes a fifth of the time of adding up rows that are one each.
    """
    unique = replace(sheet, unique=True)
    _fill(warehouse, unique, whole)
    if sheet.unique or not sheet.parts or not warehouse.rows(repeated_sql(sheet)):
        return unique
    _fill(warehouse, sheet, whole)
    return sheet


def _fill(warehouse: Warehouse, sheet: Sheet, whole: Whole) -> None:
    for number, part in enumerate(sheet.parts):
        begin = "insert into sheet" if number else "create or replace temp table sheet as"
        warehouse.run(f"{begin}{sheet_sql(sheet, part, whole)}", part.values)


def spans_of(warehouse: Warehouse, sheet: Sheet) -> list[Span]:
    """What there is in `sheet` of each of its KPIs."""
    of_rows, *found = (int(number or 0) for number in warehouse.rows(spans_sql(sheet))[0])
    return [Span(of_rows, *found[start : start + 6]) for start in range(0, len(found), 6)]


def require_a_denominator(
    warehouse: Warehouse, kpi: Kpi, values: Values, period_ids: Sequence[int], found: bool
) -> None:
    """Raise KpiFileError when nothing was found because there are rows for these periods and none to divide by."""
    periods = ", ".join(str(period) for period in period_ids) or "null"
    rows = f"select 1 from (\n{kpi.sql}\n) where period_id in ({periods})"
    if found or not warehouse.rows(f"{rows} and denominator <= 0 limit 1", values):
        return
    if not warehouse.rows(f"{rows} and denominator > 0 limit 1", values):
        raise broken(kpi.path, 1, "its denominator is 0 or less wherever it gives a row")
