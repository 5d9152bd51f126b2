"""A piece of a text file: some whole lines, one after the other."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """The bytes of a file from `begin` up to `end`; `line` is the number of the line that begins there."""

    begin: int
    end: int
    line: int
