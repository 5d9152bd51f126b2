"""Workbooks: reading one sheet as rows of text, and the workbook of refused rows that goes out and comes back."""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import cell_too_long, refused, row_too_long
from partnerkpi.exports.workbook_size import source_of

LINE, COLUMN, RULE, ADVICE = "refused in line", "refused column", "refused because", "what would help"
OWN_COLUMNS = (LINE, COLUMN, RULE, ADVICE)
_CORRECTION = re.compile(r"load ([0-9]{1,9})")
# A cell of a workbook holds no more characters.
LONGEST_CELL = 32_767


@dataclass(frozen=True)
class RefusedSheet:
    """The refused rows of one load: the header of its file, and for each row our four cells and the file's own."""

    load: int
    header: Sequence[str]
    rows: Sequence[tuple[Sequence[str | int], Sequence[str]]]


def sheets(export: Export) -> list[Export]:
    """The export itself; a workbook of refused rows as one export for each sheet, each a correction of its load.

    Raises ExportRefused when the workbook cannot be opened.
    """
    if not export.is_workbook:
        return [export]
    corrections = {name: match[1] for name in _open(export).sheet_names if (match := _CORRECTION.fullmatch(name))}
    if not corrections:
        return [export]
    return [
        replace(
            export,
            sheet=name,
            corrects=int(load),
            sha256=hashlib.sha256(f"{export.sha256}:{name}".encode()).hexdigest(),
        )
        for name, load in corrections.items()
    ]


def sheet_lines(export: Export) -> Iterator[tuple[int, list[str]]]:
    """The rows of the export's sheet as text, numbered from 1."""
    import fastexcel

    book = _open(export)
    try:
        sheet = book.load_sheet(export.sheet or 0, header_row=None, dtypes="string", skip_rows=0)
    except fastexcel.FastExcelError:
        raise refused(export.place, "the workbook cannot be read") from None
    table = sheet.to_polars()
    for number, row in enumerate(table.iter_rows(), start=1):
        cells = ["" if cell is None else str(cell) for cell in row]
        _check_row(export, number, cells)
        yield number, cells


def original_lines(export: Export) -> Mapping[int, int]:
    """For each row of a sheet of refused rows the line of the file it came from."""
    lines = sheet_lines(export)
    header = [cell.strip().casefold() for cell in next(lines, (0, [""]))[1]]
    if LINE not in header:
        raise refused(export.place, f'the sheet "{export.sheet}" has lost its column "{LINE}"')
    place = header.index(LINE)
    # A spreadsheet that takes the line for a number may write 12 as 12.0.
    found = ((number, re.fullmatch(r"([0-9]{1,15})(\.0+)?", cells[place])) for number, cells in lines)
    return {number: int(match[1]) for number, match in found if match}


def write_workbook(found: Sequence[RefusedSheet]) -> bytes:
    """A workbook with a sheet for each load, every cell a text: nothing in it is ever taken for a formula or a date."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    text = book.add_format({"num_format": "@"})
    ours = book.add_format({"num_format": "@", "italic": True, "font_color": "#555555"})
    bold = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
    for refused_sheet in found:
        sheet = book.add_worksheet(f"load {refused_sheet.load}")
        for place, name in enumerate((*OWN_COLUMNS, *refused_sheet.header)):
            sheet.write_string(0, place, name, bold)
        for number, (own, cells) in enumerate(refused_sheet.rows, start=1):
            for place, cell in enumerate(own):
                sheet.write_string(number, place, str(cell), ours)
            for place, cell in enumerate(cells, start=len(own)):
                sheet.write_string(number, place, cell, text)
        sheet.freeze_panes(1, len(OWN_COLUMNS))
        sheet.set_column(0, 1, 14)
        sheet.set_column(2, 3, 40)
        sheet.set_column(4, 4 + len(refused_sheet.header), 16)
    book.close()
    return content.getvalue()


def _check_row(export: Export, number: int, cells: Sequence[str]) -> None:
    if max(map(len, cells), default=0) > export.caps.cell_characters:
        raise cell_too_long(export.place, export.caps, number)
    if sum(map(len, cells)) > export.caps.row_characters:
        raise row_too_long(export.place, export.caps, number)


def _open(export: Export) -> Any:
    import fastexcel

    try:
        return fastexcel.read_excel(source_of(export))
    except fastexcel.FastExcelError:
        raise refused(export.place, "the workbook cannot be opened") from None
