"""The DuckDB database of a workspace; nothing outside this room knows DuckDB."""

from partnerkpi.warehouse.connection import Warehouse, WarehouseFault
from partnerkpi.warehouse.opening import open_copy, open_for_reading, open_for_writing, scratch

__all__ = ["Warehouse", "WarehouseFault", "open_copy", "open_for_reading", "open_for_writing", "scratch"]
