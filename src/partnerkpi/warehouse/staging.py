"""Text rows to typed rows: what a file's rows are, how each column is read, and whose they are."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnerkpi.models.dialect import ColumnRule, TableRule
from partnerkpi.models.load import OTHER_KIND, RefusedRow
from partnerkpi.models.source_table import Kind, SourceTable
from partnerkpi.warehouse.cells import CellSql, cell_sql, literal
from partnerkpi.warehouse.connection import NotTabular, Warehouse
from partnerkpi.warehouse.facts import default_of

# Of these each thread holds several; a line longer than one is not plain.
_BUFFER = 8_000_000

Pseudonymise = Callable[[Kind, Sequence[str]], Sequence[int]]


class NeedsCare(Exception):
    """A file that the database read itself is not as plain as it seemed; it must be read with care instead."""


@dataclass(frozen=True)
class Layout:
    """How the database reads a plain export itself: what to skip, and the places of the columns it needs.

    `required` are those of them, counted from 0, that a row needs, `first_header` is the heading of the first. `ascii`
    says that there is no other character in the file. `no_data` tells which of some lines, refused as rows, are no
    rows at all.
    """

    delimiter: str
    header_lines: int
    width: int
    positions: tuple[int, ...]
    required: tuple[int, ...]
    first_header: str
    ascii: bool
    no_data: Callable[[Collection[int]], Collection[int]]


@dataclass(frozen=True)
class TextRows:
    """Data rows as text, structure already checked: a UTF-8 CSV without a header.

    Its first column is the line in the export, then one column for each of `headers` (positions by name).
    `rows` counts them; `refused` are the rows whose structure is wrong; `non_data` the lines that are no rows.
    `groups` names the extra group_* headers among `headers`. With a `layout`, `path` is the export itself, all of
    whose lines after the header are to be rows.
    """

    path: Path
    headers: tuple[str, ...]
    groups: tuple[str, ...]
    rows: int
    refused: tuple[RefusedRow, ...]
    non_data: int
    layout: Layout | None = None

    @property
    def rows_in_file(self) -> int:
        """Everything after the header."""
        return self.rows + len(self.refused) + self.non_data


@dataclass(frozen=True)
class Plan:
    """The SQL of every column of one load.

    A rule about the number of a person is looked at once for each person, not once for each row: `people_rules` has,
    for each column of people, the SQL of the place of the first such rule that the number breaks, 0 when none.
    """

    table: SourceTable
    cells: dict[str, CellSql]
    sources: dict[str, str]
    people_rules: dict[str, str]

    @property
    def people(self) -> dict[str, Kind]:
        """The columns that name a person and are in the file."""
        found = {column.fact: column.kind for column in self.table.columns}
        return {n: k for n, k in found.items() if k in (Kind.STUDENT, Kind.STAFF) and self.sources[n] != "null"}

    @property
    def needed(self) -> set[str]:
        """The columns in which the load has something to say that is not their default."""
        return {name for name, cell in self.cells.items() if cell.value != default_of(self.table, name)}

    @property
    def issues(self) -> list[tuple[str, str, str]]:
        """Every rule: plain name of the column, name of the rule, SQL condition; the position plus one is its code."""
        names = {column.fact: column.name for column in self.table.columns}
        return [(names[fact], rule, wrong) for fact, cell in self.cells.items() for wrong, rule in cell.refusals]


def plan_load(rows: TextRows, rule: TableRule) -> Plan:
    positions = {header: index for index, header in enumerate(rows.headers)}
    cells: dict[str, CellSql] = {}
    sources: dict[str, str] = {}
    rules = {column_rule.column: column_rule for column_rule in rule.columns}
    for column in rule.table.columns:
        column_rule, sources[column.fact] = _found(rules.get(column.name), positions)
        cells[column.fact] = cell_sql(column, column_rule, sources[column.fact])
    if rule.exit_is_last_day and "exit_date" in cells:
        exit_date = cells["exit_date"]
        cells["exit_date"] = CellSql(f"cast({exit_date.value} + interval 1 day as date)", exit_date.refusals)
    people_rules = {
        column.fact: _once_for_each(cells, column.fact, sources[column.fact])
        for column in rule.table.columns
        if column.kind in (Kind.STUDENT, Kind.STAFF)
    }
    # What a row is comes before what is wrong with it.
    first = rule.table.columns[0].fact
    cells[first] = CellSql(cells[first].value, (*_other_kinds(rule, positions), *cells[first].refusals))
    if rule.table.groups:
        names = ", ".join(literal(name) for name in rows.groups)
        values = ", ".join(f"coalesce(c{positions[name]}, '')" for name in rows.groups)
        cells["groups"] = CellSql(f"map([{names}]::varchar[], [{values}]::varchar[])", ())
    return Plan(rule.table, cells, sources, people_rules)


def _once_for_each(cells: dict[str, CellSql], fact: str, source: str) -> str:
    """Make the rules about a person's number look into `people_<column>`; gives the SQL for that table."""
    cell, whens = cells[fact], ""
    refusals: list[tuple[str, str]] = []
    for place, (wrong, rule) in enumerate(cell.refusals, start=1):
        if wrong == f"{source} is null":
            refusals.append((wrong, rule))  # a blank has no person
        else:
            whens += f" when {wrong} then {place}"
            refusals.append((f"people_{fact}.broken = {place}", rule))
    cells[fact] = CellSql(cell.value, tuple(refusals))
    return f"case{whens} else 0 end" if whens else "0"


