"""From KPI files to results: every partner, program, period and group of a KPI in one scan."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnerkpi.errors import KpiFileError
from partnerkpi.measure.catalogue import columns_of, has_cohort
from partnerkpi.measure.dose import DOSE_BANDS
from partnerkpi.measure.kpi_files import broken
from partnerkpi.measure.narrow import member_groups, narrowed_to_members, narrowed_to_partner
from partnerkpi.measure.rows import Row, partner_result, student_result
from partnerkpi.measure.sums_sql import partner_sums_sql, student_sums_sql
from partnerkpi.models.dated import Number, in_force
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.result import Result
from partnerkpi.warehouse import Warehouse, WarehouseFault

if TYPE_CHECKING:
    import polars as pl

Failed = Callable[[Kpi, KpiFileError], None]


def measure(
    warehouse: Warehouse,
    kpis: Sequence[Kpi],
    *,
    period_ids: Mapping[str, Sequence[int]],
    settings: Mapping[str, Mapping[str, Number]],
    by: Sequence[str] = (),
    seconds: float | None = None,
    failed: Failed | None = None,
    dose_bands: Sequence[float] = DOSE_BANDS,
    partner: str | None = None,
) -> "pl.DataFrame":
    """The results of each KPI for every partner and program, exact; shape: `frame.SCHEMA`, sorted.

    The empty partner is all partners together, each student once. `period_ids` says for each KPI which periods; `by`
    names the kinds of groups to break down by ("school", "grade_level", "group_*", "hours" of engagement in the bands
    that begin at `dose_bands`; of a KPI about partners what it gives itself); the rows over all groups have empty `by`
    and `group`. `seconds` is how long one KPI may take; `partner` asks
    for one partner alone, which takes less time.

    Raises KpiFileError when a file fails on the data, gives a student more than one row for a period, or takes too
    long; with `failed` it hears so instead, and the others go on.
    """
    from partnerkpi.measure.frame import frame_of

    taking = _Taking(warehouse, period_ids, settings, by, seconds, failed)
    return frame_of(_rows(taking, kpis, dose_bands, partner))


def measure_partner(
    warehouse: Warehouse,
    kpis: Sequence[Kpi],
    partner: str | None,
    *,
    period_ids: Mapping[str, Sequence[int]],
    settings: Mapping[str, Mapping[str, Number]],
    seconds: float | None = None,
    failed: Failed | None = None,
) -> tuple[Result, ...]:
    """As `measure` for one partner (None: all of them, and all together) and no groups, as values and in no order."""
    taking = _Taking(warehouse, period_ids, settings, (), seconds, failed)
    return tuple(Result(*row) for row in _rows(taking, kpis, DOSE_BANDS, partner))


@dataclass(frozen=True)
class _Taking:
    """What measuring one KPI needs besides the KPI."""

    warehouse: Warehouse
    period_ids: Mapping[str, Sequence[int]]
    settings: Mapping[str, Mapping[str, Number]]
    by: Sequence[str]
    seconds: float | None
    failed: Failed | None

    def rows(self, kpis: Iterable[Kpi]) -> Iterator[Row]:
        """The rows of these KPIs; of those that fail none, where somebody hears of it."""
        for kpi in kpis:
            settings = self.settings.get(kpi.id, {})
            try:
                yield from _measured(self.warehouse, kpi, self.period_ids[kpi.id], settings, self.by, self.seconds)
            except KpiFileError as error:
                if self.failed is None:
                    raise
                self.failed(kpi, error)


def _rows(taking: _Taking, kpis: Sequence[Kpi], dose_bands: Sequence[float], partner: str | None) -> list[Row]:
    warehouse, rows = taking.warehouse, list[Row]()
    of_students = [kpi for kpi in kpis if kpi.grain is Grain.STUDENT]
    asked = sorted({period for kpi in of_students for period in taking.period_ids[kpi.id]})
    with narrowed_to_partner(warehouse, partner):
        rows += taking.rows(kpi for kpi in kpis if kpi.grain is Grain.PARTNER)
        if of_students:
            with narrowed_to_members(warehouse), member_groups(warehouse, asked, taking.by, dose_bands):
                rows += taking.rows(of_students)
    return rows if partner is None else [row for row in rows if row[1] == partner]


def _measured(
    warehouse: Warehouse,
    kpi: Kpi,
    period_ids: Sequence[int],
    settings: Mapping[str, Number],
    by: Sequence[str],
    seconds: float | None,
) -> list[Row]:
    """The rows of one KPI."""
    found: list[tuple[Any, ...]] = []
    try:
        with warehouse.limited(seconds):
            columns = columns_of(warehouse, kpi)
            for values, periods in _alike(kpi, settings, period_ids):
                if kpi.grain is Grain.PARTNER:
                    sql = partner_sums_sql(kpi, columns, periods, by)
                else:
                    sql = student_sums_sql(kpi, has_cohort(columns), periods, by)
                found += warehouse.rows(sql, values)
                if not found and _divides_by_nothing(warehouse, kpi, values, periods):
                    raise broken(kpi.path, 1, "its denominator is 0 or less wherever it gives a row")
    except WarehouseFault as error:
        raise broken(kpi.path, 1, error.what.partition(": ")[2] or error.what) from None
    result = partner_result if kpi.grain is Grain.PARTNER else student_result
    return [result(kpi, *sums) for sums in found]


def _divides_by_nothing(
    warehouse: Warehouse, kpi: Kpi, values: Mapping[str, float | int], period_ids: Sequence[int]
) -> bool:
    """Whether there are rows for these periods, and none to divide by."""
    periods = ", ".join(str(period) for period in period_ids) or "null"
    rows = f"select 1 from (\n{kpi.sql}\n) where period_id in ({periods})"
    return bool(warehouse.rows(f"{rows} and denominator <= 0 limit 1", values)) and not warehouse.rows(
        f"{rows} and denominator > 0 limit 1", values
    )


def _alike(
    kpi: Kpi, settings: Mapping[str, Number], period_ids: Sequence[int]
) -> list[tuple[dict[str, float | int], list[int]]]:
    """The periods, in groups in which the same settings are in force."""
    groups: list[tuple[dict[str, float | int], list[int]]] = []
    for period_id in period_ids:
        values = setting_values(kpi, settings, period_id)
        for known, periods in groups:
            if known == values:
                periods.append(period_id)
                break
        else:
            groups.append((values, [period_id]))
    return groups


def setting_values(kpi: Kpi, settings: Mapping[str, Number], period_id: int | None = None) -> dict[str, float | int]:
    """The settings in force in a period (None: last): the workspace's, else the file's defaults."""
    values = {s.name: in_force(settings.get(s.name, s.default), period_id) for s in kpi.settings}
    return {name: int(value) if value == int(value) else value for name, value in values.items()}


def results_of(frame: "pl.DataFrame") -> tuple[Result, ...]:
    """The rows of a frame as values."""
    return tuple(Result(**row) for row in frame.iter_rows(named=True))
