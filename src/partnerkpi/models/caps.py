"""How large an export may be before it is refused unread: what a workspace's settings allow."""

from dataclasses import dataclass

_SMALLEST = 4096


@dataclass(frozen=True)
class Caps:
    """The greatest size of each part of an export.

    `file_bytes` counts a file as it lies on disk, and what it unpacks to (of an archive, all its files together);
    `compression_ratio` is unpacked by packed bytes. `row_characters` and `cell_characters` count text, and
    `workbook_cells` the rectangle from a sheet's first cell to its last, which the reader of workbooks keeps in memory.
    """

    file_bytes: int
    compression_ratio: int
    zip_members: int
    row_characters: int
    cell_characters: int
    workbook_cells: int

    def honest_size(self, packed: int) -> int:
        """The most bytes that `packed` ones may unpack to; a few of them may honestly be many times as much."""
        return max(packed, _SMALLEST) * self.compression_ratio