def _other_kinds(rule: TableRule, positions: dict[str, int]) -> list[tuple[str, str]]:
    """The rules that keep out rows of another kind; without words it is enough that the cell is filled."""
    refusals = []
    for headers, words in rule.only:
        for header in [name for name in headers if name in positions]:
            listed = ", ".join(literal(word.lower()) for word in words)
            cell = f"c{positions[header]}"
            wrong = f"lower(coalesce({cell}, '')) not in ({listed})" if words else f"{cell} is null"
            refusals.append((wrong, f"{header} {OTHER_KIND}"))
    return refusals


def _found(rule: ColumnRule | None, positions: dict[str, int]) -> tuple[ColumnRule | None, str]:
    """The rule with the SQL of its cell; without the rule when the export lacks an optional column."""
    if rule is None or not rule.headers:
        return rule, "null"
    header = next((name for name in rule.headers if name in positions), None)
    return (None, "null") if header is None else (rule, f"c{positions[header]}")


def text_sql(rows: TextRows) -> str:
    """SQL of the text rows: the trimmed cells as c0, c1, ..., null when blank, and `line` unless there is a layout.

    With a layout the rows come in the order of the file, whose lines they are.
    """
    layout = rows.layout
    if layout is None:
        places: Sequence[int] = range(len(rows.headers))
        names = ["line", *(f"t{place}" for place in places)]
        reading = "header = false, delim = ',', quote = '\"', escape = '\"', max_line_size = 16000000"
    else:
        places = layout.positions
        names = [f"t{place}" for place in range(layout.width)]
        # Without quotes there is nothing to escape; the header is a line like any other, skipped by number.
        reading = f"delim = {literal(layout.delimiter)}, quote = '', escape = ''"
        reading += f", header = false, skip = {layout.header_lines}, null_padding = false, buffer_size = {_BUFFER}"
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    line = ["cast(line as bigint) as line"] if layout is None else []
    plain = layout is not None and layout.ascii
    cells = [f"{_trimmed(f't{place}', plain=plain)} as c{index}" for index, place in enumerate(places)]
    return f"""
  select {", ".join([*line, *cells])}
  from read_csv(
    {literal(str(rows.path))}, columns = {{{columns}}}, auto_detect = false, {reading}
  )"""


def _trimmed(cell: str, *, plain: bool) -> str:
    trimmed = f"nullif(trim({cell}), '')"
    # Trimming looks at every character; in plain ASCII the two at the ends tell whether there is anything to trim.
    return (
        f"case when starts_with({cell}, ' ') or ends_with({cell}, ' ') then {trimmed} else {cell} end"
        if plain
        else trimmed
    )


