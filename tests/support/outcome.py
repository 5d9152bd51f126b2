"""Files with quirks, taken in together, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from given import csv_text, export, take_in, workspace

from partnerkpi.models.load import Load, RowCounts
from partnerkpi.warehouse import ledger, open_for_reading

HEADER = "student_number,school,date,status"


@dataclass(frozen=True)
class Outcome:
    """A load, its lines in quarantine, and the facts that came of it by the columns asked for."""

    load: Load
    quarantine: tuple[tuple[int, str, str], ...]
    facts: tuple[dict[str, Any], ...]

    @property
    def counts(self) -> RowCounts:
        """Of the load."""
        return self.load.counts

    def values(self, column: str) -> list[Any]:
        """One column of the facts, in order."""
        return sorted(fact[column] for fact in self.facts)


def register(school: str, rows: int = 5) -> str:
    """Attendance of one day: students 0001, 0002, ..., so that no two schools touch each other's days."""
    return csv_text(HEADER, [f"{n:04},{school},2025-09-01,present" for n in range(1, rows + 1)])


def outcomes(
    folder: Path, files: Mapping[str, str | bytes], dialects: Mapping[str, str] | None = None
) -> dict[str, Outcome]:
    """Every file, one run, one workspace that refuses no file for its number of refused rows."""
    made = workspace(folder / "district")
    for name, text in (dialects or {}).items():
        path = made.root / "dialects" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    loads = take_in(made, *(export(made, name, content) for name, content in files.items()))
    with open_for_reading(made.database) as warehouse:
        refused = ledger.quarantine(warehouse)
        found = {}
        for name, load in zip(files, loads, strict=True):
            facts: Sequence[dict[str, Any]] = ()
            if load.load is not None:
                facts = warehouse.records(f"select * from {load.table} where load_id = $load", {"load": load.load})
            lines = [(row["line"], row["column"], row["rule"]) for row in refused if row["load"] == load.load]
            found[name] = Outcome(load, tuple(lines), tuple(facts))
    return found
