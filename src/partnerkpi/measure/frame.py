"""Results as a data frame. Polars takes a tenth of a second to load: a report has no use for it."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from partnerkpi.measure.rows import Row

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


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """A row for each result, sorted; shape: `SCHEMA`, the fields of a Result."""
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return frame.sort("kpi", "partner", "program", "by", "group", "period_id")
