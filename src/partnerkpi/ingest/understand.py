"""What a file is: its encoding, its header, and the dialect and source table they belong to."""

from collections.abc import Sequence

from partnerkpi.dialects.recognise import NotRecognised, Recognised, recognise
from partnerkpi.exports.decode import encoding_of
from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import refused
from partnerkpi.exports.rows import Header, find_header
from partnerkpi.models.dialect import TableRule


def understand(export: Export, rules: Sequence[TableRule]) -> tuple[str, Header[Recognised]]:
    """The encoding, and the header with the rule that reads it; raises ExportRefused when no dialect knows it."""
    encoding, _ = encoding_of(export, "latin-1")
    near: list[NotRecognised] = []

    def known(cells: Sequence[str]) -> Recognised | None:
        match = recognise(cells, rules)
        if isinstance(match, NotRecognised):
            near.append(match)
            return None
        return match

    header = find_header(export, encoding, known)
    if header is not None:
        return encoding, header
    if near:
        raise refused(export.place, near[0].reason, now=near[0].advice)
    # The first line may be a student's row: it is not repeated here.
    raise refused(
        export.place,
        "none of its first lines is a header that a dialect knows",
        now="Rename the columns as docs/exports.md says, or describe the export in the workspace's `dialects` folder.",
    )
