"""The numbered lines of an export, cut into cells: text with its quotes, or the rows of a sheet."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from typing_extensions import Buffer

from partnerkpi.exports.members import Bytes, Export
from partnerkpi.exports.refusal import cell_too_long, refused, row_too_long
from partnerkpi.exports.workbook import sheet_lines

Line = tuple[int, list[str]]
# What a line comes to whose quotes cannot be told apart.
SPOILT = ["\0"]
_BUFFER = 1 << 18


class Lines:
    """The numbered rows of an export, one pass."""

    def __init__(self, lines: Iterator[Line], source: "RawBytes | None" = None) -> None:
        self._lines = lines
        self._source = source

    def __iter__(self) -> Iterator[Line]:
        return self._lines

    @property
    def ends_inside_a_line(self) -> bool:
        """Whether the text, read to its end, has no final line end."""
        return self._source is not None and not self._source.tail.rstrip(b"\0").endswith((b"\n", b"\r"))


@contextmanager
def lines_of(export: Export, encoding: str, delimiter: str, *, longest_cell: int) -> Iterator[Lines]:
    """The rows of an export; a row that spans lines counts under its first.

    Reading on raises ExportRefused for a quoted cell that never ends, for a cell or row longer than allowed, and for
    bytes that are not in the encoding after all.
    """
    if export.is_workbook:
        yield Lines(sheet_lines(export))
        return
    with export.open() as stream:
        source = RawBytes(stream)
        text = io.TextIOWrapper(io.BufferedReader(source, _BUFFER), encoding=encoding, newline="")
        yield Lines(_csv_lines(export, text, delimiter, longest_cell), source)


class RawBytes(io.RawIOBase):
    """An object with `read` as the raw stream that readers of lines want; remembers the last bytes that came by."""

    def __init__(self, stream: Bytes) -> None:
        self._stream = stream
        self.tail = b""

    def readable(self) -> bool:
        """Always: that is its use."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Fill the buffer with what the stream has."""
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self.tail = (self.tail + data)[-4:]
        return len(data)


class _RowTooLong(Exception):
    """More text than one row may have."""


class _TextLines:
    """The lines of a text; `row` is how much of the present row has come by."""

    def __init__(self, text: io.TextIOWrapper, longest_row: int) -> None:
        self._text = text
        self._longest = longest_row
        self.row = 0

    def __iter__(self) -> Iterator[str]:
        readline, longest = self._text.readline, self._longest
        # Never more of a line than a row, its end and one letter: a line of gigabytes would be read whole.
        while line := readline(longest + len("\r\n") + 1):
            self.row += len(line)
            if self.row > longest and self.row - len(line) + len(line.rstrip("\r\n")) > longest:
                raise _RowTooLong
            yield line


def _csv_lines(export: Export, text: io.TextIOWrapper, delimiter: str, longest_cell: int) -> Iterator[Line]:
    csv.field_size_limit(longest_cell)
    lines = _TextLines(text, export.caps.row_characters)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                why = "this is not a complete export: a quoted cell never ends"
                raise refused(export.place, why, line=begins) from None
            if "field limit" in str(error):
                raise cell_too_long(export.place, export.caps, begins) from None
            # A stray quote spoils its own line and those it swallowed, each named; the reader goes on with the next.
            yield from ((number, SPOILT) for number in range(begins, reader.line_num + 1))
        except _RowTooLong:
            raise row_too_long(export.place, export.caps, begins) from None
        except UnicodeError:
            raise refused(export.place, "its characters fit no known encoding", line=begins) from None
        else:
            yield begins, cells
        begins = reader.line_num + 1
        lines.row = 0
