"""What one unit is worth: dated tables with their source, a CSV file for each rate, a district's data and not code."""

import csv
import datetime as dt
from pathlib import Path

from partnerkpi import assets
from partnerkpi.errors import ConfigurationError
from partnerkpi.models.reference import Rate

_COLUMNS = ["from", "dollars", "most_units", "source"]


def read_rates(workspace: Path | None) -> tuple[Rate, ...]:
    """Every rate of every file in queries/rates, by name and day; raises ConfigurationError for a wrong line."""
    found = []
    for name, path in assets.files("queries/rates", ".csv", workspace).items():
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if reader.fieldnames != _COLUMNS:
                raise _wrong(path, 1, f"its header must be {','.join(_COLUMNS)}")
            found += [_rate(name, path, reader.line_num, row) for row in reader]
    return tuple(sorted(found, key=lambda rate: (rate.name, rate.first_day)))


def _rate(name: str, path: Path, line: int, row: dict[str, str | None]) -> Rate:
    if not row["source"]:
        raise _wrong(path, line, "a rate has a source")
    try:
        most = round(float(row["most_units"]) * 100) if row["most_units"] else None
        cents = round(float(row["dollars"] or "") * 100)
        return Rate(name, dt.date.fromisoformat(row["from"] or ""), cents, most, row["source"])
    except ValueError:
        raise _wrong(path, line, "from is a day such as 2026-07-01, dollars and most_units are numbers") from None


def _wrong(path: Path, line: int, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"This table of rates cannot be used: {why}.",
        where=f"{path}, line {line}",
        now="Correct the line; queries/rates/college_tuition.csv shows how.",
    )
