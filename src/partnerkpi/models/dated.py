"""Numbers that change from a quarter on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dated:
    """A number and what replaced it later: pairs of the first quarter's id and the value from then on, oldest first.

    The first pair has the id 0: from the beginning.
    """

    steps: tuple[tuple[int, float], ...]

    def at(self, period_id: int) -> float:
        """The value in force in a period."""
        return [value for first, value in self.steps if first <= period_id][-1]

    @property
    def latest(self) -> float:
        """The value in force last."""
        return self.steps[-1][1]


Number = float | Dated


def in_force(value: Number, period_id: int | None) -> float:
    """A number in a period; without a period the one in force last."""
    if not isinstance(value, Dated):
        return value
    return value.latest if period_id is None else value.at(period_id)
