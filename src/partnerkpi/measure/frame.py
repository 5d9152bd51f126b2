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

_ORDER = ("kpi", "partner", "program", "by", "group", "period_id")
_PLACES = 2**62


def named(found: pl.DataFrame, kpis: Mapping[int, Kpi]) -> pl.DataFrame:
    """What `figures_sql` gives, with the names of `SCHEMA` and of the KPIs."""
    frame = found.rename(dict(zip(found.columns, SCHEMA, strict=True)))
    ids = {number: kpi.id for number, kpi in kpis.items()}
    return frame.with_columns(pl.col("kpi").replace_strict(ids, return_dtype=pl.String)).cast(pl.Schema(SCHEMA))


def frame_of(rows: Sequence[Row], frames: Sequence[pl.DataFrame] = ()) -> pl.DataFrame:
    """A row for each result, sorted; shape: `SCHEMA`, the fields of a Result."""
    return _sorted(pl.concat([pl.DataFrame(rows, schema=SCHEMA, orient="row"), *frames]))


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """In the order of `_ORDER`: of each column the place of a value among the few there are, all places one number."""
    place, places = pl.zeros(frame.height, dtype=pl.Int64, eager=True), 1
    for name in _ORDER:
        values = frame[name].unique().sort()
        of_text = values.dtype == pl.String
        own = frame[name].cast(pl.Enum(values)).to_physical() if of_text else values.search_sorted(frame[name])
        places *= max(values.len(), 1)
        if places > _PLACES:
            return frame.sort(_ORDER)
        place = place * values.len() + own.cast(pl.Int64)
    return frame[place.arg_sort()]
