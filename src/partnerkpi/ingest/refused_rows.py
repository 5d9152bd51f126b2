"""The workbook of refused rows: read again from their files, with the rule and what would help."""

from collections import defaultdict
from pathlib import Path

from partnerkpi.config.workspace import Workspace
from partnerkpi.dialects.files import read_dialects
from partnerkpi.errors import ExportRefused, InputMissing
from partnerkpi.exports.decode import encoding_of
from partnerkpi.exports.find import exports_in, find_export
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import refused
from partnerkpi.exports.rows import rows_at
from partnerkpi.exports.workbook import LONGEST_CELL, RefusedSheet, sheets, write_workbook
from partnerkpi.files import write_private
from partnerkpi.ingest.understand import understand
from partnerkpi.models.caps import Caps
from partnerkpi.models.dialect import Dialect
from partnerkpi.models.load import OTHER_KIND, RefusedRow
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.ledger import Origin, origin, quarantine

_ADVICE = {
    "blank, but required": "Fill the cell in.",
    "a number a spreadsheet has rounded": "Type the number again, as text.",
    "a line of totals": "Leave it: it is no student's row.",
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
_TOO_LONG = "It is longer than a workbook's cell: put it right in the source system, and export again."


def write_refused_rows(workspace: Workspace, target: Path, *, load: int | None = None) -> int:
    """Write the refused rows of a load, or of all, as a workbook to edit and to take in again; gives their number.

    Rows are read from the files they came from, which must still be what they were. Of all loads, corrections are left
    out: what is still wrong in them is still wrong in the loads they correct. Raises InputMissing when there is no
    refused row, ExportRefused when a file is gone or has changed.
    """
    with open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        by_load: dict[int, list[RefusedRow]] = defaultdict(list)
        for row in quarantine(warehouse, load):
            by_load[row["load"]].append(RefusedRow(row["line"], row["column"], row["rule"]))
        origins = [came for number in by_load if (came := origin(warehouse, number)) is not None]
    wanted = [came for came in origins if load is not None or came.corrects is None]
    if not wanted:
        raise InputMissing(
            "There is no refused row to write.",
            where="the loads taken in so far" if load is None else f"load {load}",
            now="`partnerkpi loads` shows which loads have refused rows.",
        )
    dialects = read_dialects(workspace.root)
    caps = workspace.settings.ingest.caps()
    found = [_sheet(came, by_load[came.load], dialects, caps) for came in wanted]
    write_private(target, write_workbook(found))
    return sum(len(sheet.rows) for sheet in found)


def _sheet(came: Origin, rows: list[RefusedRow], dialects: dict[str, Dialect], caps: Caps) -> RefusedSheet:
    export = _as_it_was(came, caps)
    dialect = dialects.get(came.dialect)
    if dialect is None:
        raise _changed(came, "was read by a dialect that is no longer there")
    _, header = understand(export, [rule for rule in dialect.tables if rule.table.name == came.table])
    encoding, _ = encoding_of(export, dialect.encoding)
    cells = rows_at(export, encoding, header.delimiter, {row.line for row in rows})
    written = [_row(row, cells.get(row.line, []), header.delimiter) for row in rows]
    export.check_unchanged()
    return RefusedSheet(came.load, header.cells, written)


def _as_it_was(came: Origin, caps: Caps) -> Export:
    """Of all that lies in the file, the export with the very bytes that were taken in."""
    try:
        members = exports_in(came.path, caps).names
    except InputMissing:
        raise _changed(came, "is no longer there") from None
    for member in members:
        try:
            found = sheets(find_export(came.path, caps, member))
        except ExportRefused:
            continue  # what was refused when it was taken in is none of a load
        for export in found:
            if export.sha256 == came.sha256:
                return export
    raise _changed(came, "is not what it was when it was taken in")


def _advice(row: RefusedRow) -> str:
    if row.rule.endswith(OTHER_KIND):
        return "Nothing, unless the row is of the kind the dialect reads."
    return _ADVICE.get(row.rule, _OTHERWISE)


def _row(row: RefusedRow, cells: list[str], delimiter: str) -> tuple[list[str | int], list[str]]:
    """What is said about a row, and its cells; of a row whose structure is wrong the whole line in the first one.

    Which cell is missing or too many only a person can see: spread over the columns as they come, a short row would
    be taken in with its cells in the wrong places. A cell cut to what a workbook holds would be taken in cut.
    """
    advice = _advice(row)
    if not row.column:
        cells = [(delimiter or ",").join(cells).replace("\0", "\N{REPLACEMENT CHARACTER}")]
    if max(map(len, cells), default=0) > LONGEST_CELL:
        cells, advice = [], _TOO_LONG
    return [row.line, row.column, row.rule, advice], cells


def _changed(came: Origin, what: str) -> ExportRefused:
    return refused(came.path, f"the file of load {came.load} {what}", now="Put the file back where it was.")
