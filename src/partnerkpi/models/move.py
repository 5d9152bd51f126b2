"""How a KPI of a partner moves when exports are taken in."""

from dataclasses import dataclass

from partnerkpi.models.kpi import Kpi


@dataclass(frozen=True)
class Figure:
    """An exact figure in the KPI's unit (percentages 0 to 100), and how many students are behind it."""

    value: float
    students: int


@dataclass(frozen=True)
class Move:
    """One KPI of one partner before and after, in the latest of the `periods` periods in which it moves.

    Exact, whatever the size of the group: for the district itself, never for a page. None: no student, no figure.
    """

    partner: str
    kpi: Kpi
    period: str
    before: Figure | None
    after: Figure | None
    periods: int
