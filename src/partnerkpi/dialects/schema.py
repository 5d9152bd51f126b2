"""What a dialect file may say, key by key; every mistake is told with its key."""

import datetime as dt
import itertools
import re
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from partnerkpi.config.toml_file import StrictModel, nearest
from partnerkpi.models.dialect import DAY_OF_LOAD
from partnerkpi.models.source_table import SOURCE_TABLES, Column, Kind

QUESTION = "?"
"""Stands in a draft where an answer belongs; until it is there, files that fit the draft are refused."""

_UNITS: dict[str, tuple[Kind, ...]] = {
    "hours": (Kind.MINUTES,),
    "minutes": (Kind.MINUTES,),
    "hours or clock": (Kind.MINUTES,),
    "hours with unit": (Kind.MINUTES,),
    "share": (Kind.HUNDREDTHS,),
    "percent": (Kind.HUNDREDTHS,),
    "percent with decimal comma": (Kind.HUNDREDTHS,),
    "decimal comma": (Kind.HUNDREDTHS, Kind.MINUTES, Kind.CENTS),
    "dollars": (Kind.CENTS,),
    "excel serial": (Kind.DATE,),
    "powerschool term id": (Kind.SCHOOL_YEAR,),
    "ending year": (Kind.SCHOOL_YEAR,),
}


class ColumnFile(StrictModel):
    """`[table.columns.<column>]`: where a column comes from and how its cells are read."""

    header: str | list[str] = Field(default_factory=list)
    join: list[str | list[str]] = Field(default_factory=list)
    between: str = " "
    part: str = ""
    required: bool = False
    value: str | None = None
    format: str | list[str] = Field(default_factory=list)
    words: dict[str, str] = Field(default_factory=dict)
    blank: str | None = None
    unit: str = ""
    pattern: str = ""
    width: Annotated[int, Field(ge=0, le=20)] = 0

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        if unit and unit not in (*_UNITS, QUESTION):
            raise ValueError(f'"{unit}" is not a known unit{nearest(unit, list(_UNITS))}')
        return unit

    @field_validator("part")
    @classmethod
    def _one_group(cls, part: str) -> str:
        try:
            groups = re.compile(part).groups if part and part != QUESTION else 1
        except re.error as error:
            raise ValueError(f"{part} is not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"{part} needs exactly one group in parentheses: the part of the cell that counts")
        return part

    @field_validator("format")
    @classmethod
    def _one_reading(cls, formats: str | list[str]) -> str | list[str]:
        listed = [formats] if isinstance(formats, str) else formats
        for first, second in itertools.combinations(listed, 2):
            if _read_differently(first, second):
                raise ValueError(f"{first} and {second} read the same cell as different days; declare one of them")
        return formats

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnFile":
        if self.join and (self.header or len(self.join) < 2):
            raise ValueError("join names two columns or more, and stands in place of header")
        return self


def _read_differently(first: str, second: str) -> bool:
    """Whether some day, written in one format, is another day in the other: 9/1/2026 day first and month first."""
    for day in (dt.date(2026, 1, 2), dt.date(2010, 11, 12)):
        try:
            read = dt.datetime.strptime(day.strftime(first), second).date()
        except ValueError:
            continue
        if read != day:
            return True
    return False


class OnlyFile(StrictModel):
    """`only`: rows whose cell is none of the words, or with `filled` is blank, are refused."""

    header: str | list[str]
    words: list[str] = Field(default_factory=list)
    filled: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> "OnlyFile":
        if bool(self.words) == self.filled:
            raise ValueError("only takes rows by their words, or those where the cell is filled = true")
        return self


class NoDataFile(StrictModel):
    """`no_data`: lines whose cell is one of the words are no rows, as the trailer of a file."""

    header: str | list[str]
    words: Annotated[list[str], Field(min_length=1)]


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


class TableFile(StrictModel):
    """`[[table]]`: one source table this system can export."""

    table: str
    columns: dict[str, str | ColumnFile]
    slice: list[str] | None = None
    span: str = ""
    only: list[OnlyFile] = Field(default_factory=list)
    no_data: list[NoDataFile] = Field(default_factory=list)
    exit_date_is: str = "first day not enrolled"

    @model_validator(mode="after")
    def _known_columns(self) -> "TableFile":
        if self.table not in SOURCE_TABLES:
            raise ValueError(f"{self.table} is not a source table{nearest(self.table, list(SOURCE_TABLES))}")
        table = SOURCE_TABLES[self.table]
        known = [column.name for column in table.columns]
        for name in (*self.columns, *(self.slice or ()), *((self.span,) if self.span else ())):
            if name not in known:
                raise ValueError(f"{self.table} has no column {name}{nearest(name, known)}")
        for name, column in self.columns.items():
            if not isinstance(column, str):
                _check_meanings(table.column(name), column)
        for name in table.required:
            if name not in self.columns:
                raise ValueError(f"{self.table} needs the column {name}")
        if self.exit_date_is not in ("first day not enrolled", "last day enrolled", QUESTION):
            raise ValueError('exit_date_is is "first day not enrolled" or "last day enrolled"')
        return self


def _check_meanings(column: Column, content: ColumnFile) -> None:
    """What cells are said to mean is something the column can hold; raises ValueError otherwise."""
    name, kind, constant = column.name, column.kind, content.value
    if content.unit not in ("", QUESTION) and kind not in _UNITS[content.unit]:
        raise ValueError(f'{name} is not counted in "{content.unit}"')
    if constant is not None and constant != QUESTION:
        if kind in (Kind.STUDENT, Kind.STAFF):
            raise ValueError(f"{name} is the number of a person and cannot be the same for every row")
        if kind is Kind.DATE and constant != DAY_OF_LOAD and not _is_date(constant):
            raise ValueError(f'{name}: "{constant}" is not a date such as 2026-09-01')
    known = column.choices if kind is Kind.CHOICE else ("yes", "no") if kind is Kind.FLAG else ()
    said = [*content.words.values(), *(each for each in (constant, content.blank) if each)]
    for word in said if known else ():
        if word not in (*known, QUESTION):
            raise ValueError(f'{name} cannot be "{word}"{nearest(word, list(known))}; it is {" or ".join(known)}')


class DialectFile(StrictModel):
    """The whole file. Without a table it adds its `headings` to the shipped dialect of the same name."""

    name: str = ""
    encoding: str = ""
    headings: dict[str, str] = Field(default_factory=dict)
    table: list[TableFile] = Field(default_factory=list)

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            b"known".decode(encoding or "ascii", "replace")
        except LookupError:
            raise ValueError(f'"{encoding}" is not a known encoding, such as "cp1252"') from None
        return encoding

    @model_validator(mode="after")
    def _says_something(self) -> "DialectFile":
        if self.table and not self.name:
            raise ValueError("name is missing")
        if not self.table and not self.headings:
            raise ValueError("there is neither a [[table]] nor a line of headings")
        return self
