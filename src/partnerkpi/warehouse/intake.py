"""Taking one file's text rows into the facts: typed, quarantined, matched with what is there, and counted."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.models.dialect import ColumnRule, TableRule
from partnerkpi.models.load import RefusedRow, RowCounts
from partnerkpi.models.source_table import Column, Kind, SourceTable
from partnerkpi.warehouse.cells import CellSql, cell_sql, literal
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import fact_columns

Pseudonymise = Callable[[Kind, Sequence[str]], Sequence[int]]


@dataclass(frozen=True)
class TextRows:
    """Data rows as text, structure already checked: a UTF-8 CSV without a header.

    Its first column is the line in the export, then one column for each of `headers` (positions by name).
    `rows` counts them; `refused` are the rows whose structure is wrong; `non_data` the lines that are no rows.
    `groups` names the extra group_* headers among `headers`.
    """

    path: Path
    headers: tuple[str, ...]
    groups: tuple[str, ...]
    rows: int
    refused: tuple[RefusedRow, ...]
    non_data: int

    @property
    def rows_in_file(self) -> int:
        """Everything after the header."""
        return self.rows + len(self.refused) + self.non_data


@dataclass(frozen=True)
class Provenance:
    """What the books keep about a file; `corrects` is the load whose refused rows it brings back, put right."""

    file: str
    path: Path
    sha256: str
    size: int
    rules: str
    loaded_at: dt.datetime
    corrects: int | None = None


@dataclass(frozen=True)
class Taken:
    """What taking a file in did."""

    load: int
    counts: RowCounts
    replaced: int
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True)
class _Plan:
    """The SQL of every column of one load."""

    table: SourceTable
    cells: dict[str, CellSql]
    people: tuple[Column, ...]

    @property
    def facts(self) -> list[str]:
        return [name for name in fact_columns(self.table) if name != "occurrence"]

    @property
    def key(self) -> list[str]:
        if not self.table.key:
            return list(fact_columns(self.table))
        return [self.table.column(name).fact for name in self.table.key]


def take_in(
    warehouse: Warehouse,
    rows: TextRows,
    rule: TableRule,
    provenance: Provenance,
    *,
    pseudonymise: Pseudonymise,
) -> Taken:
    """Take the rows in; call it inside one transaction.

    A row that breaks a rule goes to quarantine; an equal row counts as duplicate, an earlier row with the same
    natural key as superseded. Rows the facts have already stay as they are; rows of earlier loads that the file
    replaces move to the table's history. Raises RuntimeError, our bug, when the rows do not add up.
    """
    plan = _plan(rows, rule)
    load = int(warehouse.value("select coalesce(max(load_id), 0) + 1 from loads"))
    _stage(warehouse, rows, plan)
    _pseudonymise(warehouse, plan, pseudonymise)
    quarantined = _quarantine(warehouse, plan, load, rows.refused)
    duplicate, superseded = _rank(warehouse, plan)
    unchanged, replaced = _replace(warehouse, plan, rule, load)
    loaded = _insert(warehouse, plan, load)
    counts = RowCounts(rows.rows_in_file, loaded, unchanged, superseded, duplicate, quarantined, rows.non_data)
    if not counts.balanced:
        raise RuntimeError(f"rows do not add up: {counts}")
    first_day, last_day = _days(warehouse, plan)
    taken = Taken(load, counts, replaced, first_day, last_day)
    _book(warehouse, taken, rule, provenance)
    warehouse.run("drop table staged; drop table kept; drop table ended")
    return taken


def _plan(rows: TextRows, rule: TableRule) -> _Plan:
    positions = {header: index for index, header in enumerate(rows.headers)}
    cells: dict[str, CellSql] = {}
    rules = {column_rule.column: column_rule for column_rule in rule.columns}
    for column in rule.table.columns:
        column_rule, cell = _found(rules.get(column.name), positions)
        cells[column.fact] = cell_sql(column, column_rule, cell)
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
    people = tuple(c for c in rule.table.columns if c.kind in (Kind.STUDENT, Kind.STAFF))
    return _Plan(rule.table, cells, people)


def _found(rule: ColumnRule | None, positions: dict[str, int]) -> tuple[ColumnRule | None, str]:
    """The rule with the SQL of its cell; without the rule when the export lacks an optional column."""
    if rule is None or not rule.headers:
        return rule, "null"
    header = next((name for name in rule.headers if name in positions), None)
    return (None, "null") if header is None else (rule, f"c{positions[header]}")


def _stage(warehouse: Warehouse, rows: TextRows, plan: _Plan) -> None:
    """Temporary table `staged`: line, issue (0 is fine), typed columns; people still by number, as text."""
    columns = ", ".join(f"'t{index}': 'varchar'" for index in range(len(rows.headers)))
    trimmed = "".join(f",\n    nullif(trim(t{index}), '') as c{index}" for index in range(len(rows.headers)))
    values = "".join(f",\n  {cell.value} as {name}" for name, cell in plan.cells.items())
    separator = ", " if columns else ""
    warehouse.run(f"""
