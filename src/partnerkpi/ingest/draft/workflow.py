"""From an export that no dialect knows to the draft of one."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from partnerkpi.config.toml_file import nearest
from partnerkpi.dialects.files import is_open
from partnerkpi.dialects.vocabulary import vocabulary
from partnerkpi.errors import UsageError
from partnerkpi.exports.find import SUFFIXES, exports_in, find_export
from partnerkpi.exports.members import Export
from partnerkpi.files import write_private
from partnerkpi.ingest.draft.match import TableMatch, matching_tables
from partnerkpi.ingest.draft.survey import Survey, no_draft, survey
from partnerkpi.ingest.draft.text import draft_text
from partnerkpi.ingest.understand import NotUnderstood, look_at
from partnerkpi.models.caps import Caps
from partnerkpi.models.dialect import Dialect
from partnerkpi.models.source_table import SOURCE_TABLES, SourceTable
from partnerkpi.warehouse import scratch

_COVERED = 0.5
_ALSO = 2
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Draft:
    """A draft: its text, the lines to settle in it, and where it belongs.

    `instead` are lines that would make a dialect there is read the file.
    """

    path: Path
    text: str
    to_settle: tuple[int, ...]
    instead: tuple[str, ...]


@dataclass(frozen=True)
class DraftOptions:
    """The id of the dialect and its source table, where they are not to be found out."""

    id: str | None = None
    table: str | None = None


def draft_dialect(
    file: Path, folder: Path, dialects: Mapping[str, Dialect], options: DraftOptions, caps: Caps
) -> Draft:
    """The draft of a dialect for the export, to be written into `folder`.

    Raises UsageError when a dialect reads the export already, or the id is taken; ExportRefused when there is no
    header in it, or nothing that could be a source table.
    """
    name, tables = _free_id(file, dialects, options.id), _tables(options.table)
    rules = [rule for dialect in dialects.values() for rule in dialect.tables]
    export = _only_export(file, caps)
    read = look_at(export, rules)
    if not isinstance(read, NotUnderstood):
        rule = read.header.match.rule
        raise UsageError(
            f"This export is read already, as {rule.dialect} {rule.table.name}.",
            where=str(file),
            now=f"See how: partnerkpi dialect check {file}",
        )
    if read.draft:
        raise read.refusal
    known = vocabulary(rules)
    found = survey(export, tuple({heading for names in known.headings.values() for heading in names}))
    with scratch() as warehouse:
        match, *others = matching_tables(warehouse, found, known, tables)
    _check_coverage(file, match)
    thinkable = dict.fromkeys(other.table.name for other in others if other.coverage >= _COVERED)
    also = [name for name in thinkable if name != match.table.name][:_ALSO]
    text = draft_text(name, found, match, shape=_shape(found, match), also=also)
    to_settle = tuple(number for number, line in enumerate(text.splitlines(), start=1) if is_open(line))
    return Draft(folder / f"{name}.toml", text, to_settle, tuple(each.line for each in read.proposals))


def _only_export(file: Path, caps: Caps) -> Export:
    members = exports_in(file, caps).names
    if len(members) != 1:
        raise no_draft(file, f"there are {len(members)} exports in it", now="Unpack it, and name one of them.")
    return find_export(file, caps, members[0])


def write_draft(draft: Draft) -> None:
    """Put the draft where it belongs; raises UsageError rather than replace a file."""
    if draft.path.exists():
        raise _taken(draft.path.stem)
    write_private(draft.path, draft.text.encode())


def _free_id(file: Path, dialects: Mapping[str, Dialect], wanted: str | None) -> str:
    stem = file.name.lower()
    for suffix in SUFFIXES:
        stem = stem.removesuffix(suffix)
    name = wanted or re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    if wanted is None and not _ID.fullmatch(name):
        name = f"export_{name}".rstrip("_")
    if not _ID.fullmatch(name):
        raise UsageError(
            f"{name} cannot be the id of a dialect.", where="--id", now="Use small letters, digits and underscores."
        )
    if name in dialects:
        raise _taken(name)
    return name


def _tables(wanted: str | None) -> list[SourceTable]:
    if wanted is None:
        return list(SOURCE_TABLES.values())
    if wanted not in SOURCE_TABLES:
        raise UsageError(
            f"There is no source table called {wanted}{nearest(wanted, list(SOURCE_TABLES))}.",
            where="--table",
            now=f"Name one of these: {', '.join(SOURCE_TABLES)}",
        )
    return [SOURCE_TABLES[wanted]]


def _taken(name: str) -> UsageError:
    return UsageError(
        f"There is a dialect called {name} already.", where="--id", now="Choose another id: --id our_attendance"
    )


def _check_coverage(file: Path, match: TableMatch) -> None:
    if match.coverage >= _COVERED and any(column.heading for column in match.columns if column.column.required):
        return
    lacking = [column.column.name for column in match.columns if column.column.required and not column.heading]
    raise no_draft(
        file,
        f"its columns make no source table; the closest is {match.table.name}, which lacks {', '.join(lacking)}",
        now=f"What each source table needs is in docs/exports.md ({', '.join(SOURCE_TABLES)}).",
    )


def _shape(found: Survey, match: TableMatch) -> str:
    """The shape of attendance, where the rows prove it: one row for a student's day, and most say present."""
    columns = {column.column.name: column for column in match.columns if column.heading}
    if match.table.name != "attendance" or not {"student_number", "date", "status"} <= {*columns}:
        return ""
    places = [found.header.cells.index(columns[name].heading) for name in ("student_number", "date", "status")]
    days = Counter((row[places[0]], row[places[1]]) for _, row in found.rows)
    words = columns["status"].reading.words
    present = {word.cell for word in words if "present" in (word.meaning, word.elsewhere.partition(" ")[0])} or {
        "present"
    }
    here = sum(row[places[2]].strip() in present for _, row in found.rows)
    return "daily" if max(days.values()) == 1 and 2 * here >= len(found.rows) else ""
