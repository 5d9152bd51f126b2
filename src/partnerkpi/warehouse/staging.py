"""Text rows to typed rows: what a file's rows are, how each column is read, and whose they are."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from partnerkpi.models.dialect import ColumnRule, TableRule
from partnerkpi.models.load import OTHER_KIND, RefusedRow
from partnerkpi.models.piece import Piece
from partnerkpi.models.source_table import Kind, SourceTable
from partnerkpi.warehouse.cells import CellSql, cell_sql, literal, quick_cell_sql
from partnerkpi.warehouse.connection import NotTabular, Warehouse
from partnerkpi.warehouse.facts import default_of
from partnerkpi.warehouse.pieces import piped

# Of these each thread holds several; a line longer than one is not plain.
_BUFFER = 8_000_000

# In place of the rule that the number of a person breaks, for a cell with nothing but spaces.
BLANK = 100

Pseudonymise = Callable[[Kind, Sequence[str]], Sequence[int]]


class NeedsCare(Exception):
    """A file that the database read itself is not as plain as it seemed; it must be read with care instead."""


@dataclass(frozen=True)
class Layout:
    """How the database reads a plain export itself: in which pieces, and the places of the columns it needs.

    `pieces` are all lines after the header. `required` are the places, counted from 0, of those that a row needs,
    `first_header` is the heading of the first. `ascii` says that there is no other character in the file. `no_data`
    tells which of some lines, refused as rows, are no rows at all.
    """

    delimiter: str
    pieces: tuple[Piece, ...]
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
    `quick` is for rows with a layout, of which most are good: a row that breaks a rule in `cells` meets one of its
    conditions, and hardly any other row does; it is over the columns that `first_look` gives, `q_<column>`.
    `keys` are the columns as they stand in the file, as which `people_<column>` has them, `sources` the same trimmed.
    """

    table: SourceTable
    cells: dict[str, CellSql]
    quick: dict[str, CellSql]
    first_look: dict[str, str]
    sources: dict[str, str]
    keys: dict[str, str]
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
    quick: dict[str, CellSql] = {}
    first_look: dict[str, str] = {}
    sources: dict[str, str] = {}
    keys: dict[str, str] = {}
    rules = {column_rule.column: column_rule for column_rule in rule.columns}
    for column in rule.table.columns:
        column_rule, place = _found(rules.get(column.name), positions)
        trimmed = "null" if place is None else f"c{place}"
        raw = trimmed if rows.layout is None or place is None else f"t{rows.layout.positions[place]}"
        source = trimmed if raw == trimmed else f"nullif(trim({raw}), '')"
        sources[column.fact], keys[column.fact] = source, raw
        cells[column.fact] = cell_sql(column, column_rule, source)
        looked, quick[column.fact] = quick_cell_sql(column, column_rule, trimmed, raw, f"q_{column.fact}")
        first_look[f"q_{column.fact}"] = looked
    if rule.exit_is_last_day and "exit_date" in cells:
        for kind in (cells, quick):
            exit_date = kind["exit_date"]
            kind["exit_date"] = CellSql(f"cast({exit_date.value} + interval 1 day as date)", exit_date.refusals)
    people_rules = {}
    for column in [column for column in rule.table.columns if column.kind in (Kind.STUDENT, Kind.STAFF)]:
        name, source = column.fact, sources[column.fact]
        people_rules[name] = _once_for_each(cells, name, source)
        blank = (
            f"{keys[name]} is null or " if (f"{source} is null") in [wrong for wrong, _ in cells[name].refusals] else ""
        )
        quick[name] = CellSql(
            cells[name].value, ((f"{blank}people_{name}.broken <> 0", ""),) if source != "null" else ()
        )
    # What a row is comes before what is wrong with it.
    first = rule.table.columns[0].fact
    for kind in (cells, quick):
        kind[first] = CellSql(kind[first].value, (*_other_kinds(rule, positions), *kind[first].refusals))
        if rule.table.groups:
            names = ", ".join(literal(name) for name in rows.groups)
            values = ", ".join(f"coalesce(c{positions[name]}, '')" for name in rows.groups)
            kind["groups"] = CellSql(f"map([{names}]::varchar[], [{values}]::varchar[])", ())
    return Plan(rule.table, cells, quick, first_look, sources, keys, people_rules)


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


def _found(rule: ColumnRule | None, positions: dict[str, int]) -> tuple[ColumnRule | None, int | None]:
    """The rule with the place of its cell; without the rule when the export lacks an optional column."""
    if rule is None or not rule.headers:
        return rule, None
    place = next((positions[name] for name in rule.headers if name in positions), None)
    return (None, None) if place is None else (rule, place)


