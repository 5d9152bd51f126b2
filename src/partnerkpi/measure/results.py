"""From KPI files to results: every partner, program, period and group of a KPI in one scan."""

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from partnerkpi.measure.dose import DOSE_BANDS
from partnerkpi.measure.figures_sql import figures_sql, left_over_sql
from partnerkpi.measure.narrow import member_groups, narrowed_to_members, narrowed_to_partner
from partnerkpi.measure.one_by_one import results_of_sums, student_rows
from partnerkpi.measure.rows import Row
from partnerkpi.measure.taking import Failed, Sums, Taking, partner_rows, summed
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
    grouped_in: Collection[int] | None = None,
    seconds: float | None = None,
    failed: Failed | None = None,
    dose_bands: Sequence[float] = DOSE_BANDS,
    partner: str | None = None,
) -> "pl.DataFrame":
    """The results of each KPI for every partner and program, exact; shape: `frame.SCHEMA`, sorted.

    The empty partner is all partners together, each student once. `period_ids` says for each KPI which periods; `by`
    names the kinds of groups to break down by ("school", "grade_level", "group_*", "hours" of engagement in the bands
    that begin at `dose_bands`; of a KPI about partners what it gives itself); the rows over all groups have empty `by`
    and `group`. `grouped_in` are the periods to break down, by id; None: all. `seconds` is how long one KPI may take;
    `partner` asks for one partner alone, which takes less time.

    Raises KpiFileError when a file fails on the data, gives a student more than one row for a period, or takes too
    long; with `failed` it hears so instead, and the others go on.
    """
    from partnerkpi.measure.frame import frame_of, named

    taking, rows, frames = Taking(warehouse, period_ids, settings, by, seconds, failed, grouped_in), list[Row](), []
    with closing(_told(taking, kpis, dose_bands, partner)) as told:
        for done, kept in told:
            rows += done
            if kept:
                frames.append(named(warehouse.frame(figures_sql(kept)), kept))
    return frame_of(rows, frames)


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
    taking, rows = Taking(warehouse, period_ids, settings, (), seconds, failed), list[Row]()
    with closing(_told(taking, kpis, DOSE_BANDS, partner)) as told:
        for done, kept in told:
            found = warehouse.rows(figures_sql(kept)) if kept else []
            rows += [*done, *((kept[number].id, *rest) for number, *rest in found)]
    return tuple(Result(*row) for row in rows)


def _told(
    taking: Taking, kpis: Sequence[Kpi], dose_bands: Sequence[float], partner: str | None
) -> Generator[tuple[list[Row], dict[int, Kpi]], None, None]:
    """Rows that are done, and by number the KPIs whose other rows `figures_sql` gives until the next are asked for."""
    warehouse = taking.warehouse
    of_students = [kpi for kpi in kpis if kpi.grain is Grain.STUDENT]
    asked = sorted({period for kpi in of_students for period in taking.period_ids[kpi.id]})
    with narrowed_to_partner(warehouse, partner):
        for kpi in kpis:
            if kpi.grain is Grain.PARTNER:
                yield [row for row in partner_rows(taking, kpi) if partner in (None, row[1])], {}
        if of_students:
            groups = member_groups(warehouse, asked, taking.by, dose_bands, taking.grouped_in)
            # The groups are found in `student_groups`, too.
            read = [*(kpi.sql for kpi in of_students), *(["student_groups"] if taking.by else [])]
            with narrowed_to_members(warehouse, read), groups:
                if partner is not None:
                    yield [row for row in student_rows(taking, of_students) if row[1] == partner], {}
                    return
                for kept in summed(taking, of_students):
                    yield _left_over(taking, kept)


def _left_over(taking: Taking, kept: Mapping[int, Kpi]) -> tuple[list[Row], dict[int, Kpi]]:
    """The rows that SQL leaves to Python, and the KPIs without those of which one of these rows cannot be."""
    left: dict[int, list[Sums]] = {number: [] for number in kept}
    for number, *sums in taking.warehouse.rows(left_over_sql(kept)):
        left[number].append(tuple(sums))
    rows, sound = list[Row](), dict[int, Kpi]()
    for number, kpi in kept.items():
        made = taking.of(kpi, partial(results_of_sums, kpi, left[number]))
        if made is not None:
            rows += made
            sound[number] = kpi
    return rows, sound


def results_of(frame: "pl.DataFrame") -> tuple[Result, ...]:
    """The rows of a frame as values."""
    return tuple(Result(**row) for row in frame.iter_rows(named=True))
