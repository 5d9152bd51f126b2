"""One page, guaranteed: whatever a board holds, all of it is printed on one sheet, or named as left out, or refused."""

import pytest
from any_board import ANYTHING, ORDINARY, boards
from given import TODAY
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from whole import assert_whole

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Board
from partnerkpi.render.pdf import render
from partnerkpi.report.workflow import make_board

TEMPLATES = assets.search_path("templates")
# A page takes a second: there is no time limit for an example, and none is made smaller.
PAGES = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district, with all nine panels."""
    return make_board(sample, "hospital", today=TODAY, period=None, audience="board")[0]


@settings(PAGES, max_examples=10)
@given(data=st.data())
def test_an_ordinary_board_is_one_whole_page(board: Board, data: st.DataObject) -> None:
    ordinary = data.draw(boards(board, ORDINARY))
    assert_whole(ordinary, render(ordinary, TEMPLATES))


@settings(PAGES, max_examples=10)
@given(data=st.data())
def test_any_board_is_one_whole_page_or_refused(board: Board, data: st.DataObject) -> None:
    mixed = data.draw(boards(board, ANYTHING))
    try:
        pdf = render(mixed, TEMPLATES)
    except DoesNotFit as refusal:
        assert refusal.exit_code == 6 and len(str(refusal).splitlines()) == 3
    else:
        assert_whole(mixed, pdf)
