"""Taking measures: KPI files run over the marts, one after the other, and the sums of several of them at once.

Most KPIs give a few rows, and to plan a query takes longer than to run it: what they give is kept for a moment and
summed for many KPIs in one query. A KPI that fails, at whatever step, fails alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import columns_of, has_cohort
from partnerkpi.measure.kpi_files import broken
from partnerkpi.measure.rows import Row, partner_result, student_result
from partnerkpi.measure.settings import setting_values
from partnerkpi.measure.sums_sql import MEASURED, Counting, counting, keep_sql, partner_sums_sql, student_sums_sql
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Kpi
from partnerkpi.warehouse import Warehouse, WarehouseFault

Failed = Callable[[Kpi, KpiFileError], None]
_T = TypeVar("_T")
# Rows that are kept before they are summed: some 100 MB.
_KEPT = 1_000_000
Sums = tuple[Any, ...]


@dataclass(frozen=True)
class Taking:
    """What measuring needs besides the KPI; `failed` hears of a KPI that fails, without it that is raised."""

    warehouse: Warehouse
    period_ids: Mapping[str, Sequence[int]]
    settings: Mapping[str, Mapping[str, Number]]
    by: Sequence[str]
    seconds: float | None
    failed: Failed | None

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

    def alike(self, kpi: Kpi) -> list[tuple[dict[str, float | int], list[int]]]:
        """The periods of a KPI, in groups in which the same settings are in force."""
        groups: list[tuple[dict[str, float | int], list[int]]] = []
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
                found += taking.warehouse.rows(partner_sums_sql(kpi, columns, periods, taking.by), values)
                _require_a_denominator(taking.warehouse, kpi, values, periods, bool(found))
        return [partner_result(kpi, *sums) for sums in found]

    return taking.of(kpi, rows) or []


def student_rows(taking: Taking, kpis: Iterable[Kpi]) -> Iterator[Row]:
    """The rows of KPIs about students; reads `member_groups` and `group_names`."""
    kept, rows = dict[int, Kpi](), 0
    taking.warehouse.run(MEASURED)
    try:
        for number, kpi in enumerate(kpis):
            found = taking.of(kpi, partial(_keep, taking, kpi, number))
            if found is not None:
                kept[number] = kpi
                rows += found
            if rows > _KEPT:
                yield from _summed(taking, kept)
                taking.warehouse.run(MEASURED)
                kept, rows = {}, 0
        yield from _summed(taking, kept)
    finally:
        taking.warehouse.run("drop table measured")


def _keep(taking: Taking, kpi: Kpi, number: int) -> int:
    """Run a KPI and keep what it gives; how many rows."""
    warehouse, kept = taking.warehouse, 0
    with warehouse.limited(taking.seconds):
        own_cohort = has_cohort(columns_of(warehouse, kpi))
        for values, periods in taking.alike(kpi):
            kept += int(warehouse.value(keep_sql(kpi, number, own_cohort, periods), values))
            _require_a_denominator(warehouse, kpi, values, periods, bool(kept))
    return kept


def _summed(taking: Taking, kept: Mapping[int, Kpi]) -> Iterator[Row]:
    alike: dict[Counting, dict[int, Kpi]] = defaultdict(dict)
    for number, kpi in kept.items():
        alike[counting(kpi, has_cohort(columns_of(taking.warehouse, kpi)))][number] = kpi
    for how, some in alike.items():
        sums = _sums(taking, how, some)
        for number, kpi in some.items():
            found = sums[number]
            yield from taking.of(kpi, partial(_results, kpi, found)) or []


def _results(kpi: Kpi, found: Sequence[Sums]) -> list[Row]:
    return [student_result(kpi, *sums) for sums in found]


def _sums(taking: Taking, how: Counting, kpis: Mapping[int, Kpi]) -> dict[int, list[Sums]]:
    """By number the sums of KPIs that are counted alike; where all together fail, of each that does not."""
    sums: dict[int, list[Sums]] = defaultdict(list)
    try:
        for number, *rest in taking.asked(student_sums_sql(list(kpis), how, taking.by)):
            sums[number].append(tuple(rest))
    except WarehouseFault:
        for number, kpi in kpis.items():
            alone = partial(taking.asked, student_sums_sql([number], how, taking.by))
            sums[number] = [row[1:] for row in taking.of(kpi, alone) or []]
    return sums


def _require_a_denominator(
    warehouse: Warehouse, kpi: Kpi, values: Mapping[str, float | int], period_ids: Sequence[int], found: bool
) -> None:
    """Raise KpiFileError when nothing was found because there are rows for these periods and none to divide by."""
    periods = ", ".join(str(period) for period in period_ids) or "null"
    rows = f"select 1 from (\n{kpi.sql}\n) where period_id in ({periods})"
    if found or not warehouse.rows(f"{rows} and denominator <= 0 limit 1", values):
        return
    if not warehouse.rows(f"{rows} and denominator > 0 limit 1", values):
        raise broken(kpi.path, 1, "its denominator is 0 or less wherever it gives a row")