def _text_sql(rows: TextRows, pipes: Iterable[tuple[str, Piece]] = ()) -> str:
    """SQL of the text rows: their `line`, and the trimmed cells as c0, c1, ..., null when blank.

    With a layout also the cells as they stand in the file, as t0, t1, ..., of which those that a row does not need are
    null when empty; `pipes` are then the pieces to read, each
    with the name under which the database finds it.
    """
    layout = rows.layout
    if layout is None:
        names = ["line", *(f"t{place}" for place in range(len(rows.headers)))]
        read_all = _read_csv(
            str(rows.path), names, "delim = ',', quote = '\"', escape = '\"', max_line_size = 16000000"
        )
        cells = [f"{_trimmed(f't{place}', plain=False)} as c{place}" for place in range(len(rows.headers))]
        return f"select {', '.join(['cast(line as bigint) as line', *cells])} from {read_all}"
    names = [f"t{place}" for place in range(layout.width)]
    # Without quotes there is nothing to escape. One cell too many is overlooked where it is null: here no cell is.
    form = f"delim = {literal(layout.delimiter)}, quote = '', escape = '', nullstr = '\"', null_padding = false"
    form += f", buffer_size = {_BUFFER}"
    # What comes out of a pipe is read by one thread, in its order.
    numbered = "\nunion all\n".join(
        f"select row_number() over () + {piece.line - 1} as line, * from {_read_csv(name, names, form)}"
        for name, piece in pipes
    )
    cells = [f"{_trimmed(f't{place}', plain=layout.ascii)} as c{index}" for index, place in enumerate(layout.positions)]
    # A blank in a column that a row needs is found where its value is missing, without a look at every cell.
    needed = {layout.positions[place] for place in layout.required}
    places = [
        f"t{place}" if place in needed else f"nullif(t{place}, '') as t{place}" for place in set(layout.positions)
    ]
    return f"select *, {', '.join(cells)} from (select {', '.join(['line', *places])} from (\n{numbered}\n))"


def _read_csv(path: str, names: Sequence[str], form: str) -> str:
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    return f"read_csv({literal(path)}, columns = {{{columns}}}, auto_detect = false, header = false, {form})"


def _trimmed(cell: str, *, plain: bool) -> str:
    trimmed = f"nullif(trim({cell}), '')"
    # Trimming looks at every character; in plain ASCII the two at the ends tell whether there is anything to trim. What
    # begins with a space, and nothing at all, comes before the first sign there is.
    return f"case when {cell} < '!' or ends_with({cell}, ' ') then {trimmed} else {cell} end" if plain else trimmed


def survey(
    warehouse: Warehouse, rows: TextRows, plan: Plan, pseudonymise: Pseudonymise, *, days: bool
) -> tuple[dt.date | None, dt.date | None]:
    """Temporary table `people_<column>` for each column of people; and, when asked, the first and last day in the file.

    With the cell as it stands in the file, the pseudonym, and the place of the rule that the number breaks. Also of
    rows that are refused for another column: whose they are decides what they leave untouched, and so do their days.
    """
    found_days: list[dt.date] = []
    day = plan.cells[plan.table.day_column].value if days and plan.table.day else "null"
    for name in plan.people:
        read(warehouse, rows, partial(_named, plan, name, day))
        ends = warehouse.rows("select min(first_day), max(last_day) from named")[0]
        found_days += [end for end in ends if end is not None]
        forget_people(warehouse, name)
        add_people(warehouse, plan, name, "named", pseudonymise)
    return min(found_days, default=None), max(found_days, default=None)


def _named(plan: Plan, name: str, day: str, text: str) -> str:
    return f"create or replace temp table named as {people_sql(plan, name, text, day=day)}"


def people_sql(plan: Plan, name: str, text: str, *, day: str) -> str:
    """SQL of whom text rows name in a column: each `cell` once, as it stands there, with the first and the last day."""
    cell = plan.keys[name]
    ends = f"min({day}) as first_day, max({day}) as last_day"
    return f"select {cell} as cell, {ends} from ({text}) where {cell} is not null group by {cell}"


def forget_people(warehouse: Warehouse, name: str) -> None:
    """Temporary table `people_<name>`, empty."""
    warehouse.run(f"create or replace temp table people_{name} (cell varchar, id bigint, broken tinyint)")


