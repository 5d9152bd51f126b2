"""Text rows to typed rows: what a file's rows are, how each column is read, and a table of the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partnerkpi.models.dialect import ColumnRule, TableRule
from partnerkpi.models.load import RefusedRow
from partnerkpi.models.source_table import Kind, SourceTable
from partnerkpi.warehouse.cells import CellSql, cell_sql, literal
from partnerkpi.warehouse.connection import Warehouse, WarehouseFault
from partnerkpi.warehouse.schema import fact_columns

Pseudonymise = Callable[[Kind, Sequence[str]], Sequence[int]]


class NeedsCare(Exception):
    """A file that the database read itself is not as plain as it seemed; it must be read with care instead."""


@dataclass(frozen=True)
class Layout:
    """How the database reads a plain export itself: what to skip, and the places of the columns it needs.

    `numbered` counts the lines, which takes longer: for a file with refused or repeated rows. `is_no_data` tells of
    the cells of a refused row whether it is a row at all.
    """

    delimiter: str
    header_lines: int
    width: int
    positions: tuple[int, ...]
    numbered: bool
    is_no_data: Callable[[Sequence[str]], bool]


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
    """The SQL of every column of one load."""

    table: SourceTable
    cells: dict[str, CellSql]
    sources: dict[str, str]

    @property
    def people(self) -> dict[str, Kind]:
        """The columns that name a person and are in the file."""
        found = {column.fact: column.kind for column in self.table.columns}
        return {n: k for n, k in found.items() if k in (Kind.STUDENT, Kind.STAFF) and self.sources[n] != "null"}

    @property
    def facts(self) -> list[str]:
        return [name for name in fact_columns(self.table) if name != "occurrence"]

    @property
    def key(self) -> list[str]:
        if not self.table.key:
            return list(fact_columns(self.table))
        return [self.table.column(name).fact for name in self.table.key]


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
    for headers, words in rule.only:
        for header in [name for name in headers if name in positions]:
            listed = ", ".join(literal(word.lower()) for word in words)
            wrong = f"lower(coalesce(c{positions[header]}, '')) not in ({listed})"
            first = rule.table.columns[0].fact
            found = cells[first]
            cells[first] = CellSql(found.value, (*found.refusals, (wrong, f"{header} is of another kind")))
    if rule.table.groups:
        names = ", ".join(literal(name) for name in rows.groups)
        values = ", ".join(f"coalesce(c{positions[name]}, '')" for name in rows.groups)
        cells["groups"] = CellSql(f"map([{names}]::varchar[], [{values}]::varchar[])", ())
    return Plan(rule.table, cells, sources)


def _found(rule: ColumnRule | None, positions: dict[str, int]) -> tuple[ColumnRule | None, str]:
    """The rule with the SQL of its cell; without the rule when the export lacks an optional column."""
    if rule is None or not rule.headers:
        return rule, "null"
    header = next((name for name in rule.headers if name in positions), None)
    return (None, "null") if header is None else (rule, f"c{positions[header]}")


def _text(rows: TextRows) -> str:
    """SQL of the text rows: `line`, and the trimmed cells as c0, c1, ..., null when blank."""
    if rows.layout is None:
        places: Sequence[int] = range(len(rows.headers))
        names = ["line", *(f"t{place}" for place in places)]
        line, reading = "cast(line as bigint)", "header = false, delim = ',', quote = '\"', escape = '\"'"
    else:
        places = rows.layout.positions
        names = [f"t{place}" for place in range(rows.layout.width)]
        # Without quotes there is nothing to escape; the header is a line like any other, skipped by number.
        line = f"row_number() over () + {rows.layout.header_lines}" if rows.layout.numbered else "0"
        reading = f"delim = {literal(rows.layout.delimiter)}, quote = '', escape = ''"
        reading += f", header = false, skip = {rows.layout.header_lines}, null_padding = false"
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    raw = f",\n    [{', '.join(names)}] as cells" if rows.layout is not None and rows.layout.numbered else ""
    trimmed = raw + "".join(f",\n    nullif(trim(t{place}), '') as c{index}" for index, place in enumerate(places))
    return f"""
  select {line} as line{trimmed}
  from read_csv(
    {literal(str(rows.path))}, columns = {{{columns}}}, auto_detect = false, {reading}, max_line_size = 16000000
  )"""


def find_people(warehouse: Warehouse, rows: TextRows, plan: Plan, pseudonymise: Pseudonymise) -> None:
    """Temporary table `people_<column>` for each column of people: cell as written, and pseudonym.

    Also of rows that are refused for another column: whose they are decides what they leave untouched.
    """
    for name, kind in plan.people.items():
        cell = plan.sources[name]
        distinct = f"select distinct {cell} from ({_text(rows)}) where {cell} is not null"
        found = _read(warehouse, rows, f"select {cell}, {plan.cells[name].value} from ({distinct}) order by 1")
        numbers = [str(number) for _, number in found]
        warehouse.run(
            f"create or replace temp table people_{name} as "
            "select unnest($cells::varchar[]) as cell, unnest($ids::bigint[]) as id",
            {"cells": [str(cell) for cell, _ in found], "ids": list(pseudonymise(kind, numbers))},
        )


def stage(warehouse: Warehouse, rows: TextRows, plan: Plan) -> None:
    """Temporary table `staged`: line, issue (0 is fine), typed columns, people by pseudonym."""
    columns = {name: f"people_{name}.id" if name in plan.people else cell.value for name, cell in plan.cells.items()}
    values = "".join(f",\n  {value} as {name}" for name, value in columns.items())
    joins = "".join(f"\nleft join people_{name} on people_{name}.cell = {plan.sources[name]}" for name in plan.people)
    numbered = rows.layout is not None and rows.layout.numbered
    # What a refused row says is kept for as long as it takes to see whether it is a row at all.
    raw = f", case when {_issue_case(plan)} <> 0 then cells end as raw" if numbered else ""
    typed = f"select line, {_issue_case(plan)} as issue{raw}{values} from ({_text(rows)}){joins}"
    # Lines can be counted only while rows come in the order of the file.
    warehouse.run(f"set preserve_insertion_order = {'true' if numbered else 'false'}")
    _read(warehouse, rows, f"create or replace temp table staged as {typed}")
    warehouse.run("set preserve_insertion_order = false")


def _read(warehouse: Warehouse, rows: TextRows, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query over the text rows; a plain export that cannot be read so is not plain."""
    try:
        return warehouse.rows(sql)
    except WarehouseFault:
        if rows.layout is None:
            raise
        raise NeedsCare from None


