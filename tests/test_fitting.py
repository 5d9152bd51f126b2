"""Which setting a board gets: the roomiest that fits with the most on it, found with few layouts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from given import TODAY

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import DoesNotFit
from partnerkpi.language import Language
from partnerkpi.models.board import Board, KpiPanel
from partnerkpi.render._fitting import fitted
from partnerkpi.render._layout import (
    LEAST_FIRST,
    Setting,
    across,
    defined,
    filled,
    left_out,
    rows,
    tighter,
    zoom,
)
from partnerkpi.report.workflow import make_board


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district, with all ten panels."""
    return make_board(sample, "hospital", today=TODAY, period=None, audience="board")[0]


@dataclass(frozen=True)
class Page:
    """A page that has been laid out, in numbers."""

    setting: Setting
    free: float
    middle: float = 440.0


class Press:
    """Lays pages out by a rule and counts them: a panel takes its share of points, a tighter page a fifth less."""

    def __init__(self, board: Board, room: float, heights: Callable[[str], float] = lambda panel: 60.0) -> None:
        self.board, self.room, self.heights, self.tried = board, room, heights, list[Setting]()

    def __call__(self, setting: Setting) -> Page:
        self.tried.append(setting)
        panels = filled(self.board, setting)
        lines = sum(len(panel.lines) for panel in panels)
        points = sum(self.heights(panel.id) for panel in panels) + lines + 2 * len(defined(self.board, setting))
        points *= (1.0, 0.9, 0.8)[setting.density] * setting.scale**1.8
        points += setting.air * (1 + len(rows(self.board, setting)))
        if points > self.room:
            raise DoesNotFit("too high", where="here", now="shorten")
        return Page(setting, self.room - points)


def test_a_board_that_fits_as_it_is_is_laid_out_once_when_it_fills_the_page(board: Board) -> None:
    press = Press(board, 670)
    assert fitted(board, press).setting == Setting() and len(press.tried) == 1


def test_a_sparse_board_gets_larger_type_and_air(board: Board) -> None:
    page = fitted(board, Press(board, 2000))
    assert page.setting.scale > 1.3 and page.setting.air > 0 and page.setting.density == 0


@pytest.mark.parametrize("room", range(40, 620, 20))
def test_no_more_is_left_out_than_must_be_and_few_pages_are_laid_out(board: Board, room: int) -> None:
    press = Press(board, room)
    try:
        page = fitted(board, press)
    except DoesNotFit as refusal:
        assert len(press.tried) < 10 and "one page" in refusal.what
        with pytest.raises(DoesNotFit):
            press(tighter(board)[-1])
        return
    tries = len(press.tried)
    assert tries <= 24
    for name in page.setting.without:
        kept = tuple(other for other in page.setting.without if other != name)
        if page.free >= 45:
            with pytest.raises(DoesNotFit):
                press(replace(page.setting, density=2, scale=1.0, air=0.0, without=kept))


def test_what_stands_beside_something_taller_is_brought_back(board: Board) -> None:
    class Beside(Press):
        """A press on which "work" alone decides how tall its row is."""

        def __call__(self, setting: Setting) -> Page:
            self.tried.append(setting)
            taken = 90 if "work" not in setting.without else 30
            if taken > 50:
                raise DoesNotFit("too high", where="here", now="shorten")
            return Page(setting, 50.0 - taken)

    assert fitted(board, Beside(board, 50)).setting.without == ("work",)


def test_the_steps_leave_out_more_and_more_and_never_outcomes_or_goals(board: Board) -> None:
    steps = tighter(board)
    assert [step.density for step in steps[:3]] == [0, 1, 2]
    for before, after in pairwise(steps[2:]):
        assert set(before.without) <= set(after.without) and after.density == 2
        assert filled(board, before) != filled(board, after) or defined(board, before) != defined(board, after)
    assert {panel.id for panel in filled(board, steps[-1])} == {"outcomes", "goals"}
    assert {step for step in LEAST_FIRST if isinstance(step, str)} >= set(steps[-1].without)


def test_what_is_left_out_is_named_or_where_that_is_long_counted(board: Board) -> None:
    say = Language().say
    setting = Setting(2, without=("programs", "definitions"), lines=2)
    names = left_out(board, setting, say)
    assert names[:2] == ("Programs", "the definitions") and "GPA, unweighted" in names
    outcomes = board.panels[0]
    assert isinstance(outcomes, KpiPanel) and outcomes.id == "outcomes"
    long = replace(outcomes, lines=tuple(replace(line, name=line.name * 20) for line in outcomes.lines))
    counted = left_out(replace(board, panels=(long,)), setting, say)
    assert "2 more of Student outcomes" in counted and sum(map(len, counted)) < 100


def test_definitions_are_those_of_what_is_on_the_page(board: Board) -> None:
    names = [each.name for each in defined(board, Setting(2, lines=1, without=("work",)))]
    # A goal is on attendance, absence, courses, students served and placements; GPA is on no goal.
    assert "GPA, unweighted" not in names and "Chronic absence" in names
    assert len(defined(board, Setting())) == len(board.definitions)


def test_an_upright_page_has_three_columns_of_about_equal_length_and_the_goals_by_themselves(board: Board) -> None:
    upright = rows(replace(board, orientation="portrait"), Setting())
    assert [[[panel.id for panel in column] for column in row.columns] for row in upright] == [
        [["outcomes"]],
        [["college", "investment"], ["work", "pipeline"], ["people", "voice"]],
        [["goals"]],
        [["checkin"], ["programs"]],
    ]
    told = [panel.id for row in upright for column in row.columns for panel in column]
    assert sorted(told) == sorted(panel.id for panel in board.panels)


@pytest.mark.parametrize(
    ("lines", "most", "expected"), [(0, 4, 1), (1, 4, 1), (4, 4, 4), (5, 4, 3), (6, 4, 3), (9, 4, 3)]
)
def test_cards_stand_in_rows_that_are_about_equally_full(lines: int, most: int, expected: int) -> None:
    assert across(lines, most) == expected


def test_pictures_are_never_wider_than_their_column(board: Board) -> None:
    for columns in (1, 2, 3, 4):
        for scale in (1.0, 1.2, 1.6):
            drawn = zoom(board, columns, scale, needs=136, beside=30)
            column = (736 - (columns - 1) * 18 * scale) / columns
            assert drawn <= scale and 136 * drawn + 30 * scale <= column + 0.2
