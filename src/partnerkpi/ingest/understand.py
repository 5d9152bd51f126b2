"""What a file is: its encoding, its header, and the dialect and source table they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

from partnerkpi.dialects.recognise import NearMiss, NotRecognised, Recognised, recognise
from partnerkpi.errors import ExportRefused
from partnerkpi.exports.decode import encoding_of
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import refused
from partnerkpi.exports.rows import Header, find_header
from partnerkpi.models.dialect import TableRule


@dataclass(frozen=True)
class Understood:
    """A file that a dialect knows by its header."""

    encoding: str
    header: Header[Recognised]


@dataclass(frozen=True)
class NotUnderstood:
    """A file that no dialect knows: why, and the rules its most promising line is close to, the closest first."""

    refusal: ExportRefused
    near: tuple[NearMiss, ...] = ()


def understand(export: Export, rules: Sequence[TableRule]) -> tuple[str, Header[Recognised]]:
    """The encoding, and the header with the rule that reads it; raises ExportRefused when no dialect knows it."""
    found = look_at(export, rules)
    if isinstance(found, NotUnderstood):
        raise found.refusal
    return found.encoding, found.header


def look_at(export: Export, rules: Sequence[TableRule]) -> Understood | NotUnderstood:
    """What the first lines of a file say; raises ExportRefused when it is no table at all."""
    encoding, _ = encoding_of(export, "latin-1")
    close: list[NotRecognised] = []

    def known(cells: Sequence[str]) -> Recognised | None:
        match = recognise(cells, rules)
        if isinstance(match, NotRecognised):
            close.append(match)
            return None
        return match

    header = find_header(export, encoding, known)
    if header is not None:
        return Understood(encoding, header)
    if not close:
        return NotUnderstood(_unknown(export))
    best = max(close, key=_promise)
    return NotUnderstood(refused(export.place, best.reason, now=best.advice), best.near)


def _promise(line: NotRecognised) -> tuple[float, int]:
    """A header that has all it needs, and yet is not read, comes before one that lacks something."""
    return (line.near[0].share, line.near[0].used) if line.near else (1, 0)


def _unknown(export: Export) -> ExportRefused:
    # The first line may be a student's row: it is not repeated here.
    return refused(
        export.place,
        "none of its first lines is a header that a dialect knows",
        now="Rename the columns as docs/exports.md says, or describe the export in the workspace's `dialects` folder.",
    )
