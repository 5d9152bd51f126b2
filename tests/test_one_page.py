"""One page, guaranteed: whatever a board holds, all of it is printed on one sheet, or named as left out, or refused."""

from dataclasses import replace

import pytest
from any_board import ANYTHING, ORDINARY, boards
from given import TODAY
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from printed import read
from whole import assert_whole, left_out

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import DoesNotFit
from partnerkpi.models.board import Board
from partnerkpi.models.release import Release, State
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
    """The hospital's board of the sample district, with all ten panels."""
    return make_board(sample, "hospital", today=TODAY, period=None, audience="board")[0]


@pytest.fixture(scope="session")
def usual(sample: Workspace) -> Board:
    """The hospital's board as an executive gets it."""
    return make_board(sample, "hospital", today=TODAY, period=None)[0]


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("cohort", ["112 students", "9 students"])
def test_the_usual_board_has_room_for_all_of_its_panels(
    usual: Board, cohort: str, paper: str, orientation: str
) -> None:
    usual = replace(usual, paper=paper, orientation=orientation)
    if cohort == "9 students":
        usual = replace(usual, releases=tuple(hidden(release) for release in usual.releases))
    pdf = render(usual, TEMPLATES)
    assert_whole(usual, pdf)
    assert not left_out(usual, read(pdf))


def hidden(release: Release) -> Release:
    """The release of a group that is too small."""
    why = "fewer than 10 students"
    return replace(release, state=State.HIDDEN, text=why, reason=why, low=None, high=None)


@settings(PAGES, max_examples=8)
@given(data=st.data())
def test_an_ordinary_board_is_one_whole_page(board: Board, data: st.DataObject) -> None:
    ordinary = data.draw(boards(board, ORDINARY))
    assert_whole(ordinary, render(ordinary, TEMPLATES))


@settings(PAGES, max_examples=6)
@given(data=st.data())
def test_any_board_is_one_whole_page_or_refused(board: Board, data: st.DataObject) -> None:
    mixed = data.draw(boards(board, ANYTHING))
    try:
        pdf = render(mixed, TEMPLATES)
    except DoesNotFit as refusal:
        assert refusal.exit_code == 6 and len(str(refusal).splitlines()) == 3
    else:
        assert_whole(mixed, pdf)
