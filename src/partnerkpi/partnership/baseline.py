"""Where a KPI stands for a partner now, as it may be published: what a new goal starts from."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ChecksFailed, InputMissing
from partnerkpi.models.board import Board
from partnerkpi.models.partner import PageChoice
from partnerkpi.models.release import Release, State
from partnerkpi.report.page import SERVED
from partnerkpi.report.workflow import make_board


@dataclass(frozen=True)
class Baseline:
    """A published figure, its quarter, and the students the partner served by then (None: not to be told)."""

    value: float
    period: str
    text: str
    students: int | None

    @property
    def told(self) -> str:
        """As a person reads it: "18% (2026-27 Q1, 121 students)"."""
        students = "" if self.students is None else f", {self.students:,} students"
        return f"{self.text} ({self.period}{students})"


def baseline_now(workspace: Workspace, partner_id: str, kpi_id: str, *, today: dt.date) -> Baseline | None:
    """The latest figure of a KPI, out of a board: of a range its middle, never what lies behind it.

    None when nothing is published: no data, too few students, or data that is not sound.
    """
    try:
        board = _board(workspace, partner_id, kpi_id, today)
        release = _release(board, kpi_id)
        if release is not None and release.population.period != board.period:
            board = _board(workspace, partner_id, kpi_id, today, release.population.period)
            release = _release(board, kpi_id)
    except (InputMissing, ChecksFailed):
        return None
    if release is None or release.low is None or release.high is None:
        return None
    served = _release(board, SERVED)
    students = int(served.low) if served is not None and served.exact and served.low is not None else None
    middle = (release.low + release.high) / 2
    return Baseline(
        int(middle) if middle.is_integer() else round(middle, 2), release.population.period, release.text, students
    )


def _board(workspace: Workspace, partner_id: str, kpi_id: str, today: dt.date, period: str | None = None) -> Board:
    choice = PageChoice(("college",), (("college", (kpi_id, SERVED)),))
    return make_board(workspace, partner_id, today=today, period=period, language="en", choice=choice)[0]


def _release(board: Board, kpi_id: str) -> Release | None:
    lines = [line for line in board.kpi_lines if line.kpi == kpi_id]
    release = board.release(lines[0].now) if lines else None
    return release if release is not None and release.state is State.SHOWN else None
