"""Every shipped dialect has an example folder: small exports with its traps, and what they must come to.

`tests/dialects/<dialect>/<table>.csv` (or .txt; `<table>-<what>.csv` for a second one) are exports;
`expect/<table>.csv` the facts, or a mart, with the student and staff numbers of the exports in place of pseudonyms;
`expect/quarantine.csv` every row that was refused.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from given import take_in, workspace

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest.pseudonym import pseudonyms
from partnerkpi.models.load import LoadStatus
from partnerkpi.models.source_table import EVERYDAY_TABLES, SOURCE_TABLES, Kind
from partnerkpi.warehouse import Warehouse, open_for_reading
from partnerkpi.warehouse.ledger import quarantine

EXAMPLES = Path(__file__).parent / "dialects"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
DIALECTS = assets.files("dialects", ".toml")
PEOPLE = {"student_id": (Kind.STUDENT, "student_number"), "staff_id": (Kind.STAFF, "staff_number")}

Row = tuple[str, ...]
Ids = Mapping[str, Mapping[int, str]]


def test_every_dialect_has_an_example() -> None:
    """A shipped dialect comes with an example of its own."""
    lacking = sorted(set(DIALECTS) - set(FOLDERS))
    assert not lacking, f"add tests/dialects/<id>/<table>.csv and expect/*.csv for: {', '.join(lacking)}"


def test_every_example_has_a_dialect() -> None:
    """An example whose dialect was renamed or taken away would never run again."""
    orphaned = sorted(set(FOLDERS) - set(DIALECTS))
    assert not orphaned, f"no dialect of this name for the example: {', '.join(orphaned)}"


@pytest.mark.parametrize("dialect", sorted(set(FOLDERS) & set(DIALECTS)))
def test_the_example_comes_out(dialect: str, tmp_path: Path) -> None:
    """The exports of the folder, recognised by their headers alone, give the expected facts and refusals."""
    made = workspace(tmp_path / "district")
    exports = _exports(EXAMPLES / dialect)
    for path, load in zip(exports, take_in(made, *exports), strict=True):
        assert load.status is LoadStatus.LOADED, f"{path.name}: {load.reason}"
        assert (load.dialect, load.table) == (dialect, _table_of(path))
        assert load.counts.balanced
    expected = {path.stem: _rows(path) for path in sorted((EXAMPLES / dialect / "expect").glob("*.csv"))}
    tables = {_table_of(path) for path in exports}
    assert tables | {"quarantine"} <= set(expected), f"expect/ of {dialect} leaves out a table"
    with open_for_reading(made.database) as warehouse:
        found = {name: _facts(warehouse, name, _ids(made, expected)) for name in expected if name != "quarantine"}
        found["quarantine"] = _refused(warehouse)
    for name, rows in expected.items():
        assert _as_text(found[name]) == _as_text(rows), name


@pytest.mark.parametrize("dialect", sorted(set(FOLDERS) & set(DIALECTS)))
def test_the_example_covers_the_dialect(dialect: str) -> None:
    """Every everyday table a dialect knows has an export in its example."""
    from partnerkpi.dialects.files import read_dialect

    known = {rule.table.name for rule in read_dialect(DIALECTS[dialect]).tables}
    shown = {_table_of(path) for path in _exports(EXAMPLES / dialect)}
    assert known & set(EVERYDAY_TABLES) <= shown


def _exports(folder: Path) -> list[Path]:
    """The exports of an example, in order of name."""
    return sorted(path for path in folder.iterdir() if path.is_file())


def _table_of(export: Path) -> str:
    """attendance-meeting.csv is an export of attendance."""
    return export.stem.partition("-")[0]


def _rows(path: Path) -> list[Row]:
    """The rows of an expected table, the header first."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [tuple(row) for row in csv.reader(stream)]


def _ids(made: Workspace, expected: Mapping[str, list[Row]]) -> Ids:
    """For students and staff the number behind each pseudonym, of all numbers the example expects."""
    ids = {}
    for column, (kind, heading) in PEOPLE.items():
        written: dict[str, None] = {}
        for header, *rows in expected.values():
            if heading in header:
                written |= {row[header.index(heading)]: None for row in rows}
        numbers = [number for number in written if number]
        ids[column] = dict(zip(pseudonyms(made.key(), kind, numbers), numbers, strict=True))
    return ids


def _facts(warehouse: Warehouse, table: str, ids: Ids) -> list[Row]:
    """All rows of a table, with numbers of people in place of ids, below the header."""
    columns = [name for name in warehouse.columns(f"select * from {table}") if name != "load_id"]
    assert table not in SOURCE_TABLES or "load_id" in warehouse.columns(f"select * from {table}")
    header = tuple(PEOPLE[name][1] if name in PEOPLE else name for name in columns)
    found = warehouse.rows(f"select {', '.join(columns)} from {table}")
    return [header, *(tuple(_cell(value, ids.get(name)) for name, value in _named(columns, row)) for row in found)]


def _named(columns: Iterable[str], row: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    return zip(columns, row, strict=True)


def _cell(value: Any, people: Mapping[int, str] | None) -> str:
    """A stored value as the expected files write it; an unexpected person stays a bare id."""
    if value is None:
        return ""
    if people is not None:
        return people.get(value, f"id {value}")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ";".join(f"{name}={group}" for name, group in sorted(value.items()))
    return str(value)


def _refused(warehouse: Warehouse) -> list[Row]:
    """Every refused row: file, line, column and rule, below the header."""
    found = quarantine(warehouse)
    rows = [(Path(row["file"]).name, str(row["line"]), row["column"], row["rule"]) for row in found]
    return [("file", "line", "column", "rule"), *rows]


def _as_text(rows: list[Row]) -> str:
    """The header and the sorted rows as lines, so that a difference can be read."""
    header, *rest = rows
    return "\n".join(",".join(row) for row in [header, *sorted(rest)])
