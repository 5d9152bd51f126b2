"""Series breaks: quarters from which a figure comes from another system, or means something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from partnerkpi.measure.settings import setting_values
from partnerkpi.models.dated import Number
from partnerkpi.models.kpi import Domain, Kpi
from partnerkpi.models.school_year import Quarter


@dataclass(frozen=True)
class Breaks:
    """What a figure was made with, quarter by quarter.

    `systems` has, for each source table and quarter id, the dialects its rows were read with; `settings` the numbers
    of each KPI; `scales` the grading scale of each school year.
    """

    systems: Mapping[str, Mapping[int, frozenset[str]]]
    settings: Mapping[str, Mapping[str, Number]]
    scales: Mapping[str, str]

    def between(self, kpi: Kpi, earlier: Quarter, later: Quarter) -> str:
        """Why figures of two quarters are no series, in a few words; "" when they are."""
        settings = self.settings.get(kpi.id, {})
        was, became = (setting_values(kpi, settings, quarter.quarter_id) for quarter in (earlier, later))
        if was != became:
            return "another definition"
        if kpi.domain is Domain.GRADES and self.scales.get(earlier.school_year) != self.scales.get(later.school_year):
            return "another grading scale"
        systems = self.systems.get(kpi.source_table, {})
        before, now = systems.get(earlier.quarter_id), systems.get(later.quarter_id)
        return "another source system" if before and now and not before & now else ""

    def at(self, kpi: Kpi, quarters: Sequence[Quarter]) -> list[tuple[Quarter, str]]:
        """The quarters of a series with which something new begins, each with the reason."""
        found = [(later, self.between(kpi, earlier, later)) for earlier, later in pairwise(quarters)]
        return [(quarter, reason) for quarter, reason in found if reason]
