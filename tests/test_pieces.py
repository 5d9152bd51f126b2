"""Pieces of a file on their way through pipes: every byte of each, whatever the system offers for it."""

import fcntl
import os
from itertools import pairwise
from pathlib import Path

import pytest

from partnerkpi.models.piece import Piece
from partnerkpi.warehouse.pieces import piped

_BYTES = bytes(range(256)) * 20_000
_CUTS = [7, 1_000_000, 1_000_001, 5_000_000]
_PIECES = [Piece(begin, end, 1) for begin, end in pairwise(_CUTS)]


@pytest.mark.parametrize("zero_copy", [True, False])
def test_every_byte_of_a_piece_arrives_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zero_copy: bool
) -> None:
    if not zero_copy:
        monkeypatch.delattr(os, "splice", raising=False)
        monkeypatch.delattr(fcntl, "F_SETPIPE_SZ", raising=False)
    file = tmp_path / "a.csv"
    file.write_bytes(_BYTES)
    with piped(file, _PIECES) as pipes:
        assert [Path(name).read_bytes() for name in pipes.names] == [_BYTES[p.begin : p.end] for p in _PIECES]
        assert pipes.share == 1.0


def test_a_file_that_is_shorter_than_it_was_ends_its_pieces(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(_BYTES[:1_000_000])
    with piped(file, _PIECES) as pipes:
        assert [len(Path(name).read_bytes()) for name in pipes.names] == [1_000_000 - 7, 0, 0]


def test_who_stops_reading_leaves_nobody_waiting(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(_BYTES)
    with piped(file, _PIECES) as pipes:
        with Path(pipes.names[2]).open("rb") as stream:
            assert stream.read(10) == _BYTES[1_000_001:1_000_011]
        assert pipes.share < 1
