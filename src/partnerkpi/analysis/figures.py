"""The figures of one quarter, exact: every KPI, partner, program and group that an analyst asks for."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from partnerkpi.analysis.study import study
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.measure.groups import require_group_kinds
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.school_year import Quarter
from partnerkpi.records.partners import find_partner, find_programs, read_partners

ALL = "all"
FIGURES: dict[str, Any] = {
    "kpi": pl.String,
    "partner": pl.String,
    "program": pl.String,
    "period": pl.String,
    "window": pl.String,
    "by": pl.String,
    "group": pl.String,
    "students": pl.Int64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


@dataclass(frozen=True)
class Asked:
    """Which figures: a KPI and a partner by id, or "all" of them, and a quarter ("2026-27-Q1").

    Without `period` it is the latest quarter that has ended and has data; without `program` the whole partner and
    each of its programs; `by` breaks down by kinds of groups as well ("school", "grade_level", "group_*").
    """

    kpi: str = ALL
    partner: str = ALL
    period: str | None = None
    program: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """The answer: `frame` has the columns `FIGURES`, one row per KPI, partner, program and group.

    Of all partners the empty one is all of them together, each student once. `kpis` are those measured, by id;
    `without_data` those asked for that have no data in the period, `broken` those whose file breaks the contract, fails
    on the data or takes too long.
    """

    quarter: Quarter
    kpis: dict[str, Kpi]
    frame: pl.DataFrame
    without_data: tuple[Kpi, ...]
    broken: tuple[KpiFileError, ...]


def figures(workspace: Workspace, asked: Asked, *, today: dt.date) -> Figures:
    """Exact figures, however small the group: internal, not for release.

    `period` is the quarter's label ("2026-27 Q1"), `window` says how much of the school year up to its end counts;
    `value`, `low` and `high` are plain ratios (a share is 0 to 1), totals are in the KPI's unit; `program`, `by` and
    `group` are empty for the whole. Raises UsageError for a KPI, partner, program, quarter or kind of group that
    does not exist, InputMissing without data for the quarter, KpiFileError when the one KPI asked for is broken or
    fails.
    """
    partners = read_partners(workspace.partners)
    chosen = partners if asked.partner == ALL else (find_partner(partners, asked.partner),)
    programs = find_programs(chosen, asked.program) if asked.program else {}
    names = [*([""] if asked.partner == ALL else []), *(partner.id for partner in chosen)]
    with study(workspace, period=asked.period, today=today) as found:
        require_group_kinds(found.warehouse, asked.by)
        kpis = found.catalogue.kpis if asked.kpi == ALL else (found.kpi(asked.kpi),)
        covered = {kpi.id: kpi for kpi in kpis if found.evidence.covers(kpi, found.quarter)}
        failed: list[KpiFileError] = []
        told = (lambda kpi, error: failed.append(error)) if asked.kpi == ALL else None
        one = None if asked.partner == ALL else chosen[0].id
        results = found.measured(list(covered.values()), [found.quarter], asked.by, told, one)
    return Figures(
        quarter=found.quarter,
        kpis=covered,
        frame=_frame(results, found.quarter, covered, names, programs),
        without_data=tuple(kpi for kpi in kpis if kpi.id not in covered),
        broken=(*found.catalogue.broken, *failed) if asked.kpi == ALL else (),
    )


def _frame(
    results: pl.DataFrame,
    quarter: Quarter,
    kpis: Mapping[str, Kpi],
    partners: Sequence[str],
    programs: Mapping[str, str],
) -> pl.DataFrame:
    wanted = results.filter(pl.col("partner").is_in(partners))
    if programs:
        of_partner = pl.col("partner").replace_strict(programs, default=None, return_dtype=pl.String)
        wanted = wanted.filter(pl.col("program") == of_partner)
    windows = pl.Series("window", [kpis[name].window.value for name in wanted["kpi"]], dtype=pl.String)
    return wanted.with_columns(pl.lit(quarter.label).alias("period"), windows).select(list(FIGURES))
