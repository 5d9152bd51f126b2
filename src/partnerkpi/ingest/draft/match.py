"""Which source table an unknown export could be, and which of its headings each column could come from."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from partnerkpi.dialects.names import likeness, likeness_to_any, words_of
from partnerkpi.dialects.vocabulary import Vocabulary
from partnerkpi.ingest.draft.reading import ENOUGH, NOTHING, Reading, read_cells
from partnerkpi.ingest.draft.survey import Survey, SurveyedColumn
from partnerkpi.models.source_table import ATTENDANCE, Column, Kind, SourceTable
from partnerkpi.warehouse import Warehouse

_CERTAIN, _ALIKE, _ALIKE_OPTIONAL = 0.95, 0.6, 0.8
_HALF = 0.5
_HINT = 0.2
_PEOPLE = frozenset(("student", "staff", "teacher", "employee", "user", "person"))
_NUMBER_OF_A_PERSON = re.compile(r"[A-Za-z]{0,3}[0-9]{3,}")
# What the shape of attendance decides, not a heading: a summary counts days, its status says nothing.
_SUMMARY = frozenset(("days_enrolled", "days_absent", "days_absent_excused", "days_absent_unexcused"))
_NO_SUMMARY = frozenset(("status", "fraction", "section"))


@dataclass(frozen=True)
class ColumnMatch:
    """A column of the table and the heading it would come from, alike by name to `likeness`.

    `confidence` is "certain" (a heading that dialects know, over cells that fit) or "likely". Without a heading
    `guesses` are those whose values alone would do, each with how they would be read.
    """

    column: Column
    heading: str = ""
    likeness: float = 0
    confidence: str = ""
    reading: Reading = NOTHING
    guesses: tuple[tuple[str, Reading], ...] = ()

    @property
    def why(self) -> str:
        """What makes it likely, in words."""
        return "a heading that is known" if self.likeness >= _CERTAIN else "by its name"


@dataclass(frozen=True)
class TableMatch:
    """The table with its columns, the required ones first; `coverage` is the share of these that were found.

    `kinds` are headings that tell rows apart in other dialects, each with the words of the rows these take. `summary`
    says that it is attendance counted in days.
    """

    table: SourceTable
    columns: tuple[ColumnMatch, ...]
    coverage: float
    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    summary: bool = False


def matching_tables(
    warehouse: Warehouse, survey: Survey, known: Vocabulary, tables: Iterable[SourceTable]
) -> list[TableMatch]:
    """The tables by how well the headings cover their required columns, and after these their other ones.

    A file that is called like a table is thought to be that before another.
    """
    called = {*words_of(survey.export.path.name)}
    reader = _Reader(warehouse, survey)
    matches = [_Matcher(reader, survey, known, table).match() for table in tables]
    matches += [_Matcher(reader, survey, known, table, summary=True).match() for table in tables if table is ATTENDANCE]

    def promise(match: TableMatch) -> tuple[float, int]:
        hint = _HINT if {*words_of(match.table.name)} <= called else 0
        return match.coverage + hint, sum(bool(each.heading) for each in match.columns)

    return sorted(matches, key=promise, reverse=True)


class _Reader:
    """Reads the cells below a heading as a column, once for all columns that hold the same."""

    def __init__(self, warehouse: Warehouse, survey: Survey) -> None:
        self._warehouse = warehouse
        self._found = {found.heading: found for found in survey.usable()}
        self._readings: dict[tuple[object, ...], Reading] = {}

    def read(self, column: Column, heading: str, words: Mapping[str, tuple[str, str]]) -> Reading:
        kind = (column.kind, column.choices, column.low, column.high, column.percent)
        place = (*kind, heading, tuple(sorted(words)) if column.kind in (Kind.CHOICE, Kind.FLAG) else ())
        if place not in self._readings:
            self._readings[place] = read_cells(self._warehouse, column, self._found[heading], words)
        return self._readings[place]


class _Matcher:
    """Headings and columns of one table, brought together."""

    def __init__(
        self, reader: _Reader, survey: Survey, known: Vocabulary, table: SourceTable, *, summary: bool = False
    ) -> None:
        self._reader, self._known, self._table, self._summary = reader, known, table, summary
        self._found = survey.usable()

    def _columns(self) -> list[Column]:
        """The columns to look for: a summary must count days enrolled and absent."""
        columns = [column for column in self._table.columns if column.name != "shape"]
        if not self._summary:
            return [column for column in columns if column.name not in _SUMMARY]
        needed = ("days_enrolled", "days_absent")
        columns = [column for column in columns if column.name not in _NO_SUMMARY]
        return [replace(column, required=column.required or column.name in needed) for column in columns]

    def match(self) -> TableMatch:
        columns = self._columns()
        matched = self._by_name(columns)
        if {"days_absent_excused", "days_absent_unexcused"} <= {*matched}:
            columns = [column for column in columns if column.name != "days_absent"]
        free = [found for found in self._found if found.heading not in {m.heading for m in matched.values()}]
        needed = [column for column in columns if column.required]
        for column in needed:
            if column.name not in matched:
                matched[column.name] = ColumnMatch(column, guesses=self._guesses(column, free))
        share = sum(_worth(matched[column.name]) for column in needed) / len(needed)
        ordered = sorted(columns, key=lambda column: not column.required)
        found = tuple(matched[column.name] for column in ordered if column.name in matched)
        return TableMatch(self._table, found, share, self._kinds(matched), self._summary)

    def _kinds(self, matched: Mapping[str, ColumnMatch]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        taken = {match.heading for match in matched.values()}
        known = self._known.kinds.get(self._table.name, {})
        return tuple(
            (found.heading, words)
            for found in self._found
            for heading, words in known.items()
            if found.heading not in taken and likeness(found.heading, heading) >= _CERTAIN
        )

    def _by_name(self, columns: Sequence[Column]) -> dict[str, ColumnMatch]:
        """The most alike first, of those the surest, each heading once; names that cells speak against do not count."""
        thinkable = [match for column in columns for match in self._thinkable(column)]
        matched: dict[str, ColumnMatch] = {}
        for match in sorted(thinkable, key=lambda m: (-m.likeness, -m.reading.sure, not m.column.required)):
            if match.column.name not in matched and match.heading not in {m.heading for m in matched.values()}:
                matched[match.column.name] = match
        return matched

    def _thinkable(self, column: Column) -> Iterator[ColumnMatch]:
        names = self._known.headings[self._table.name, column.name]
        for heading in (found.heading for found in self._found):
            score = likeness_to_any(heading, names)
            if score < (_ALIKE if column.required else _ALIKE_OPTIONAL):
                continue
            reading = self._reading(column, heading)
            if _believable(column, heading, reading, score):
                certain = score >= _CERTAIN and not reading.question and reading.share == 1 and reading.sure >= _HALF
                yield ColumnMatch(column, heading, score, "certain" if certain else "likely", reading)

    def _guesses(self, column: Column, free: Sequence[SurveyedColumn]) -> tuple[tuple[str, Reading], ...]:
        """Headings whose cells can be nothing else than numbers of people, days, or words that dialects know."""
        if column.kind not in (Kind.STUDENT, Kind.STAFF, Kind.DATE, Kind.CHOICE):
            return ()
        readings = [(found, self._reading(column, found.heading)) for found in free]
        return tuple((found.heading, reading) for found, reading in readings if _could_be(column, found, reading))

    def _reading(self, column: Column, heading: str) -> Reading:
        return self._reader.read(column, heading, self._known.words.get((self._table.name, column.name), {}))


def _believable(column: Column, heading: str, reading: Reading, score: float) -> bool:
    """Whether the cells let a heading be what it is called. A known name is believed over many that are damaged.

    Numbers there are many: that of a person must be called so.
    """
    if column.kind in (Kind.STUDENT, Kind.STAFF) and score < _CERTAIN and not _PEOPLE & {*words_of(heading)}:
        return False
    if reading.hidden and not reading.words and not column.required:
        return False
    if reading.share >= (_HALF if reading.question or score >= _CERTAIN else ENOUGH):
        return True
    return column.required and column.kind is Kind.DATE and score >= _CERTAIN and bool(reading.question)


def _could_be(column: Column, found: SurveyedColumn, reading: Reading) -> bool:
    """Whether the values alone make a heading worth a guess."""
    if reading.share < ENOUGH:
        return False
    match column.kind:
        case Kind.CHOICE:
            return not reading.hidden and all(word.meaning or word.elsewhere for word in reading.words)
        case Kind.STUDENT | Kind.STAFF:
            numbers = all(_NUMBER_OF_A_PERSON.fullmatch(cell) for cell in found.cells)
            return numbers and "date" not in words_of(found.heading)
        case _:
            return True


def _worth(match: ColumnMatch) -> float:
    """How much of a required column is there; a school year that no heading gives can be that of the load."""
    if match.heading:
        return match.likeness
    return _HALF if match.guesses or match.column.kind is Kind.SCHOOL_YEAR else 0