def add_people(warehouse: Warehouse, plan: Plan, name: str, named: str, pseudonymise: Pseudonymise) -> None:
    """Put people into `people_<name>` by the cells that name them; `named` is a table with each `cell` once.

    A blank that is not empty names nobody; where somebody has to be named it breaks a rule.
    """
    source = plan.sources[name]
    blank = BLANK if f"{source} is null" in [wrong for wrong, _ in plan.cells[name].refusals] else 0
    warehouse.run(f"""
create or replace temp table coming as
select {plan.keys[name]} as cell, {plan.cells[name].value} as number,
  case when {source} is null then {blank} else {plan.people_rules[name]} end as broken
from (select cell as {plan.keys[name]} from {named})""")
    numbers = warehouse.rows("select rowid, number from coming where number is not null")
    ids = pseudonymise(plan.people[name], [str(number) for _, number in numbers])
    warehouse.run(
        f"""
insert into people_{name}
select c.cell, p.id, c.broken
from coming as c
left join (select unnest($places::bigint[]) as place, unnest($ids::bigint[]) as id) as p on p.place = c.rowid""",
        {"places": [place for place, _ in numbers], "ids": list(ids)},
    )
    warehouse.run("drop table coming")


def typed_sql(rows: TextRows, plan: Plan, names: Sequence[str], text: str) -> str:
    """SQL of text rows with their `line`, these columns typed, people by pseudonym, and `issue`: 0 for a good row.

    Else it is the code of the broken rule, negative for a row that may be no row at all; null for one that is good but
    begins as the header does, which only reading with care can tell. With a layout also `newcomer`: whether the row is
    of a person not in `people_<column>`. `text` is SQL of the text rows.
    """
    cells = plan.cells if rows.layout is None else plan.quick
    columns = {name: f"people_{name}.id" if name in plan.people else cells[name].value for name in names}
    values = "".join(f"{value} as {name}, " for name, value in columns.items())
    joins = "".join(f"\nleft join people_{name} on people_{name}.cell = {plan.keys[name]}" for name in plan.people)
    if rows.layout is None:
        return f"select line, {values}{_broken(plan)} as issue from ({text}){joins}"
    looks = "".join(f", {sql} as {name}" for name, sql in plan.first_look.items())
    newcomers = [f"({plan.keys[name]} is not null and people_{name}.broken is null)" for name in plan.people]
    # Most rows are good, and of them no more is worked out than that nothing speaks against them. In a CASE, and only
    # there, the database does not work out beforehand what is seldom needed.
    broken, again = _broken(plan), f"t{rows.layout.positions[0]} = {literal(rows.layout.first_header)}"
    unclear = f"case when {again} then nullif({broken}, 0) else {broken} end"
    issue = f"case when {_suspect(plan)} or {again} then {_suspicion(rows.layout)} * ({unclear}) else 0 end"
    return f"""
select line, {values}cast({issue} as integer) as issue, {" or ".join(newcomers) or "false"} as newcomer
from (select *{looks} from ({text})){joins}"""


def _suspicion(layout: Layout) -> str:
    """-1 for a row that may be no row at all: it lacks a cell it needs, or begins as the header does; else 1."""
    trimmed = [f"nullif(trim(t{place}), '')" for place in layout.positions]
    suspicious = [f"{trimmed[place]} is null" for place in layout.required]
    suspicious.append(f"{trimmed[0]} = {literal(layout.first_header.strip())}")
    return f"(case when {' or '.join(suspicious)} then -1 else 1 end)"


def _suspect(plan: Plan) -> str:
    """Whether a row of a plain file may break a rule; null, which is as good as no, where nothing is known of that."""
    return " or ".join(f"({wrong})" for cell in plan.quick.values() for wrong, _ in cell.refusals) or "false"


def _broken(plan: Plan) -> str:
    whens = " ".join(f"when {wrong} then {code}" for code, (_, _, wrong) in enumerate(plan.issues, start=1))
    return f"case {whens} else 0 end" if whens else "0"


def read(
    warehouse: Warehouse, rows: TextRows, sql: Callable[[str], str], pieces: Sequence[Piece] | None = None
) -> list[tuple[Any, ...]]:
    """Rows of a query over the text rows; `sql` makes it from SQL of these, which it may use once.

    Of a plain export only some `pieces` may be read. Raises NeedsCare when it cannot be read so.
    """
    layout = rows.layout
    if layout is None:
        return warehouse.rows(sql(_text_sql(rows)))
    try:
        with (
            piped(rows.path, layout.pieces if pieces is None else pieces) as pipes,
            warehouse.reading_long_files(lambda: pipes.share),
        ):
            return warehouse.rows(sql(_text_sql(rows, zip(pipes.names, pipes.pieces, strict=True))))
    except (NotTabular, OSError):
        raise NeedsCare from None