create or replace temp table staged as
select line, {_issue_case(plan)} as issue{values}
from (
  select cast(line as bigint) as line{trimmed}
  from read_csv(
    {literal(str(rows.path))}, columns = {{'line': 'varchar'{separator}{columns}}}, auto_detect = false,
    header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', max_line_size = 16000000
  )
)""")


def _issues(plan: _Plan) -> list[tuple[str, str, str]]:
    """Every rule of the load: column, name of the rule, SQL condition; the position plus one is its code."""
    return [(name, rule, condition) for name, cell in plan.cells.items() for condition, rule in cell.refusals]


def _issue_case(plan: _Plan) -> str:
    whens = " ".join(f"when {issue[2]} then {code}" for code, issue in enumerate(_issues(plan), start=1))
    return f"case {whens} else 0 end" if whens else "0"


def _pseudonymise(warehouse: Warehouse, plan: _Plan, pseudonymise: Pseudonymise) -> None:
    """Replace every number of a person by its pseudonym; the numbers themselves never reach a stored table."""
    for column in plan.people:
        name = column.fact
        # Also of rows that are refused for another column: whose they are decides what they leave untouched.
        found = warehouse.rows(f"select distinct {name} from staged where {name} is not null order by 1")
        numbers = [str(row[0]) for row in found]
        warehouse.run(
            "create or replace temp table pseudonyms as "
            "select unnest($numbers::varchar[]) as number, unnest($ids::bigint[]) as id",
            {"numbers": numbers, "ids": list(pseudonymise(column.kind, numbers))},
        )
        warehouse.run(f"""
create or replace temp table staged as
select s.* replace (p.id as {name}) from staged as s left join pseudonyms as p on s.{name} = p.number""")
        warehouse.run("drop table pseudonyms")


def _quarantine(warehouse: Warehouse, plan: _Plan, load: int, refused: Sequence[RefusedRow]) -> int:
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


def _plain_name(plan: _Plan, fact: str) -> str:
    return next(column.name for column in plan.table.columns if column.fact == fact)


def _row(alias: str, names: Sequence[str]) -> str:
    return "row(" + ", ".join(f"{alias}.{name}" for name in names) + ")"


def _rank(warehouse: Warehouse, plan: _Plan) -> tuple[int, int]:
    """Temporary table `kept`: of the good rows with one natural key the last. Counts duplicates, superseded."""
    facts = ", ".join(plan.facts)
    if not plan.table.key:
        warehouse.run(f"""
create or replace temp table kept as
select {facts}, cast(row_number() over (partition by {facts} order by line) as integer) as occurrence
from staged where issue = 0""")
        return 0, 0
    key = ", ".join(plan.key)
    good = "(select * from staged where issue = 0)"
    repeated = warehouse.value(f"select count(*) from (select 1 from {good} group by {key} having count(*) > 1)")
    if not repeated:
        warehouse.run(f"create or replace temp table kept as select {facts} from staged where issue = 0")
        return 0, 0
    warehouse.run(f"""
create or replace temp table ranked as
select *, max(line) over (partition by {key}) as last_line from {good}""")
    same_key = " and ".join(f"l.{name} = e.{name}" for name in plan.key)
    same_row = f"{_row('l', plan.facts)} is not distinct from {_row('e', plan.facts)}"
    duplicate, superseded = warehouse.rows(f"""
