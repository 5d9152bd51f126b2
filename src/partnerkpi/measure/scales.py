"""Grading scales and the weights of course levels: CSV files, because they are a district's data and not code."""

import csv
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest
from partnerkpi.errors import ConfigurationError
from partnerkpi.models.reference import LevelWeight, ScaleMark

_COLUMNS = ["mark", "points", "final", "passing", "d_or_f"]


def read_scale(name: str, workspace: Path | None) -> tuple[ScaleMark, ...]:
    """The scale of this name; raises ConfigurationError when there is none or a line of it is wrong."""
    path = _find("grading scale", "grade_scale", "queries/scales", name, workspace)
    return tuple(_mark(path, line, row) for line, row in _rows(path, _COLUMNS))


def read_weights(name: str, workspace: Path | None) -> tuple[LevelWeight, ...]:
    """What course levels add to a passing mark; raises ConfigurationError when there is no such file or it is wrong."""
    path = _find("list of level weights", "level_weights", "queries/weights", name, workspace)
    return tuple(_weight(path, line, row) for line, row in _rows(path, ["level", "points"]))


def _find(what: str, key: str, folder: str, name: str, workspace: Path | None) -> Path:
    known = assets.files(folder, ".csv", workspace)
    if name not in known:
        raise ConfigurationError(
            f"There is no {what} called {name}{nearest(name, list(known))}.",
            where=f"partnerkpi.toml: {key}",
            now=f"Name one of {', '.join(known)}, or put your own into the workspace's {folder}.",
        )
    return known[name]


def _rows(path: Path, columns: list[str]) -> list[tuple[int, dict[str, str | None]]]:
    """The rows of a small CSV file that people write, each with its line."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != columns:
            raise _wrong(path, 1, f"its header must be {','.join(columns)}")
        return [(reader.line_num, row) for row in reader]


def _weight(path: Path, line: int, row: dict[str, str | None]) -> LevelWeight:
    try:
        return LevelWeight(row["level"] or "", round(float(row["points"] or "") * 100))
    except ValueError:
        raise _wrong(path, line, "points is a number") from None


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
        f"This file cannot be used: {why}.",
        where=f"{path}, line {line}",
        now="Correct the line; the shipped files of its kind in queries/ show how.",
    )
