"""Taking a load back."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.config.workspace import Workspace
from partnerkpi.refresh import refresh
from partnerkpi.warehouse import open_for_reading, open_for_writing
from partnerkpi.warehouse.past import undo_load


@dataclass(frozen=True)
class Undone:
    """What an undo did: rows of the load that are gone, rows of earlier loads that are back."""

    load: int
    gone: int
    restored: int


def undo(workspace: Workspace, load: int, *, now: dt.datetime, plan: bool = False) -> Undone:
    """Take one load back, and bring the marts up to date, all or nothing; with `plan` say what would happen only.

    Raises UsageError when the load is not there, was undone, or is not the last one of its source table,
    InputMissing when nothing was ever taken in.
    """
    wait_seconds = workspace.settings.lock_wait_seconds
    with open_for_reading(workspace.database, wait_seconds=wait_seconds):
        pass  # there is a database to undo in; opening it for writing would make one
    with (
        open_for_writing(workspace.database, wait_seconds=wait_seconds) as warehouse,
        warehouse.transaction(keep=not plan),
    ):
        gone, restored = undo_load(warehouse, load, at=now)
        if not plan:
            refresh(workspace, warehouse)
    return Undone(load, gone, restored)