select count(*) filter (where {same_row}), count(*) filter (where not {same_row})
from ranked as e join ranked as l on {same_key} and l.line = l.last_line
where e.line < e.last_line""")[0]
    warehouse.run(f"create or replace temp table kept as select {facts} from ranked where line = last_line")
    warehouse.run("drop table ranked")
    return int(duplicate), int(superseded)


def _replace(warehouse: Warehouse, plan: _Plan, rule: TableRule, load: int) -> tuple[int, int]:
    """Move facts the file replaces to history; of `kept` drop what the facts have already. Counts both."""
    table, key, columns = plan.table.name, plan.key, list(fact_columns(plan.table))
    names = ", ".join(columns)
    same_key = " and ".join(f"c.{name} = k.{name}" for name in key)
    if not plan.table.key:
        same_key = f"{_row('c', columns)} is not distinct from {_row('k', columns)}"
    same_row = f"{_row('c', columns)} is not distinct from {_row('k', columns)}"
    parts = [f"select c.rowid as id from {table} as c join kept as k on {same_key} where not {same_row}"]
    if rule.slice or rule.span:
        parts.append(_left_out(plan, rule, same_key))
    warehouse.run(f"create or replace temp table ended as {' union '.join(parts)}")
    warehouse.run(
        f"insert into {table}_history "
        f"select {names}, load_id, $load from {table} where rowid in (select id from ended)",
        {"load": load},
    )
    warehouse.run(f"delete from {table} where rowid in (select id from ended)")
    before = int(warehouse.value("select count(*) from kept"))
    warehouse.run(
        f"create or replace temp table kept as select k.* from kept as k anti join {table} as c on {same_key}"
    )
    unchanged = before - int(warehouse.value("select count(*) from kept"))
    return unchanged, int(warehouse.value("select count(*) from ended"))


def _left_out(plan: _Plan, rule: TableRule, same_key: str) -> str:
    """Facts in a slice the file speaks for that it no longer has.

    A row that the file has but that was refused is still there: the fact of an earlier load stays.
    """
    slices = [plan.table.column(name).fact for name in rule.slice]
    ends = f", min({rule.span}) as first_value, max({rule.span}) as last_value" if rule.span else ""
    grouped = f"select {', '.join(slices) or '1 as everything'}{ends} from kept"
    if slices:
        grouped += f" group by {', '.join(slices)}"
    inside = [f"c.{name} = s.{name}" for name in slices]
    inside += [f"c.{rule.span} between s.first_value and s.last_value"] if rule.span else []
    present = "staged" if plan.table.key else "kept"
    return f"""
select c.rowid as id from {plan.table.name} as c
semi join ({grouped}) as s on {" and ".join(inside)}
anti join {present} as k on {same_key}"""


def _insert(warehouse: Warehouse, plan: _Plan, load: int) -> int:
    names = ", ".join(fact_columns(plan.table))
    warehouse.run(f"insert into {plan.table.name} ({names}, load_id) select {names}, $load from kept", {"load": load})
    return int(warehouse.value("select count(*) from kept"))


def _days(warehouse: Warehouse, plan: _Plan) -> tuple[dt.date | None, dt.date | None]:
    if not plan.table.day:
        return None, None
    day = plan.table.column(plan.table.day).fact
    first, last = warehouse.rows(f"select min({day}), max({day}) from staged where issue = 0")[0]
    return first, last


def _book(warehouse: Warehouse, taken: Taken, rule: TableRule, provenance: Provenance) -> None:
    counts = taken.counts
    warehouse.run(
        """
insert into loads values (
  $load, $file, $path, $corrects, $sha256, $bytes, $rules, $dialect, $source_table, $loaded_at, $rows_in_file, $loaded,
  $unchanged, $superseded, $duplicate, $quarantined, $non_data, $replaced, $first_day, $last_day, null
)""",
        {
            "load": taken.load,
            "file": provenance.file,
            "path": str(provenance.path),
            "corrects": provenance.corrects,
            "sha256": provenance.sha256,
            "bytes": provenance.size,
            "rules": provenance.rules,
            "dialect": rule.dialect,
            "source_table": rule.table.name,
            "loaded_at": provenance.loaded_at,
            "rows_in_file": counts.rows_in_file,
            "loaded": counts.loaded,
            "unchanged": counts.unchanged,
            "superseded": counts.superseded,
            "duplicate": counts.duplicate,
            "quarantined": counts.quarantined,
            "non_data": counts.non_data,
            "replaced": taken.replaced,
            "first_day": taken.first_day,
            "last_day": taken.last_day,
        },
    )
