"""What a file would be taken for, and why: its dialect, what each column is read from, and what comes close."""

from dataclasses import dataclass
from pathlib import Path

from partnerkpi.dialects.recognise import NearMiss, Recognised, near_misses
from partnerkpi.errors import ExportRefused
from partnerkpi.exports.decode import SAYS_ITSELF, encoding_of
from partnerkpi.exports.find import exports_in, find_export
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import printable, refused
from partnerkpi.exports.rows import Header, rows_below
from partnerkpi.exports.workbook import sheets
from partnerkpi.ingest.understand import NotUnderstood, look_at
from partnerkpi.models.caps import Caps
from partnerkpi.models.dialect import ColumnRule, Dialect
from partnerkpi.models.source_table import Kind, SourceTable

_NEAR = 5
_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe", "": "workbook"}


@dataclass(frozen=True)
class ColumnOrigin:
    """Where a column of the source table comes from in this file, and how its cells are read, in words."""

    column: str
    headings: tuple[str, ...]
    value: str | None
    required: bool
    reading: str


@dataclass(frozen=True)
class Near:
    """A dialect's table that the header is close to, with the headings it lacks.

    `lines` would make up for renamed ones: they belong on top of the workspace's dialects/<dialect>.toml.
    """

    dialect: str
    table: str
    lacks: tuple[str, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What would become of a file. Of one that would not be read only `near`, `reason`, `where` and `advice` tell.

    `absent` are columns the dialect could read and the file does not have, `ignored` headings that nobody reads,
    `only` the conditions under which a row is taken.
    """

    file: str
    read: bool
    dialect: str = ""
    table: str = ""
    header_line: int = 0
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[ColumnOrigin, ...] = ()
    absent: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    reason: str = ""
    where: str = ""
    advice: str = ""


def explain(path: Path, dialects: dict[str, Dialect], caps: Caps) -> list[Explanation]:
    """What the file, or each export of an archive, would be taken for.

    Rows are not looked at, but there must be one below the header. Raises InputMissing when there is no such file.
    """
    try:
        members = exports_in(path, caps).names
    except ExportRefused as error:
        return [_refused(path.name, error)]
    return [_explain_member(path, member, dialects, caps) for member in members]


def _explain_member(path: Path, member: str, dialects: dict[str, Dialect], caps: Caps) -> Explanation:
    name = f"{path.name}/{printable(member)}" if member else path.name
    rules = [rule for dialect in dialects.values() for rule in dialect.tables]
    near: tuple[Near, ...] = ()
    try:
        export = _one_table(find_export(path, caps, member))
        found = look_at(export, rules)
        if isinstance(found, NotUnderstood):
            near = _told(found.near, tuple(proposal.line for proposal in found.proposals))
            raise found.refusal
        encoding = found.encoding
        if encoding not in SAYS_ITSELF:
            encoding, _ = encoding_of(export, dialects[found.header.match.rule.dialect].encoding)
        if not list(rows_below(export, encoding, found.header, 1)):
            raise refused(export.place, "this is not a complete export: there is nothing below the header")
    except ExportRefused as error:
        return _refused(name, error, near)
    return _explained(name, encoding, found.header, _told(near_misses(found.header.cells, rules)))


def _refused(name: str, error: ExportRefused, near: tuple[Near, ...] = ()) -> Explanation:
    reason = error.what.replace("was not taken in", "would not be taken in")
    return Explanation(name, read=False, near=near, reason=reason, where=error.where, advice=error.now)


def _one_table(export: Export) -> Export:
    if any(sheet.corrects is not None for sheet in sheets(export)):
        raise refused(
            export.place,
            "it is a workbook of refused rows, which is read by the dialects of their loads",
            now=f"Take it in: partnerkpi ingest {export.path.name}",
        )
    return export


def _told(near: tuple[NearMiss, ...], lines: tuple[str, ...] = ()) -> tuple[Near, ...]:
    return tuple(
        Near(
            miss.rule.dialect,
            miss.rule.table.name,
            tuple(miss.rule.spelled(need.headers[0]) for need in miss.lacking),
            lines if place == 0 else (),
        )
        for place, miss in enumerate(near[:_NEAR])
    )


def _explained(name: str, encoding: str, header: Header[Recognised], near: tuple[Near, ...]) -> Explanation:
    match, rule = header.match, header.match.rule
    spelled = {found: header.cells[place] for found, place in zip(match.headers, match.positions, strict=True)}
    order = [column.name for column in rule.table.columns]
    columns = sorted(rule.columns, key=lambda column: order.index(column.column))
    origins = [_origin(rule.table, column, match, spelled) for column in columns]
    there = [origin for origin in origins if origin.headings or origin.value is not None]
    there += [ColumnOrigin(group, (spelled[group],), None, False, "a group for breakdowns") for group in match.groups]
    return Explanation(
        name,
        read=True,
        dialect=rule.dialect,
        table=rule.table.name,
        header_line=header.line,
        encoding=encoding or "workbook",
        delimiter=_DELIMITERS[header.delimiter],
        columns=tuple(there),
        absent=tuple(origin.column for origin in origins if origin not in there),
        ignored=tuple(cell for place, cell in enumerate(header.cells) if cell and place not in match.positions),
        only=tuple(_condition(headers, words, spelled) for headers, words in rule.only),
        near=near,
    )


def _origin(table: SourceTable, rule: ColumnRule, match: Recognised, spelled: dict[str, str]) -> ColumnOrigin:
    first = [spelled[name] for name in rule.headers if name in spelled][:1]
    headings = (*first, *(spelled[match.headers[place]] for place in rule.places))
    column = table.column(rule.column)
    value = None if headings else rule.value
    reading = _reading(column.kind, rule) if headings else ""
    return ColumnOrigin(rule.column, headings, value, column.required or rule.required, reading)


def _reading(kind: Kind, rule: ColumnRule) -> str:
    """How a cell is read, in words."""
    said = []
    if rule.places:
        said.append("joined" if not rule.between.strip() else f"joined by {rule.between}")
    if rule.part:
        said.append("only a part of the cell counts")
    if rule.words:
        said.append(f"{len(rule.words)} words")
    if kind is Kind.DATE and not rule.words and (rule.formats or not rule.unit):
        said.append(f"dates as {' or '.join(rule.formats or ('%Y-%m-%d',))}")
    if rule.unit:
        said.append(f"in {rule.unit}")
    if rule.width:
        said.append(f"padded to {rule.width} digits")
    if rule.blank is not None:
        said.append(f"blank means {rule.blank or 'empty'}")
    return ", ".join(said)


def _condition(headers: tuple[str, ...], words: tuple[str, ...], spelled: dict[str, str]) -> str:
    name = next(spelled[header] for header in headers if header in spelled)
    return f"{name} is {' or '.join(word or 'blank' for word in words) or 'filled'}"
