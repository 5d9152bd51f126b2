"""How far a run has come with what it is doing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`what` is at hand (a file, or the checks after them) with its `rows` (0: not counted yet); `share` 0 to 1."""

    what: str
    rows: int
    share: float
