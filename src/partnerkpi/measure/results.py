"""From KPI files to results: every partner, program, period and group of a KPI in one scan."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from partnerkpi.measure.dose import DOSE_BANDS
from partnerkpi.measure.narrow import member_groups, narrowed_to_members, narrowed_to_partner
from partnerkpi.measure.rows import Row
from partnerkpi.measure.taking import Failed, Taking, partner_rows, student_rows
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.result import Result
from partnerkpi.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl


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

    taking = Taking(warehouse, period_ids, settings, by, seconds, failed)
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
    taking = Taking(warehouse, period_ids, settings, (), seconds, failed)
    return tuple(Result(*row) for row in _rows(taking, kpis, DOSE_BANDS, partner))


def _rows(taking: Taking, kpis: Sequence[Kpi], dose_bands: Sequence[float], partner: str | None) -> list[Row]:
    warehouse, rows = taking.warehouse, list[Row]()
    of_students = [kpi for kpi in kpis if kpi.grain is Grain.STUDENT]
    asked = sorted({period for kpi in of_students for period in taking.period_ids[kpi.id]})
    with narrowed_to_partner(warehouse, partner):
        for kpi in kpis:
            if kpi.grain is Grain.PARTNER:
                rows += partner_rows(taking, kpi)
        if of_students:
            with narrowed_to_members(warehouse), member_groups(warehouse, asked, taking.by, dose_bands):
                rows += student_rows(taking, of_students)
    return rows if partner is None else [row for row in rows if row[1] == partner]


def results_of(frame: "pl.DataFrame") -> tuple[Result, ...]:
    """The rows of a frame as values."""
    return tuple(Result(**row) for row in frame.iter_rows(named=True))
