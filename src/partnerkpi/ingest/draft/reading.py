"""What cells prove about how they are read: the format of a date, the unit of a number, the words of a choice."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from partnerkpi.dialects.names import words_of
from partnerkpi.ingest.draft.survey import SurveyedColumn
from partnerkpi.ingest.fit import share_read, values_read
from partnerkpi.models.dialect import ColumnRule
from partnerkpi.models.source_table import Column, Kind
from partnerkpi.warehouse import Warehouse

_ISO = ""
_DATES = (
    _ISO,
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
)
_LIKE_A_DAY = re.compile(r"(?=.*[0-9])[A-Za-z0-9 ,./:-]{5,30}")
_HALF = 0.5
_SERIAL = "excel serial"
_UNITS = {
    Kind.HUNDREDTHS: ("", "percent", "decimal comma", "percent with decimal comma"),
    Kind.MINUTES: ("", "hours or clock", "hours with unit", "decimal comma"),
    Kind.CENTS: ("", "dollars", "decimal comma"),
}
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
ENOUGH = 0.9
_MOST_WORDS = 30
_LONGEST_WORD = 40
_SPEAKS_OF_CODES = frozenset(("code", "status", "type", "flag", "ind", "indicator", "mode", "level", "tier", "state"))
_CODE = re.compile(r"[A-Z0-9]{1,4}")
# A cell made of these words only is no name.
_STATUS_WORDS = re.compile(
    r"absent|absence|excused|unexcused|present|presence|attended|attendance|tardy|late|early|departure|dismissal|arrival"
    r"|suspended|suspension|truant|unverified|verified|medical|illness|exempt|partial|half|full|all|day|in|out|of|not|school"
    r"|complete|completed|progress|withdrawn|dropped|active|inactive|yes|no|true|false|pass|passed|fail|failed"
    r"|student|staff|parent|partner|district|honors|standard|regular|college|awareness|exploration|preparation|training"
    r"|planned|actual|cash|hours|space|stipend|kind"
)


@dataclass(frozen=True)
class Word:
    """A cell of a choice column, in how many rows it stands, what it surely means, and what it means elsewhere."""

    cell: str
    rows: int
    meaning: str
    elsewhere: str


@dataclass(frozen=True)
class Reading:
    """How a column's cells may be read.

    `share` of the filled cells is read by it, `key` and `setting` say how ("format", "%d/%m/%Y"; empty: the usual
    way). With a `question` the setting is open. `hidden` are cells that might be names: they are not to be written.
    """

    share: float
    key: str = ""
    setting: str = ""
    question: str = ""
    words: tuple[Word, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def sure(self) -> float:
        """The share of the cells that are not only read but known: of words those that mean something somewhere."""
        if not self.words and not self.hidden:
            return self.share
        rows = sum(word.rows for word in self.words)
        return sum(word.rows for word in self.words if word.meaning or word.elsewhere) / rows if rows else 0


NOTHING = Reading(0)
"""How cells are read that are not there."""


def read_cells(
    warehouse: Warehouse, column: Column, found: SurveyedColumn, known: Mapping[str, tuple[str, str]]
) -> Reading:
    """What the cells of `found` prove when they are taken for `column`. `known` are words of other dialects."""
    cells = list(found.cells)
    match column.kind:
        case _ if not cells:
            return NOTHING
        case Kind.TEXT:
            return Reading(1)
        case Kind.STUDENT | Kind.STAFF:
            return Reading(share_read(warehouse, cells, column, ColumnRule(column.name)))
        case Kind.DATE:
            return _dates(warehouse, column, found)
        case Kind.CHOICE | Kind.FLAG:
            return _choices(column, found, known)
        case Kind.SCHOOL_YEAR:
            return _school_years(warehouse, column, found)
        case _:
            return _amounts(warehouse, column, found)


def _dates(warehouse: Warehouse, column: Column, found: SurveyedColumn) -> Reading:
    """The one format that reads the cells; where two read them as different days, a question."""
    if sum(rows for cell, rows in found.cells.items() if _LIKE_A_DAY.fullmatch(cell)) < _HALF * found.filled:
        return NOTHING
    rules = {form: ColumnRule(column.name, formats=(form,) if form else ()) for form in _DATES}
    read = {form: _days(warehouse, column, found, rule) for form, rule in rules.items()}
    read[_SERIAL] = _days(warehouse, column, found, ColumnRule(column.name, unit=_SERIAL))
    shares = {form: sum(found.cells[cell] for cell in days) / found.filled for form, days in read.items()}
    likely = sorted((form for form in read if shares[form] >= _HALF), key=lambda form: -shares[form])
    # Formats that make the same days of the same cells are one.
    apart = [
        next(group) for _, group in groupby(sorted(likely, key=lambda f: str(read[f])), key=lambda f: str(read[f]))
    ]
    apart.sort(key=lambda form: (-shares[form], _DATES.index(form) if form in _DATES else 0))
    if not apart:
        return Reading(0, "format", question="no format that is tried here reads these dates")
    best, *others = apart
    proved = (shares[best] >= ENOUGH and not others) or shares[best] == 1 > max(
        map(shares.__getitem__, others), default=0
    )
    if proved and best == _SERIAL:
        return Reading(shares[best], "unit", _SERIAL)
    if proved:
        return Reading(shares[best], "format", best)
    told = " or ".join(
        f'"{form or "%Y-%m-%d"}"' + ("" if shares[form] == 1 else f" ({shares[form]:.0%} of the cells)")
        for form in apart
    )
    return Reading(shares[best], "format", question=f"the dates fit {told}")


def _days(warehouse: Warehouse, column: Column, found: SurveyedColumn, rule: ColumnRule) -> dict[str, dt.date]:
    """The days a rule makes of the cells; only those of our time count."""
    days = values_read(warehouse, list(found.cells), column, rule)
    return {cell: day for cell, day in days.items() if _FIRST_YEAR <= day.year <= _LAST_YEAR}


def _amounts(warehouse: Warehouse, column: Column, found: SurveyedColumn) -> Reading:
    """The first unit that reads the most; parts of one where a percentage belongs are a question."""
    if column.kind is Kind.MINUTES and {"min", "mins", "minutes"} & {*words_of(found.heading)}:
        return Reading(_share(warehouse, column, found, "minutes"), "unit", "minutes")
    shares = {unit: _share(warehouse, column, found, unit) for unit in _UNITS[column.kind]}
    unit = max(shares, key=shares.__getitem__)
    small = not unit and column.percent and _share(warehouse, column, found, "share") == 1
    if small and all(float(cell) <= 1 for cell in found.cells):
        return Reading(shares[unit], "unit", question='parts of one ("share") or percent ("percent")')
    return Reading(shares[unit], "unit", unit)


def _school_years(warehouse: Warehouse, column: Column, found: SurveyedColumn) -> Reading:
    usual = _share(warehouse, column, found, "")
    if usual >= ENOUGH:
        return Reading(usual)
    ending = _share(warehouse, column, found, "ending year")
    if ending >= ENOUGH:
        return Reading(ending, "unit", question='"ending year" if 2026 stands for 2025-26')
    term = _share(warehouse, column, found, "powerschool term id")
    return Reading(term, "unit", question='"powerschool term id" if 3500 stands for 2025-26') if term else Reading(0)


def _share(warehouse: Warehouse, column: Column, found: SurveyedColumn, unit: str) -> float:
    """The share of the column's rows whose cells are read in a unit."""
    read = values_read(warehouse, list(found.cells), column, ColumnRule(column.name, unit=unit))
    return sum(found.cells[cell] for cell in read) / found.filled


