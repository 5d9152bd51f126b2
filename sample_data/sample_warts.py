"""The flaws of real exports, put into the sample on purpose, each with the line where it ends up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sample_files import Row, Table

REFUSED, DOUBLED, NO_DATA = "refused", "exact duplicate", "not data"


@dataclass(frozen=True)
class Flaw:
    """A flaw: in the first row from `share` of the file on whose `column` reads `found` (any row if empty).

    kind "cell" writes `value` into `column`; "short" leaves the last cell out; "double" repeats the row;
    "blank" puts an empty line before it.
    """

    kind: str
    says: str
    share: float = 0.0
    column: str = ""
    found: str = ""
    value: str = ""


@dataclass(frozen=True)
class Wart:
    """A flaw as it stands in a file: its line, the header being line 1, and what becomes of the line."""

    file: str
    line: int
    says: str
    outcome: str


def _cell(column: str, found: str, value: str, says: str, share: float = 0.0) -> Flaw:
    """A cell that reads `found` and will read `value`."""
    return Flaw("cell", says, share, column, found, value)


def _double(share: float) -> Flaw:
    """A row that comes twice."""
    return Flaw("double", "the line before, again", share)


FLAWS: dict[str, tuple[Flaw, ...]] = {
    "attendance_2024-25.csv.gz": (
        _cell("status", "absent_unexcused", "T", "status `T`, a code nobody has defined", 0.1),
        _cell("date", "2025-02-28", "2025-02-30", "date `2025-02-30`", 0.3),
        _cell("fraction", "0.5", "1.5", "fraction `1.5`", 0.6),
        *(_double(0.2), _double(0.45), _double(0.8)),
    ),
    "attendance_2025-26.csv.gz": (
        _cell("student_number", "", "", "no student number", 0.5),
        Flaw("short", "the last cell is missing", 0.9, "status", "present"),
    ),
    "attendance_2026-27_Q1.csv.gz": (
        _cell("status", "absent_excused", "T", "status `T`, a code nobody has defined", 0.7),
    ),
    "grades_2024-25.csv.gz": (Flaw("short", "the last cell is missing", 0.4, "term", "S1"),),
    "grades_2025-26.csv.gz": (
        _cell("credits_attempted", "0.5", "abc", "credits attempted `abc`", 0.25),
        *(_double(0.55), _double(0.75)),
    ),
    "college_credits_2025-26.csv.gz": (_cell("student_number", "", "", "no student number", 0.5),),
    "college_credits_2026-27.csv": (
        Flaw("blank", "a blank line", 0.5),
        Flaw("total", "a footer that begins with `Total`"),
    ),
    "engagement_2025-26.csv.gz": (
        _cell("hours", "6.5", "6:3O", "hours `6:3O`, with the letter O", 0.1),
        _cell("date", "", "2026-02-30", "date `2026-02-30`", 0.6),
        *(_double(0.35), _double(0.85)),
    ),
    "participants.csv.gz": (_double(0.5),),
    "investments.csv": (_cell("plan", "planned", "budget", "plan `budget`, not a known word", 0.4),),
}


def spoil(table: Table) -> tuple[Table, list[Wart]]:
    """The table with its flaws, and where they are."""
    flaws = FLAWS.get(table.file, ())
    placed = sorted(((_place(table, flaw), flaw) for flaw in flaws if flaw.kind != "total"), key=lambda pair: pair[0])
    rows: list[Row] = []
    warts: list[Wart] = []
    done = 0
    for index, flaw in placed:
        rows.extend(table.rows[done:index])
        spoiled, outcome = _spoiled(table, table.rows[index], flaw)
        at_fault = 0 if flaw.kind == "blank" else len(spoiled) - 1
        warts.append(Wart(table.file, len(rows) + at_fault + 2, flaw.says, outcome))
        rows.extend(spoiled)
        done = index + 1
    rows.extend(table.rows[done:])
    for flaw in flaws:
        if flaw.kind == "total":
            rows.append(_total(table))
            warts.append(Wart(table.file, len(rows) + 1, flaw.says, NO_DATA))
    return replace(table, rows=rows), warts


def count_outcomes(warts: Iterable[Wart]) -> dict[str, int]:
    """How many warts of each outcome there are."""
    counts: dict[str, int] = {}
    for wart in warts:
        counts[wart.outcome] = counts.get(wart.outcome, 0) + 1
    return counts


def _place(table: Table, flaw: Flaw) -> int:
    """The index of the row a flaw goes into."""
    start = int(flaw.share * len(table.rows))
    if not flaw.found:
        return start
    at = table.columns.index(flaw.column)
    return next(index for index in range(start, len(table.rows)) if table.rows[index][at] == flaw.found)


def _spoiled(table: Table, row: Row, flaw: Flaw) -> tuple[list[Row], str]:
    """The lines that take the place of a row, and what becomes of the faulty one."""
    if flaw.kind == "double":
        return [row, row], DOUBLED
    if flaw.kind == "blank":
        return [(), row], NO_DATA
    if flaw.kind == "short":
        return [row[:-1]], REFUSED
    at = table.columns.index(flaw.column)
    return [(*row[:at], flaw.value, *row[at + 1 :])], REFUSED


def _total(table: Table) -> Row:
    """A footer with the sums of the two columns of hours, as a spreadsheet would leave it."""
    sums = {
        column: str(sum(int(row[at]) for row in table.rows))
        for at, column in enumerate(table.columns)
        if column.startswith("hours_")
    }
    return ("Total", *(sums.get(column, "") for column in table.columns[1:]))
