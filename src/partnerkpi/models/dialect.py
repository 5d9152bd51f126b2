"""A dialect: how one system's exports map to source tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from partnerkpi.models.source_table import SourceTable

YEAR_OF_LOAD, DAY_OF_LOAD = "the year of the load", "the day of the load"
"""Constants that are filled in when a file is taken in: a snapshot does not say of when it is."""


@dataclass(frozen=True)
class ColumnRule:
    """Where one column of a source table comes from, and how its cells are read.

    `headers` are the names the column goes by in exports, first match wins; none means a constant (`value`),
    and so does an export that has none of them where there is a `value`.
    `formats` are strptime formats tried in order (dates), `words` maps cells to the table's own words
    (compared without regard to case); with `words`, a cell that is not in the map is refused.
    `blank` is the word a blank cell stands for, None where a blank is simply no value. `unit` says what a number
    counts where exports differ ("hours", "minutes", "percent"); `width` pads a student number with zeros.
    `beside` are the headers, each by its names, of further columns whose text is joined to this one's, `between` the
    text that parts them, and `places` their positions among the headers read, known once an export is recognised.
    `part` is a regular expression whose one group is the part of the cell that counts. `required` makes a column
    that the table can do without one that this dialect cannot.
    """

    column: str
    headers: tuple[str, ...] = ()
    value: str | None = None
    formats: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    blank: str | None = None
    unit: str = ""
    pattern: str = ""
    width: int = 0
    beside: tuple[tuple[str, ...], ...] = ()
    between: str = ""
    places: tuple[int, ...] = ()
    part: str = ""
    required: bool = False


@dataclass(frozen=True)
class Need:
    """A heading an export must have, by any of its names, and the column it feeds.

    `column` is empty where the heading only tells rows apart, `joined` says that it feeds the column with others.
    """

    headers: tuple[str, ...]
    column: str = ""
    joined: bool = False


@dataclass(frozen=True)
class TableRule:
    """How an export becomes one source table.

    `only` names headers (any of them will do) whose cell must be one of the words, or without words just filled; other
    rows are refused (an export with daily and period attendance in one file would count a day twice). A line whose cell
    below one of the headers of `no_data` is one of its words is no row at all, however wide it is.
    `slice` are the plain columns whose combinations the export speaks for as a whole, within them from the first to
    the last value of `span` in the file, if there is one; `exit_is_last_day` shifts exit dates by one day.
    `unsettled` are the lines of a draft with an open question; `spelling` has each heading as the file writes it.
    """

    dialect: str
    table: SourceTable
    columns: tuple[ColumnRule, ...]
    slice: tuple[str, ...]
    span: str = ""
    only: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    no_data: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    exit_is_last_day: bool = False
    unsettled: tuple[int, ...] = ()
    spelling: Mapping[str, str] = field(default_factory=dict, compare=False)

    def spelled(self, header: str) -> str:
        """A heading as the dialect file writes it."""
        return self.spelling.get(header, header)

    def needs(self) -> tuple[Need, ...]:
        """The headings of each column the table needs, and of each that tells rows apart."""
        rules = [
            rule
            for rule in self.columns
            if rule.value is None and (rule.required or self.table.column(rule.column).required)
        ]
        needed = [
            Need(headers, rule.column, joined=bool(rule.beside))
            for rule in rules
            for headers in (rule.headers, *rule.beside)
            if headers
        ]
        return (*needed, *(Need(headers) for headers, _ in (*self.only, *self.no_data)))

    def headings(self) -> tuple[str, ...]:
        """Every name of every heading it could read."""
        groups = [group for rule in self.columns for group in (rule.headers, *rule.beside)]
        return tuple(
            name for group in (*groups, *(headers for headers, _ in (*self.only, *self.no_data))) for name in group
        )

    def required_headers(self) -> tuple[tuple[str, ...], ...]:
        """The names of each heading it needs."""
        return tuple(need.headers for need in self.needs())


@dataclass(frozen=True)
class Dialect:
    """One dialect file. `fingerprint` changes whenever the file does; `encoding` is used when UTF-8 fails ("": any)."""

    id: str
    name: str
    encoding: str
    tables: tuple[TableRule, ...]
    fingerprint: str
