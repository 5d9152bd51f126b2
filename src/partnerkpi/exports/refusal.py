"""Refusals of a whole file, in three lines that never repeat what stands in it."""

from pathlib import Path

from partnerkpi.errors import ExportRefused
from partnerkpi.models.caps import Caps


def refused(place: Path | str, why: str, *, line: int | None = None, now: str = "") -> ExportRefused:
    """A refusal of the whole file; `place` is its path, for a file in an archive the archive's and the file's."""
    return ExportRefused(
        f"The file was not taken in: {printable(why)}.",
        where=f"{printable(str(place))}{f', line {line}' if line else ''}",
        now="\n".join(map(printable, now.split("\n")))
        or "Export it again from the source system, and run: partnerkpi ingest FILE",
    )


def over_cap(place: Path | str, why: str, setting: str, *, line: int | None = None) -> ExportRefused:
    """A refusal of a file that is larger in some way than the workspace's `setting` allows."""
    return refused(
        place, why, line=line, now=f"If the export is right, raise [ingest] {setting} in partnerkpi.toml and try again."
    )


def larger_than_allowed(place: Path | str, caps: Caps) -> ExportRefused:
    """The refusal of a file that is too large, or unpacks to one that is."""
    return over_cap(place, f"it has more than {caps.file_bytes >> 20:,} megabytes", "max_file_megabytes")


def unpacks_to_too_much(place: Path | str, caps: Caps) -> ExportRefused:
    """The refusal of a decompression bomb."""
    why = f"it unpacks to more than {caps.compression_ratio:,} times its size"
    return over_cap(place, why, "max_compression_ratio")


def cell_too_long(place: str, caps: Caps, line: int) -> ExportRefused:
    """The refusal of a file with a giant cell: more often than a long text, it is a quote that nobody closed."""
    why = f"a cell has more than {caps.cell_characters:,} characters; perhaps its quotation mark never ends"
    return over_cap(place, why, "max_cell_characters", line=line)


def row_too_long(place: str, caps: Caps, line: int) -> ExportRefused:
    """The refusal of a file with a row that never seems to end."""
    return over_cap(place, f"a row has more than {caps.row_characters:,} characters", "max_row_characters", line=line)


def printable(name: str) -> str:
    """A text as it may be shown: whoever made a file chose the headings and the names in it, control characters too."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
