"""The run ledger: what unattended runs did, so that the next one does neither less nor more."""

import datetime as dt
from collections.abc import Sequence

from partnerkpi.models.run import BoardState, BookedBoard, BookedRun, Delivery, DeliveryState, RunLedger
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import RUNS

_BOARD = "run_id, partner, period, audience, state, reason, late, path, sha256, title, script"
_DELIVERY = "run_id, partner, period, audience, recipient, method, sha256, state, reason"


def read_runs(warehouse: Warehouse) -> RunLedger:
    """The whole ledger; an empty one where no run was ever made."""
    if not warehouse.rows("select 1 from duckdb_tables() where table_name = 'deliveries' limit 1"):
        return RunLedger()
    runs = warehouse.rows("select run_id, started_at, since, tool, exit_code from runs order by run_id")
    boards = warehouse.rows(f"select {_BOARD} from run_boards order by rowid")
    steps = warehouse.rows(f"select {_DELIVERY} from deliveries order by rowid")
    return RunLedger(
        tuple(BookedRun(*row) for row in runs),
        tuple(map(_board, boards)),
        tuple(Delivery(*_step(row)) for row in steps),
    )


def begin_run(warehouse: Warehouse, *, now: dt.datetime, since: dt.date, tool: str) -> int:
    """Book that a run has begun, and give its number; a database from before there were runs gets their tables."""
    with warehouse.transaction():
        warehouse.run(RUNS)
        run = int(warehouse.value("select coalesce(max(run_id), 0) + 1 from runs"))
        warehouse.run(
            "insert into runs values ($run, $now, $since, $tool, null)",
            {"run": run, "now": now, "since": since, "tool": tool},
        )
    return run


def end_run(warehouse: Warehouse, run: int, exit_code: int) -> None:
    """Book how a run ended."""
    warehouse.run("update runs set exit_code = $code where run_id = $run", {"run": run, "code": exit_code})


def book_boards(warehouse: Warehouse, boards: Sequence[BookedBoard], deliveries: Sequence[Delivery] = ()) -> None:
    """Book what became of boards, and to whom they are owed, whole or not at all."""
    with warehouse.transaction():
        for board in boards:
            values = {**vars(board), "state": board.state.value, "late": list(board.late)}
            warehouse.run(f"insert into run_boards ({_BOARD}) values ({_named(_BOARD)})", values)
        book_deliveries(warehouse, deliveries)


def book_deliveries(warehouse: Warehouse, deliveries: Sequence[Delivery]) -> None:
    """Book steps of deliveries."""
    with warehouse.transaction():
        for step in deliveries:
            values = {**vars(step), "state": step.state.value}
            warehouse.run(f"insert into deliveries ({_DELIVERY}) values ({_named(_DELIVERY)})", values)


def _named(columns: str) -> str:
    return ", ".join(f"${name}" for name in columns.split(", "))


def _board(row: tuple[object, ...]) -> BookedBoard:
    run, partner, period, audience, state, reason, late, *texts = row
    told = tuple(str(table) for table in late) if isinstance(late, list | tuple) else ()
    named = (str(partner), str(period), str(audience))
    return BookedBoard(int(str(run)), *named, BoardState(str(state)), str(reason), told, *map(str, texts))


def _step(row: tuple[object, ...]) -> tuple[int, str, str, str, str, str, str, DeliveryState, str]:
    run, partner, period, audience, recipient, method, sha256, state, reason = map(str, row)
    return int(run), partner, period, audience, recipient, method, sha256, DeliveryState(state), reason
