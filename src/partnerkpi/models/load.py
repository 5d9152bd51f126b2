"""A load: one export taken in, with every row of it accounted for."""

from dataclasses import dataclass, field
from enum import StrEnum

OTHER_KIND = "is of another kind"
"""How the rule ends that keeps out rows a dialect does not mean: staff in a roster, class periods among days."""


class LoadStatus(StrEnum):
    """What became of a file."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    PLANNED = "planned"


@dataclass(frozen=True)
class RowCounts:
    """The six ways a row of a file can end; together they are all of its rows.

    unchanged: the warehouse has the very same row already; superseded: a later row of the same file has the
    same natural key and other values; duplicate: the same row stands in the file again; non_data: blank lines,
    repeated headers and footers after the header.
    """

    rows_in_file: int = 0
    loaded: int = 0
    unchanged: int = 0
    superseded: int = 0
    duplicate: int = 0
    quarantined: int = 0
    non_data: int = 0

    @property
    def balanced(self) -> bool:
        """The accounting identity: rows in file = the sum of the six."""
        accounted = self.loaded + self.unchanged + self.superseded + self.duplicate
        return self.rows_in_file == accounted + self.quarantined + self.non_data


@dataclass(frozen=True)
class RefusedRow:
    """One row that was not taken in. Never the cell: it may hold a name."""

    line: int
    column: str
    rule: str


@dataclass(frozen=True)
class Changes:
    """What a load does to the facts: `changed` has other values under the same natural key, `removed` is no longer
    in the slice the file speaks for. inserted + changed = loaded, changed + removed = replaced.
    """

    inserted: int
    changed: int
    removed: int


@dataclass(frozen=True)
class Load:
    """One file's way into the warehouse. `replaced` counts rows of earlier loads that gave way.

    `reason` says why a file was refused or left alone, `where` in which place of it, `advice` what to do now.
    `changes` tells, in a plan only, what would become of the facts.
    """

    file: str
    status: LoadStatus
    load: int | None = None
    dialect: str = ""
    table: str = ""
    counts: RowCounts = field(default_factory=RowCounts)
    replaced: int = 0
    reason: str = ""
    where: str = ""
    advice: str = ""
    notices: tuple[str, ...] = ()
    changes: Changes | None = None
