"""Making the boards of one partner and quarter, and booking what became of each."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import PartnerKpiError, UsageError, WorkspaceBusy
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.run import BoardState, BookedBoard, Delivery
from partnerkpi.render import render
from partnerkpi.report import Drawn, ReportOptions, draw, publish, unheard
from partnerkpi.schedule.deliver import first_steps
from partnerkpi.schedule.due import Known, Task
from partnerkpi.warehouse import open_for_writing
from partnerkpi.warehouse.runs import book_boards

_BUG = 1


@dataclass(frozen=True)
class Made:
    """What came of one board: the file, or the error; `again` says that it is what it was."""

    booked: BookedBoard
    exit_code: int = 0
    again: bool = False


def make_boards(
    known: Known,
    task: Task,
    *,
    run: int,
    today: dt.date,
    again: bool,
    failed: Callable[[PartnerKpiError], None],
    warn: Callable[[str], None],
) -> list[Made]:
    """Every board that is to be made of a partner and quarter; what keeps one from being made stops no other.

    `warn` hears once that the partner's agreement ends soon.

    Raises WorkspaceBusy when another command holds the database for too long: later is better then.
    """
    found = []
    for audience in task.audiences:
        # The agreement is the same for all boards of a partner.
        heard = warn if audience is task.audiences[0] else unheard
        made = _make(known, task, audience, run, today, failed, heard)
        if made.booked.state is BoardState.MADE and not made.again:
            steps = first_steps(known, task.partner, made.booked, again=again)
            _book(known.workspace, [made.booked], steps)
        found.append(made)
    return found


def book_unmade(workspace: Workspace, task: Task, state: BoardState, *, run: int) -> None:
    """Book that the boards of a task wait, or are refused."""
    boards = [
        BookedBoard(run, task.partner.id, task.quarter.label, audience.value, state, task.reason)
        for audience in task.audiences
    ]
    _book(workspace, boards)


def _make(
    known: Known,
    task: Task,
    audience: Audience,
    run: int,
    today: dt.date,
    failed: Callable[[PartnerKpiError], None],
    warn: Callable[[str], None],
) -> Made:
    named = (run, task.partner.id, task.quarter.label, audience.value)
    options = ReportOptions(period=task.quarter.slug, audience=audience.value, whole=True)
    try:
        drawn = draw(known.workspace, task.partner.id, today=today, options=options, warn=warn)
        late = tuple(each.table for each in known.late(task.partner, task.quarter, [audience]))
        made = BookedBoard(*named, BoardState.MADE, "", late, *_told(known.workspace, drawn))
        before = known.ledger.made.get(made.key)
        if before is not None and before.sha256 == made.sha256 and known.stands(before):
            return Made(before, again=True)
        publish(known.workspace, drawn, today=today, options=options)
    except WorkspaceBusy:
        raise
    except PartnerKpiError as error:
        return _refused(known.workspace, named, error, error.exit_code, failed)
    except Exception as error:  # a bug that one partner's page meets must not cost the others their quarter
        if os.environ.get("PARTNERKPI_TRACEBACK"):
            raise
        return _refused(known.workspace, named, _bug(error), _BUG, failed)
    return Made(made)


def _told(workspace: Workspace, drawn: Drawn) -> tuple[str, str, str, str]:
    """Path, hash, title and script of a board."""
    path = str(drawn.path.relative_to(workspace.root))
    return path, hashlib.sha256(drawn.content).hexdigest(), drawn.board.title, _script(workspace, drawn.board)


def _script(workspace: Workspace, board: Board) -> str:
    """What is read aloud, for those who read it in a message."""
    return render("text", board, assets.search_path("templates", workspace.root)).decode()


def _refused(
    workspace: Workspace,
    named: tuple[int, str, str, str],
    error: PartnerKpiError,
    code: int,
    failed: Callable[[PartnerKpiError], None],
) -> Made:
    failed(error)
    booked = BookedBoard(*named, BoardState.REFUSED, error.what)
    _book(workspace, [booked])
    return Made(booked, code)


def _bug(error: Exception) -> PartnerKpiError:
    return UsageError(
        f"Something went wrong inside partnerkpi ({type(error).__name__}).",
        where="This is a bug, not your mistake.",
        now="Set PARTNERKPI_TRACEBACK=1, run the command again and report what it prints.",
    )


def _book(workspace: Workspace, boards: Sequence[BookedBoard], steps: Sequence[Delivery] = ()) -> None:
    with open_for_writing(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        book_boards(warehouse, boards, steps)