def survey(
    warehouse: Warehouse, rows: TextRows, plan: Plan, pseudonymise: Pseudonymise, *, days: bool
) -> tuple[dt.date | None, dt.date | None]:
    """Temporary table `people_<column>` for each column of people; and, when asked, the first and last day in the file.

    With the cell as written, the pseudonym, and the place of the rule that the number breaks. Also of rows that are
    refused for another column: whose they are decides what they leave untouched, and so do their days.
    """
    found_days: list[dt.date] = []
    day = plan.cells[plan.table.day_column].value if days and plan.table.day else "null"
    for name in plan.people:
        cell = plan.sources[name]
        ends = f"select {cell}, min({day}), max({day}) from ({text_sql(rows)}) where {cell} is not null group by {cell}"
        found = read(warehouse, rows, ends)
        found_days += [end for _, first, last in found for end in (first, last) if end is not None]
        forget_people(warehouse, name)
        add_people(warehouse, plan, name, [str(cell) for cell, _, _ in found], pseudonymise)
    return min(found_days, default=None), max(found_days, default=None)


def forget_people(warehouse: Warehouse, name: str) -> None:
    """Temporary table `people_<name>`, empty."""
    warehouse.run(f"create or replace temp table people_{name} (cell varchar, id bigint, broken tinyint)")


def add_people(warehouse: Warehouse, plan: Plan, name: str, cells: Sequence[str], pseudonymise: Pseudonymise) -> None:
    """Put people into `people_<name>` by the cells that name them, each written there once."""
    source = plan.sources[name]
    read_cells = f"(select unnest($cells::varchar[]) as {source})"
    found = warehouse.rows(
        f"select {source}, {plan.cells[name].value}, {plan.people_rules[name]} from {read_cells} order by 1",
        {"cells": list(cells)},
    )
    warehouse.run(
        f"insert into people_{name} "
        "select unnest($cells::varchar[]), unnest($ids::bigint[]), unnest($broken::tinyint[])",
        {
            "cells": [cell for cell, _, _ in found],
            "ids": list(pseudonymise(plan.people[name], [str(number) for _, number, _ in found])),
            "broken": [broken for _, _, broken in found],
        },
    )


def typed_sql(rows: TextRows, plan: Plan, names: Sequence[str], text: str = "") -> str:
    """SQL of the rows with these columns typed, people by pseudonym, and `issue`: 0, or the code of a broken rule.

    Negative for a row that may be no row at all: it lacks a cell it needs, or begins as the header does. With a
    layout also `newcomer`: whether the row is of a person not in `people_<column>`. `text` is the SQL of the text
    rows where it is not all of them.
    """
    text = text or text_sql(rows)
    columns = {name: f"people_{name}.id" if name in plan.people else plan.cells[name].value for name in names}
    values = "".join(f"{value} as {name}, " for name, value in columns.items())
    line = "line, " if rows.layout is None else ""
    joins = "".join(f"\nleft join people_{name} on people_{name}.cell = {plan.sources[name]}" for name in plan.people)
    whens = " ".join(f"when {wrong} then {code}" for code, (_, _, wrong) in enumerate(plan.issues, start=1))
    issue = f"case {whens} else 0 end" if whens else "0"
    typed = f"select {line}{values}{issue} as broken"
    if rows.layout is None:
        return f"select * exclude (broken), broken as issue from ({typed} from ({text}){joins})"
    lacking = [f"c{place} is null" for place in rows.layout.required]
    suspicious = " or ".join([*lacking, f"c0 = {literal(rows.layout.first_header.strip())}"])
    newcomers = [f"({plan.sources[name]} is not null and people_{name}.id is null)" for name in plan.people]
    issue = "case when broken = 0 then 0 when suspicious then -broken else broken end as issue"
    return f"""
select * exclude (broken, suspicious), {issue}
from ({typed}, {suspicious} as suspicious, {" or ".join(newcomers) or "false"} as newcomer from ({text}){joins})"""


def read(warehouse: Warehouse, rows: TextRows, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query over the text rows; a plain export that cannot be read so is not plain."""
    try:
        return warehouse.rows(sql)
    except NotTabular:
        if rows.layout is None:
            raise
        raise NeedsCare from None
