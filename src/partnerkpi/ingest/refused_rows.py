"""The workbook of refused rows: read again from their files, with the rule and what would help."""

from collections import defaultdict
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.files import read_dialects
from partnerkpi.errors import ExportRefused, InputMissing
from partnerkpi.exports.decode import encoding_of
from partnerkpi.exports.members import find_export, refused
from partnerkpi.exports.rows import rows_at
from partnerkpi.exports.workbook import RefusedSheet, write_workbook
from partnerkpi.files import write_private
from partnerkpi.ingest.understand import understand
from partnerkpi.models.dialect import Dialect
from partnerkpi.models.load import RefusedRow
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.ledger import Origin, origin, quarantine

_ADVICE = {
    "blank, but required": "Fill the cell in.",
    "a number a spreadsheet has rounded": "Type the number again, as text.",
    "not the pattern of such a number": "Type the number as the student system has it.",
    "a word this dialect does not know": "Use a word the dialect knows, or add this one to the dialect's words.",
    "not a date in the declared format": "Write the date as the other rows of the file do.",
    "not yes or no": "Write yes or no.",
    "not one of the words of this column": "Use one of the column's words (docs/exports.md).",
    "not a school year such as 2026-27": "Write it like 2026-27.",
    "not a number": "Write a plain number, such as 0.5.",
    "not a number of hours": "Write a plain number of hours, such as 6.5.",
    "not an amount": "Write a plain amount, such as 1200.00.",
    "outside the range of this column": "Check the number; it is outside what this column can hold.",
}
_OTHERWISE = "The line stands in the first column: spread it over the columns."


def write_refused_rows(workspace: Workspace, target: Path, *, load: int | None = None) -> int:
    """Write the refused rows of a load, or of all, as a workbook to edit and to take in again; gives their number.

    Rows are read from the files they came from, which must still be what they were. Raises InputMissing when there
    is no refused row, ExportRefused when a file is gone or has changed.
    """
    with open_for_reading(workspace.database) as warehouse:
        by_load: dict[int, list[RefusedRow]] = defaultdict(list)
        for row in quarantine(warehouse, load):
            by_load[row["load"]].append(RefusedRow(row["line"], row["column"], row["rule"]))
        origins = {number: origin(warehouse, number) for number in by_load}
    if not by_load:
        raise InputMissing(
            "There is no refused row to write.",
            where="the loads taken in so far" if load is None else f"load {load}",
            now="`partnerkpi loads` shows which loads have refused rows.",
        )
    dialects = read_dialects(assets.files("dialects", ".toml", workspace.root))
    found = [_sheet(came, by_load[number], dialects) for number, came in origins.items() if came is not None]
    write_private(target, write_workbook(found))
    return sum(len(sheet.rows) for sheet in found)


def _sheet(came: Origin, rows: list[RefusedRow], dialects: dict[str, Dialect]) -> RefusedSheet:
    try:
        export = find_export(came.path)
    except InputMissing:
        raise _changed(came, "is no longer there") from None
    if export.sha256 != came.sha256:
        raise _changed(came, "is not what it was when it was taken in")
    dialect = dialects.get(came.dialect)
    if dialect is None:
        raise _changed(came, "was read by a dialect that is no longer there")
    _, header = understand(export, [rule for rule in dialect.tables if rule.table.name == came.table])
    encoding, _ = encoding_of(export, dialect.encoding)
    cells = rows_at(export, encoding, header.delimiter, {row.line for row in rows})
    own = [(row.line, row.column, row.rule, _ADVICE.get(row.rule, _OTHERWISE)) for row in rows]
    spread = {row.line: _spread(row, cells.get(row.line, []), header.delimiter) for row in rows}
    return RefusedSheet(came.load, header.cells, [(mine, spread[int(mine[0])]) for mine in own])


def _spread(row: RefusedRow, cells: list[str], delimiter: str) -> list[str]:
    """A row's cells; of a row whose structure is wrong the whole line in the first one.

    Which cell is missing or too many only a person can see: spread over the columns as they come, a short row would
    be taken in with its cells in the wrong places.
    """
    if row.column:
        return cells
    return [(delimiter or ",").join(cells).replace("\0", "\N{REPLACEMENT CHARACTER}")]


def _changed(came: Origin, what: str) -> ExportRefused:
    return refused(came.path, f"the file of load {came.load} {what}", now="Put the file back where it was.")
