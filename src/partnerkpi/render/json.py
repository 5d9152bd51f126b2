"""Knows how a board becomes JSON: the same releases and records as the page, under a versioned schema."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from partnerkpi.models.board import Board


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The board as `{"schema": "partnerkpi.board/2", ...}`; a hidden figure has no number anywhere in it.

    docs/schemas/board-2.schema.json describes it.
    """
    content = dataclasses.asdict(board)
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
