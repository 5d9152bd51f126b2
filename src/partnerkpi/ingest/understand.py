"""What a file is: its encoding, its header, and the dialect and source table they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

from partnerkpi.dialects.recognise import NearMiss, NotRecognised, Recognised, recognise, what_it_lacks
from partnerkpi.errors import ExportRefused
from partnerkpi.exports.decode import encoding_of
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import refused
from partnerkpi.exports.rows import Header, find_header, rows_below
from partnerkpi.ingest.propose import Proposal, proposals
from partnerkpi.models.dialect import TableRule

_ROWS_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Understood:
    """A file that a dialect knows by its header."""

    encoding: str
    header: Header[Recognised]


@dataclass(frozen=True)
class NotUnderstood:
    """A file that no dialect knows: why, and the rules its most promising line is close to, the closest first.

    `proposals` say which of its headings may stand for what the closest one lacks; `draft` that it fits a dialect
    with open questions.
    """

    refusal: ExportRefused
    near: tuple[NearMiss, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    draft: bool = False


def understand(export: Export, rules: Sequence[TableRule]) -> tuple[str, Header[Recognised]]:
    """The encoding, and the header with the rule that reads it; raises ExportRefused when no dialect knows it."""
    found = look_at(export, rules)
    if isinstance(found, NotUnderstood):
        raise found.refusal
    return found.encoding, found.header


def look_at(export: Export, rules: Sequence[TableRule]) -> Understood | NotUnderstood:
    """What the first lines of a file say; raises ExportRefused when it is no table at all."""
    encoding, _ = encoding_of(export, "latin-1")
    close: list[tuple[NotRecognised, list[str]]] = []

    def known(cells: Sequence[str]) -> Recognised | None:
        match = recognise(cells, rules)
        if isinstance(match, NotRecognised):
            close.append((match, list(cells)))
            return None
        return match

    header = find_header(export, encoding, known)
    if header is not None and header.match.rule.unsettled:
        return NotUnderstood(_draft(export, header.match.rule, header.line), draft=True)
    if header is not None:
        return Understood(encoding, header)
    if not close:
        return NotUnderstood(_unknown(export))
    best, cells = max(close, key=lambda line: _promise(line[0]))
    if not best.near:
        return NotUnderstood(refused(export.place, best.reason, now=best.advice))
    return _nearly(export, encoding, best, cells, rules)


def _promise(line: NotRecognised) -> tuple[float, int]:
    """A header that has all it needs, and yet is not read, comes before one that lacks something."""
    return (line.near[0].share, line.near[0].used) if line.near else (1, 0)


def _nearly(
    export: Export, encoding: str, line: NotRecognised, cells: list[str], rules: Sequence[TableRule]
) -> NotUnderstood:
    """The refusal of a file that lacks a heading or two, with the line that would make up for a renamed one."""
    miss = line.near[0]
    header = find_header(export, encoding, lambda found: True if list(found) == cells else None)
    found = proposals(miss, {} if header is None else _some_cells(export, encoding, header), rules)
    reason = what_it_lacks(miss, {each.stands_for: each.heading for each in found})
    refusal = refused(export.place, reason, now=_advice(miss, found), line=header.line if header else None)
    return NotUnderstood(refusal, line.near, found)


def _some_cells(export: Export, encoding: str, header: Header[bool]) -> dict[str, list[str]]:
    """Some cells of each column, by its heading; none when the file cannot be read that far."""
    try:
        rows = list(rows_below(export, encoding, header, _ROWS_LOOKED_AT))
    except ExportRefused:
        return {}
    return {heading: [cells[place] for _, cells in rows] for place, heading in enumerate(header.cells)}


def _advice(miss: NearMiss, found: Sequence[Proposal]) -> str:
    file = f"dialects/{miss.rule.dialect}.toml in the workspace (make the file if there is none)"
    if not found:
        line = Proposal("its heading here", miss.rule.spelled(miss.lacking[0].headers[0])).line
        return f"Add the column to the export; if it has another heading there, say so on top of {file}: {line}"
    lines = " and ".join(each.line for each in found)
    but = "" if len(found) == len(miss.lacking) else "; the rest the export must bring"
    return f"If {'these are' if len(found) > 1 else 'that is'} right, put on top of {file}: {lines}{but}"


def _draft(export: Export, rule: TableRule, line: int) -> ExportRefused:
    lines = [str(number) for number in rule.unsettled]
    listed = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(lines[:-1])} and {lines[-1]}"
    return refused(
        export.place,
        f"its dialect {rule.dialect} is a draft with {len(lines)} open question{'s' if len(lines) > 1 else ''}",
        line=line,
        now=f'Settle {listed} of dialects/{rule.dialect}.toml in the workspace: write the answer in place of "?".',
    )


def _unknown(export: Export) -> ExportRefused:
    # The first line may be a student's row: it is not repeated here.
    return refused(
        export.place,
        "none of its first lines is a header that a dialect knows",
        now=f"Describe it to the tool: partnerkpi dialect new {export.path.name}; or rename its columns as "
        "docs/exports.md says.",
    )
