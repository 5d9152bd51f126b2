"""Results as a data frame. Polars takes a tenth of a second to load: a report has no use for it."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from partnerkpi.measure.rows import Row
from partnerkpi.models.kpi import Kpi

SCHEMA: dict[str, Any] = {
    "kpi": pl.String,
    "partner": pl.String,
    "program": pl.String,
    "period_id": pl.Int64,
    "by": pl.String,
    "group": pl.String,
    "students": pl.Int64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "contributors": pl.Int64,
    "largest": pl.Int64,
    "uniform": pl.Boolean,
}


def named(found: pl.DataFrame, kpis: Mapping[int, Kpi]) -> pl.DataFrame:
    """What `figures_sql` gives, with the names of `SCHEMA` and of the KPIs."""
    frame = found.rename(dict(zip(found.columns, SCHEMA, strict=True)))
    ids = {number: kpi.id for number, kpi in kpis.items()}
    return frame.with_columns(pl.col("kpi").replace_strict(ids, return_dtype=pl.String)).cast(pl.Schema(SCHEMA))


def frame_of(rows: Sequence[Row], frames: Sequence[pl.DataFrame] = ()) -> pl.DataFrame:
    """A row for each result, sorted; shape: `SCHEMA`, the fields of a Result."""
    frame = pl.concat([pl.DataFrame(rows, schema=SCHEMA, orient="row"), *frames])
    return frame.sort("kpi", "partner", "program", "by", "group", "period_id")