def _choices(column: Column, found: SurveyedColumn, known: Mapping[str, tuple[str, str]]) -> Reading:
    """The words of a column that has few; those that could be names stay unsaid.

    Short codes are shown only where the heading speaks of codes and no other cell could be a name.
    """
    if len(found.cells) > _MOST_WORDS or any(len(cell) > _LONGEST_WORD for cell in found.cells):
        return Reading(0)
    choices = column.choices if column.kind is Kind.CHOICE else ("yes", "no")
    ordered = sorted(found.cells, key=lambda cell: (-found.cells[cell], cell))
    names = [cell for cell in ordered if not _is_no_name(cell, choices, known)]
    if all(_CODE.fullmatch(cell) for cell in names) and _SPEAKS_OF_CODES & {*words_of(found.heading)}:
        names = []
    words = []
    for cell in ordered:
        meaning = cell.casefold() if cell.casefold() in choices else ""
        to, dialect = known.get(cell.casefold(), ("", ""))
        if cell not in names:
            words.append(Word(cell, found.cells[cell], meaning, f"{to} in {dialect}" if to else ""))
    all_known = not names and all(word.meaning for word in words)
    return Reading(1, words=() if all_known else tuple(words), hidden=tuple(names))


def _is_no_name(cell: str, choices: tuple[str, ...], known: Mapping[str, tuple[str, str]]) -> bool:
    """Whether a cell is a word that dialects or the field know; short codes are told apart by what stands beside."""
    parts = re.findall(r"[^\W_]+", cell.casefold())
    return (
        cell.casefold() in choices
        or cell.casefold() in known
        or (bool(parts) and all(_STATUS_WORDS.fullmatch(part) for part in parts))
    )
