"""Data checks: SELECTs that should return no rows, one file each, told when they do."""

from dataclasses import dataclass
from pathlib import Path

from partnerkpi import assets
from partnerkpi.measure.catalogue import one_select, portable
from partnerkpi.measure.kpi_files import broken, read_header, read_sql
from partnerkpi.warehouse import Warehouse, WarehouseFault

SEVERITIES = ("warning", "error")
_KEYS = ("name", "severity", "advice")
_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """What a check found: `rows` in all, `examples` of what they have in common, never a person."""

    check: str
    name: str
    severity: str
    rows: int
    examples: tuple[str, ...]
    advice: str

    def __str__(self) -> str:
        # An example may hold a comma: school and month.
        listed = "; ".join(self.examples)
        rows = f"{self.rows:,} row{'' if self.rows == 1 else 's'}"
        return f"{self.severity}: {self.name} ({rows}: {listed}). {self.advice}"


def run_checks(warehouse: Warehouse, workspace: Path | None) -> tuple[Finding, ...]:
    """Every check that found something, in order of name.

    A check's SELECT gives `what` its rows have in common and their `row_count`; docs/checks.md has the contract.
    Raises KpiFileError for a file that breaks it.
    """
    paths = assets.files("queries/checks", ".sql", workspace).values()
    found = (_run(warehouse, path) for path in paths)
    return tuple(finding for finding in found if finding is not None)


def _run(warehouse: Warehouse, path: Path) -> Finding | None:
    sql = read_sql(path)
    header = {key: texts[0][1] for key, texts in read_header(path, sql, _KEYS).items()}
    if set(header) != set(_KEYS) or header["severity"] not in SEVERITIES:
        raise broken(path, 1, "the header of a check has name, severity (warning or error) and advice")
    one_select(path, sql)
    portable(path, sql)
    try:
        rows = warehouse.rows(f"select what, row_count from (\n{sql}\n) order by row_count desc, what")
    except WarehouseFault as error:
        raise broken(path, 1, error.what.partition(": ")[2]) from None
    if not rows:
        return None
    examples = [str(what) or "(blank)" for what, _ in rows[:_SHOWN]] + (["..."] if len(rows) > _SHOWN else [])
    total = sum(int(count) for _, count in rows)
    return Finding(path.stem, header["name"], header["severity"], total, tuple(examples), header["advice"])
