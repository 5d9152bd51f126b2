"""Whether cells fit a column: asked of the very SQL that reads them when a file is taken in."""

from collections.abc import Sequence
from dataclasses import replace

from partnerkpi.models.dialect import ColumnRule
from partnerkpi.models.source_table import Column
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.cells import cell_sql


def share_read(warehouse: Warehouse, cells: Sequence[str], column: Column, rule: ColumnRule) -> float:
    """The share of the filled cells that the rule reads, from 0 to 1; 0 when none is filled.

    `rule` is taken as if it had one heading: cells of columns joined to it are not known here.
    """
    alone = replace(rule, headers=("c0",), value=None, beside=(), places=())
    refusals = [condition for condition, _ in cell_sql(column, alone, "c0").refusals]
    wrong = " or ".join(f"coalesce({condition}, false)" for condition in refusals) or "false"
    found = warehouse.rows(
        f"select count(*) filter (where not ({wrong})), count(*) "
        "from (select nullif(trim(cell), '') as c0 from unnest($cells::varchar[]) as given(cell)) where c0 is not null",
        {"cells": list(cells)},
    )
    read, filled = found[0]
    return int(read) / int(filled) if filled else 0
