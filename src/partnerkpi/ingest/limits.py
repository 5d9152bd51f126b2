"""When a file is refused whole although most of its rows could be read."""

from partnerkpi.config.settings import IngestSettings
from partnerkpi.exports.refusal import refused
from partnerkpi.models.dialect import TableRule
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.cells import NOT_A_DATE
from partnerkpi.warehouse.intake import Taken
from partnerkpi.warehouse.ledger import commonest_refusal, rows_of_last_alike

_MANY_REFUSED = "Correct the export or its dialect; [ingest] max_quarantine_share in partnerkpi.toml sets the limit."
_NO_FORMAT = 'Declare the format in a dialect, such as "%m/%d/%Y"; whether day or month comes first is never guessed.'


def check_limits(
    warehouse: Warehouse, place: str, name: str, rule: TableRule, taken: Taken, limits: IngestSettings
) -> None:
    """Raise ExportRefused when too many rows were refused, or when there are far more or fewer than last time.

    Call it inside the transaction of the load, so that the refusal takes it back.
    """
    counts = taken.counts
    data_rows = counts.rows_in_file - counts.non_data
    if data_rows and counts.quarantined > limits.max_quarantine_share * data_rows:
        found = commonest_refusal(warehouse, taken.load)
        column = f"{found.column}: " if found.column else ""
        raise refused(
            place,
            f"{counts.quarantined:,} of its {data_rows:,} rows would be refused, mostly for {column}{found.rule}",
            line=found.line,
            now=_NO_FORMAT if found.rule == NOT_A_DATE else _MANY_REFUSED,
        )
    before = rows_of_last_alike(warehouse, name, rule, taken.load)
    factor = limits.row_count_factor
    if before and factor and not before / factor <= data_rows <= before * factor:
        raise refused(
            place,
            f"it has {data_rows:,} rows, and the last file of this kind had {before:,}",
            now="If it is complete, give it another name, or raise [ingest] row_count_factor in partnerkpi.toml.",
        )
