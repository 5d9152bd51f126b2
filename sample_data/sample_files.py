"""How the sample's tables become files: comma-separated text, compressed where the name says so."""

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """An export before it is written: file name, header and rows, every cell as text."""

    file: str
    columns: Row
    rows: list[Row]


def as_text(table: Table) -> str:
    """The table as comma-separated lines; an empty row becomes a blank line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return out.getvalue()


def write_table(folder: Path, table: Table) -> None:
    """Write the table into `folder`; no file name and no time go into a compressed file."""
    content = as_text(table).encode()
    path = folder / table.file
    if path.suffix != ".gz":
        path.write_bytes(content)
        return
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as packed,
    ):
        packed.write(content)
