"""`partnerkpi kpi run` and `kpi diff`: exact figures for the district's own analyst."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partnerkpi.cli.console import put, put_json, put_table, say
from partnerkpi.cli.loads import INTERNAL
from partnerkpi.cli.options import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    import polars as pl

    from partnerkpi.analysis import Figures, KpiDifference
    from partnerkpi.models.kpi import Kpi


def run(
    kpi_id: Annotated[str, typer.Argument(metavar="ID|all", help="As `partnerkpi kpi list` names it.")],
    partner: Annotated[str, typer.Option("--partner", metavar="ID|all", help="Whose figures.")] = "all",
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="QUARTER", help="As 2026-27-Q1; without it, the latest that has ended."),
    ] = None,
    program: Annotated[str, typer.Option("--program", metavar="ID", help="Of this program only.")] = "",
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", metavar="GROUP", help="Also by school, grade_level, group_..., hours, kind; may be repeated."
        ),
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write a Parquet file, and print its path.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Measure a KPI, or all of them, for one quarter: exact figures, internal, not for release.

    A KPI whose file is broken, or fails on the data, is named and left out (exit code 8).
    In JSON, CSV and Parquet a share is 0 to 1. Example: partnerkpi kpi run all --partner hospital --by school --csv
    """
    from partnerkpi.analysis import Asked, figures
    from partnerkpi.config.workspace import find_workspace
    from partnerkpi.errors import UsageError
    from partnerkpi.files import require_writable

    if as_json + as_csv + (parquet is not None) > 1:
        raise UsageError("One form at a time.", where="--json, --csv, --parquet", now="Keep one of them.")
    if parquet is not None:
        require_writable(parquet)
    asked = Asked(kpi_id, partner, period, program, tuple(by or ()))
    found = figures(find_workspace(Path.cwd(), workspace), asked, today=dt.date.today())
    if parquet is not None:
        _write_parquet(found.frame, parquet)
    elif as_json:
        put_json({"schema": "partnerkpi.results/1", "notice": INTERNAL, "rows": found.frame.to_dicts()})
    elif as_csv:
        put(found.frame.write_csv().rstrip("\n"))
    else:
        _put_figures(found)
    if as_json or as_csv or parquet is not None:
        say(INTERNAL)
    _say_what_is_left_out(found, asked.by)


def diff(
    kpi_id: Annotated[str, typer.Argument(metavar="ID", help="As `partnerkpi kpi list` names it.")],
    against: Annotated[
        str,
        typer.Option(
            "--against", metavar="shipped|FILE", help="The shipped file, or a changed one for the one in force."
        ),
    ] = "shipped",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what a changed KPI file does to the last eight quarters of every partner: exact, not for release.

    Example: partnerkpi kpi diff chronic_absence --against draft/chronic_absence.sql
    """
    from partnerkpi.analysis import kpi_difference
    from partnerkpi.config.workspace import find_workspace

    found = kpi_difference(find_workspace(Path.cwd(), workspace), kpi_id, against=against, today=dt.date.today())
    if as_json:
        put_json(_difference_json(found))
        say(INTERNAL)
    else:
        _put_difference(found)


def _write_parquet(frame: "pl.DataFrame", path: Path) -> None:
    from io import BytesIO

    from partnerkpi.files import write_private

    content = BytesIO()
    frame.write_parquet(content)
    write_private(path, content.getvalue())
    put(str(path))


def _put_figures(found: "Figures") -> None:
    rows = [_figure_row(found.kpis[row["kpi"]], row) for row in found.frame.iter_rows(named=True)]
    columns = ["kpi", "unit", "partner", "program", "window", "by", "group", "students", "value", "low", "high"]
    # A column in which every cell is empty says nothing.
    shown = [name for name in columns if name not in ("by", "group", "low", "high") or any(row[name] for row in rows)]
    put(f"{INTERNAL}. {found.quarter.label}")
    if rows:
        put("")
        put_table(rows, {name: name for name in shown})


def _figure_row(kpi: "Kpi", row: dict[str, Any]) -> dict[str, Any]:
    told = {name: _exact(kpi, row[name]) for name in ("value", "low", "high")}
    whose = {name: row[name] or "(all)" for name in ("partner", "program")}
    return {**row, "unit": kpi.unit, **whose, **told}


def _say_what_is_left_out(found: "Figures", by: Sequence[str]) -> None:
    told = set(found.frame["by"])
    for kind in [kind for kind in by if kind not in told]:
        say(f"note: what was asked for is not known by {kind}")
    for kpi in found.without_data:
        table = kpi.source_table.replace("_", " ")
        say(f"note: {kpi.id}: there is no {table} data for {found.quarter.label}")
    if found.frame.is_empty() and found.kpis:
        say("note: no student counts for what was asked.")
    for error in found.broken:
        say(f"error: left out, {error.where}: {error.what}")
    if found.broken:
        raise typer.Exit(8)


def _put_difference(found: "KpiDifference") -> None:
    put(INTERNAL)
    put(f"before: {found.before.path} ({found.before.unit}, {found.before.window.value})")
    put(f"after:  {found.after.path} ({found.after.unit}, {found.after.window.value})")
    put("")
    rows = [
        {
            "partner": row.partner,
            "period": row.period,
            "before": _exact(found.before, row.before),
            "after": _exact(found.after, row.after),
            "difference": _change(found.after, row.difference),
            "students": f"{row.students_before:,} to {row.students_after:,}",
        }
        for row in found.rows
    ]
    put_table(rows, {name: name for name in ("partner", "period", "before", "after", "difference", "students")})
    changed = sum(row.before != row.after or row.students_before != row.students_after for row in found.rows)
    say(f"{changed} of {len(found.rows)} figures change.")


def _difference_json(found: "KpiDifference") -> dict[str, Any]:
    files = {
        name: {"file": str(kpi.path), "origin": kpi.origin, "unit": kpi.unit, "window": kpi.window.value}
        for name, kpi in (("before", found.before), ("after", found.after))
    }
    rows = [
        {
            "partner": row.partner,
            "period": row.period,
            "before": row.before,
            "after": row.after,
            "difference": row.difference,
            "students_before": row.students_before,
            "students_after": row.students_after,
        }
        for row in found.rows
    ]
    return {"schema": "partnerkpi.kpi-diff/1", "notice": INTERNAL, "kpi": found.after.id, **files, "rows": rows}


def _exact(kpi: "Kpi", value: float | None) -> str:
    """A share as a percentage, the rest in the unit."""
    from partnerkpi.models.kpi import Measure

    if value is None:
        return ""
    if kpi.measure is Measure.SHARE:
        return f"{_number(100 * value)}%"
    return _number(value)


def _change(kpi: "Kpi", value: float | None) -> str:
    from partnerkpi.models.kpi import Measure

    if value is None:
        return ""
    sign = "+" if value > 0 else ""
    return f"{sign}{_number(100 * value)} points" if kpi.measure is Measure.SHARE else f"{sign}{_number(value)}"


def _number(value: float) -> str:
    """Four decimals, where there are any; never a zero with a sign."""
    return f"{round(value, 4) + 0.0:,.4f}".rstrip("0").rstrip(".")
