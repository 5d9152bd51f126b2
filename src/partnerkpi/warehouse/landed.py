"""What became of the rows of a file, whichever way they went."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Landed:
    """What became of the rows of a file: counts as in the books, and the first and last day of the good ones."""

    loaded: int
    unchanged: int
    superseded: int
    duplicate: int
    quarantined: int
    non_data: int
    replaced: int
    first_day: dt.date | None
    last_day: dt.date | None
