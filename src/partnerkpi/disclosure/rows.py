"""How finely the number of rows of an export may be told: never so that it counts the people of a small group.

A page that says "fewer than 10 students" would be undone by a file of theirs with "9 rows", and as well by one with
"234 rows" of 26 weeks. So rows are told in steps that hold the rows of a whole smallest group.
"""

import math

from partnerkpi.models.load import RowCounts
from partnerkpi.models.manifest import RowsTold

# A file about so many smallest groups is no file of one of them: its refused rows may be told in smaller steps.
_MANY_GROUPS = 10


def rows_told(counts: RowCounts, people: int | None, minimum_group: int) -> RowsTold:
    """The counts of a load in words. `people`: how many its rows are about; None: about none; 0: nobody knows."""
    step = _step(counts.rows_in_file, people, minimum_group)
    fine = minimum_group if people is None or people >= _MANY_GROUPS * minimum_group else step
    return RowsTold(
        rows_in_file=rows_text(counts.rows_in_file, step),
        loaded=rows_text(counts.loaded, step),
        unchanged=rows_text(counts.unchanged, step),
        superseded=rows_text(counts.superseded, step),
        duplicate=rows_text(counts.duplicate, step),
        quarantined=rows_text(counts.quarantined, fine),
        non_data=rows_text(counts.non_data, fine),
    )


def is_small(counts: RowCounts, people: int | None, minimum_group: int) -> bool:
    """Whether a load is about fewer people than may be told of; where nobody knows, each row may be another person."""
    return people is not None and (people or counts.rows_in_file) < minimum_group


def rows_text(rows: int, step: int) -> str:
    """A number of rows as the step it lies in: "none", "fewer than 10", "10 to 19"."""
    if rows == 0:
        return "none"
    if rows < step:
        return f"fewer than {step:,}"
    low = rows // step * step
    return f"{low:,} to {low + step - 1:,}"


def _step(rows: int, people: int | None, minimum_group: int) -> int:
    """At least the rows that a smallest group has in the file, and a round number, so that it tells nothing itself."""
    if people is None:
        return minimum_group
    # Nobody knows whose rows they are (answers without a name): the order of magnitude.
    wanted = minimum_group * rows / people if people else max(rows, minimum_group)
    steps = (factor * int(10**power) for power in range(12) for factor in (1, 2, 5))
    return next(step for step in steps if step >= math.ceil(max(wanted, minimum_group)))
