"""The check that a page is whole: every text of its board stands on it or is named as left out, and nothing is cut.

It knows the PDF and the board, and nothing of how the one was made from the other.
"""

from collections.abc import Iterator

from printed import Printed, read, squeezed

from partnerkpi.language import Language
from partnerkpi.models.board import (
    Audience,
    Board,
    CheckinPanel,
    GoalLine,
    GoalPanel,
    GroupPanel,
    InvestmentPanel,
    KpiLine,
    KpiPanel,
    Panel,
    PipelinePanel,
    WorkPanel,
)


def assert_whole(board: Board, pdf: bytes) -> None:
    """One page, the margins empty but for an accent, nothing covered, everything said or named as left out."""
    printed = read(pdf)
    assert printed.pages == 1
    assert not printed.outside(27.5, 20, 19)
    assert not printed.printed_over()
    missing = [text for text in told(board, printed) if squeezed(text) not in printed.text]
    assert not missing


def told(board: Board, printed: Printed) -> Iterator[str]:
    """Every text that must be on the page."""
    yield from (board.district, board.partner, board.formerly, board.vision, board.period, board.period_text)
    yield from (board.headline.text, board.ask, board.contact, board.version, *board.notes)
    if board.audience is Audience.COMMUNITY:
        yield from (sentence.text for sentence in board.story)
    reason = left_out(board, printed)
    for panel in board.panels:
        yield panel.title
        if squeezed(panel.title) not in reason.split(","):
            yield from panel_texts(board, panel, reason, printed)
    kept = {name for name in names(board) if squeezed(name) in printed.text.replace(reason, "")}
    if squeezed(Language(board.language).say("the definitions")) not in reason.split(","):
        yield from (each.text for each in board.definitions if each.name in kept)


def names(board: Board) -> list[str]:
    """The names of all KPIs and goals."""
    return [line.name for panel in board.panels for line in panel.lines if isinstance(line, KpiLine | GoalLine)]


def left_out(board: Board, printed: Printed) -> str:
    """What the page says it has no room for, squeezed; "" when it says nothing."""
    start = Language(board.language).look_up("No room on this page for: {names}.").partition("{")[0]
    return (
        printed.text.partition(squeezed(start))[2]
        .partition(squeezed(Language(board.language).say("Data through:")))[0]
        .rstrip(".")
    )


def panel_texts(board: Board, panel: Panel, reason: str, printed: Printed) -> Iterator[str]:
    """What a panel says; KPIs it does not say must be named, or counted, in the reason."""
    if panel.empty:
        yield panel.empty
        return
    if isinstance(panel, GoalPanel):
        for goal in panel.lines:
            now = board.release(goal.now)
            yield from (goal.name, now.text or now.reason, goal.target_text, goal.status_text, goal.reason, goal.due)
    elif isinstance(panel, CheckinPanel):
        yield from (panel.held, *panel.decisions, panel.next_text)
        for action in panel.lines:
            yield from (action.what, action.owner, action.due_text, action.effect)
    elif isinstance(panel, GroupPanel):
        yield from (*panel.columns, *(row.name for row in panel.lines))
        yield from (board.release(code).text for row in panel.lines for code in row.cells)
    elif isinstance(panel, PipelinePanel):
        yield from (stage.name for stage in panel.lines)
    elif isinstance(panel, KpiPanel | WorkPanel | InvestmentPanel):
        body = printed.text.replace(reason, "") if reason else printed.text
        gone = [line for line in panel.lines if squeezed(line.name) not in body]
        if any(squeezed(line.name) not in reason for line in gone):
            counted = Language(board.language).say("{number} more of {panel}", number=len(gone), panel=panel.title)
            assert squeezed(counted) in reason
        for line in panel.lines[: len(panel.lines) - len(gone)]:
            now = board.release(line.now)
            yield from (line.name, now.text or now.reason)