def _issues(plan: Plan) -> list[tuple[str, str, str]]:
    """Every rule of the load: column, name of the rule, SQL condition; the position plus one is its code."""
    return [(name, rule, condition) for name, cell in plan.cells.items() for condition, rule in cell.refusals]


def _issue_case(plan: Plan) -> str:
    whens = " ".join(f"when {issue[2]} then {code}" for code, issue in enumerate(_issues(plan), start=1))
    return f"case {whens} else 0 end" if whens else "0"


def quarantine(warehouse: Warehouse, plan: Plan, load: int, refused: Sequence[RefusedRow]) -> int:
    if refused:
        warehouse.run(
            "insert into quarantine select "
            "$load, unnest($lines::bigint[]), unnest($columns::varchar[]), unnest($rules::varchar[]), null",
            {
                "load": load,
                "lines": [row.line for row in refused],
                "columns": [row.column for row in refused],
                "rules": [row.rule for row in refused],
            },
        )
    for code, (name, rule, _) in enumerate(_issues(plan), start=1):
        warehouse.run(
            "insert into quarantine select $load, line, $name, $rule, null from staged where issue = $code",
            {"load": load, "name": _plain_name(plan, name), "rule": rule, "code": code},
        )
    return int(warehouse.value("select count(*) from quarantine where load_id = $load", {"load": load}))


def _plain_name(plan: Plan, fact: str) -> str:
    return next(column.name for column in plan.table.columns if column.fact == fact)
