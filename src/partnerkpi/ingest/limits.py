"""When a file is refused whole although most of its rows could be read."""

from partnerkpi.config.settings import IngestSettings
from partnerkpi.exports.refusal import refused
from partnerkpi.models.dialect import TableRule
from partnerkpi.models.load import OTHER_KIND
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.cells import NOT_A_DATE
from partnerkpi.warehouse.intake import Taken
from partnerkpi.warehouse.ledger import commonest_refusals, rows_of_last_alike

_MANY_REFUSED = "Correct the export or its dialect; [ingest] max_quarantine_share in partnerkpi.toml sets the limit."
_NO_FORMAT = 'Declare the format in a dialect, such as "%m/%d/%Y"; whether day or month comes first is never guessed.'


def check_limits(
    warehouse: Warehouse, place: str, name: str, rule: TableRule, taken: Taken, limits: IngestSettings
) -> None:
    """Raise ExportRefused when too many rows were refused, or when there are far more or fewer than last time.

    Rows of another kind, which the dialect keeps out, are no part of that share: staff in a roster is no mistake. A
    file that has no other rows is refused, though. Call it inside the transaction of the load, so that the refusal
    takes it back.
    """
    data_rows = taken.counts.rows_in_file - taken.counts.non_data
    refusals = commonest_refusals(warehouse, taken.load) if taken.counts.quarantined else []
    others = [(row, rows) for row, rows in refusals if row.rule.endswith(OTHER_KIND)]
    mistakes = [(row, rows) for row, rows in refusals if not row.rule.endswith(OTHER_KIND)]
    meant = data_rows - sum(rows for _, rows in others)
    if others and not meant and limits.max_quarantine_share < 1:
        raise refused(
            place,
            f"none of its {data_rows:,} rows is of the kind {rule.dialect} reads: {others[0][0].rule}",
            line=others[0][0].line,
            now="Export the rows the dialect means, or say in the dialect's `only` which these are.",
        )
    wrong = sum(rows for _, rows in mistakes)
    if wrong > limits.max_quarantine_share * meant:
        column = f"{mistakes[0][0].column}: " if mistakes[0][0].column else ""
        raise refused(
            place,
            f"{wrong:,} of its {meant:,} rows would be refused, mostly for {column}{mistakes[0][0].rule}",
            line=mistakes[0][0].line,
            now=_NO_FORMAT if mistakes[0][0].rule == NOT_A_DATE else _MANY_REFUSED,
        )
    before = rows_of_last_alike(warehouse, name, rule, taken.load)
    factor = limits.row_count_factor
    if before and factor and not before / factor <= data_rows <= before * factor:
        raise refused(
            place,
            f"it has {data_rows:,} rows, and the last file of this kind had {before:,}",
            now="If it is complete, give it another name, or raise [ingest] row_count_factor in partnerkpi.toml.",
        )
