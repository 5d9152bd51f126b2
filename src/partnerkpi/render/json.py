"""Knows how a board becomes JSON: the same releases and records as the page, under a versioned schema."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from partnerkpi.models.board import Board


def render(board: Board, templates: Sequence[Path]) -> bytes:
    """The board as `{"schema": "partnerkpi.board/2", ...}`; a hidden figure has no number anywhere in it.

    Without its manifest: that is a document of its own, and travels in the PDF.
    docs/schemas/board-2.schema.json describes the JSON.
    """
    content = dataclasses.asdict(dataclasses.replace(board, manifest=None))
    del content["manifest"]
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
