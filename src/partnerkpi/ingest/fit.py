"""Whether cells fit a column: asked of the very SQL that reads them when a file is taken in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from partnerkpi.models.dialect import ColumnRule
from partnerkpi.models.source_table import Column
from partnerkpi.warehouse import Warehouse
from partnerkpi.warehouse.cells import cell_sql


def share_read(warehouse: Warehouse, cells: Sequence[str], column: Column, rule: ColumnRule) -> float:
    """The share of the filled cells that the rule reads, from 0 to 1; 0 when none is filled."""
    filled = [cell for cell in cells if cell.strip()]
    read = values_read(warehouse, filled, column, rule)
    return sum(cell in read for cell in filled) / len(filled) if filled else 0


def values_read(warehouse: Warehouse, cells: Sequence[str], column: Column, rule: ColumnRule) -> dict[str, Any]:
    """What the rule makes of each filled cell that it reads, as the warehouse would store it (people by number).

    `rule` is taken as if it had one heading: cells of columns joined to it are not known here.
    """
    alone = replace(rule, headers=("c0",), value=None, beside=(), places=())
    sql = cell_sql(column, alone, "c0")
    wrong = " or ".join(f"coalesce({condition}, false)" for condition, _ in sql.refusals) or "false"
    found = warehouse.rows(
        f"select cell, {sql.value} from (select cell, nullif(trim(cell), '') as c0 "
        f"from unnest($cells::varchar[]) as given(cell)) where c0 is not null and not ({wrong})",
        {"cells": list(dict.fromkeys(cells))},
    )
    return dict(found)
