"""The programs of a partner beside the whole of it: how finely their students may be counted."""

from collections.abc import Sequence

from partnerkpi.disclosure import hidden_beside, told_in_steps, whole_gives_away
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.partner import Program
from partnerkpi.models.release import Release
from partnerkpi.models.school_year import Quarter
from partnerkpi.report.figures import Beside, Figures
from partnerkpi.report.page import PLACES_FILLED, SERVED


def programs_beside(figures: Figures, programs: Sequence[Program], served: Kpi | None) -> Beside:
    """The students of a program are told in steps where the whole partner's, printed too, would tell of a few.

    Then the share of its places that are filled, from which they could be counted, is not told. `served` is the KPI
    that counts students.
    """

    def beside(told: Release, kpi: Kpi, quarter: Quarter) -> Release:
        if served is None or not told.population.program or kpi.id not in (SERVED, PLACES_FILLED):
            return told
        whole = figures.result(served, quarter)
        parts = [figures.result(served, quarter, program.id) for program in programs]
        counts = [part.students for part in parts if part is not None]
        if whole is None or not whole_gives_away(whole.students, counts, figures.policy):
            return told
        return told_in_steps(told, figures.policy) if kpi.id == SERVED else hidden_beside(told, figures.policy)

    return beside
