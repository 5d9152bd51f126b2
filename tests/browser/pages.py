"""Writes the pages that the browser tests open: `pages.py FOLDER`, one HTML file for each variant of a board."""

import shutil
import sys
import tempfile
from pathlib import Path

from boards import VARIANTS, long
from given import NOW, TODAY

from partnerkpi import assets
from partnerkpi.demo import sample_workspace
from partnerkpi.ingest import ingest
from partnerkpi.models.board import Board
from partnerkpi.render import render
from partnerkpi.report.workflow import make_board


def sample_board() -> Board:
    """The hospital's board of the sample district, taken in anew."""
    with tempfile.TemporaryDirectory() as folder:
        made = sample_workspace(Path(folder) / "district")
        ingest(made, [], now=NOW)
        return make_board(made, "hospital", today=TODAY, period=None)[0]


def write_pages(folder: Path) -> None:
    """The pages of the sample board and of what becomes of it; earlier ones in the folder go."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    board, templates = sample_board(), assets.search_path("templates")
    for name, change in {**VARIANTS, "long": long}.items():
        (folder / f"{name}.html").write_bytes(render("html", change(board), templates))


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
