"""Grading scales: a CSV per scale, because a scale is a district's data and not code."""

import csv
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.errors import ConfigurationError
from partnerkpi.warehouse.marts import ScaleMark

_COLUMNS = ["mark", "points", "final", "passing", "d_or_f"]


def read_scale(name: str, workspace: Path | None) -> tuple[ScaleMark, ...]:
    """The scale of this name; raises ConfigurationError when there is none or a line of it is wrong."""
    known = assets.files("queries/scales", ".csv", workspace)
    if name not in known:
        raise ConfigurationError(
            f"There is no grading scale called {name}{nearest(name, list(known))}.",
            where="partnerkpi.toml: grade_scale",
            now=f"Name one of {', '.join(known)}, or put your own into the workspace's queries/scales.",
        )
    with known[name].open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != _COLUMNS:
            raise _wrong(known[name], 1, f"its header must be {','.join(_COLUMNS)}")
        return tuple(_mark(known[name], reader.line_num, row) for row in reader)


def _mark(path: Path, line: int, row: dict[str, str | None]) -> ScaleMark:
    flags = [row["final"], row["passing"], row["d_or_f"]]
    if any(flag not in ("yes", "no") for flag in flags) or not row["mark"]:
        raise _wrong(path, line, "final, passing and d_or_f are yes or no, and a mark has a name")
    try:
        points = round(float(row["points"]) * 100) if row["points"] else None
    except ValueError:
        raise _wrong(path, line, "points is a number, or empty outside GPA") from None
    final, passing, d_or_f = (flag == "yes" for flag in flags)
    return ScaleMark(row["mark"].upper(), points, final, passing, d_or_f)


def _wrong(path: Path, line: int, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"This grading scale cannot be used: {why}.",
        where=f"{path}, line {line}",
        now="Correct the line; queries/scales/nc_10_point.csv shows how.",
    )
