"""What students did with partners."""

from pathlib import Path
from typing import NamedTuple

from oracle.district import Cohort, District, Period
from oracle.rows import Table, a_day, amount, anything, day, filled, number, one_of, or_blank


class EngagementRow(NamedTuple):
    """A line of an engagement export."""

    student_number: str
    partner: str
    program: str
    activity: str
    tier: str
    date: str
    end_date: str
    hours: str
    status: str
    credential: str

    @property
    def completed(self) -> bool:
        """Seen through; a blank says so too."""
        return self.status.lower() in ("completed", "")


ENGAGEMENT = Table(
    "engagement",
    EngagementRow,
    {
        "student_number": filled,
        "partner": filled,
        "program": filled,
        "activity": filled,
        "tier": or_blank(one_of("awareness", "exploration", "preparation", "training")),
        "date": a_day,
        "end_date": or_blank(a_day),
        "hours": or_blank(amount(0, 2000)),
        "status": or_blank(one_of("completed", "in_progress", "withdrawn")),
        "credential": anything,
    },
    key=("student_number", "partner", "program", "activity", "date"),
)


class Activity(NamedTuple):
    """One placement as it counts for one cohort; `credential` is 1 where the student has it for the first time."""

    student: str
    tier: str
    quarter: int
    completed: int
    minutes: int
    credential: int


class Engagement:
    """Every placement, by cohort, in the quarter of its first day."""

    def __init__(self, exports: Path, district: District) -> None:
        self._activities: dict[Cohort, list[Activity]] = {cohort: [] for cohort in district.cohorts()}
        known: set[tuple[Cohort, str, str]] = set()
        for row in sorted(ENGAGEMENT.facts(exports), key=lambda row: (row.date, row.activity)):
            when = day(row.date)
            quarter = district.quarter_of.get(when) if when else None
            if quarter is None:
                continue
            for cohort in district.cohorts_of(row.partner, row.program):
                credential = (cohort, row.student_number, row.credential)
                first = bool(row.credential) and credential not in known
                known.add(credential)
                self._activities[cohort].append(_activity(row, quarter, first))

    def of(self, period: Period, cohort: Cohort, tier: str = "") -> list[Activity]:
        """The placements of a cohort in a period, of one tier or of all."""
        return [
            each
            for each in self._activities[cohort]
            if each.quarter in period.quarters and (not tier or each.tier == tier)
        ]


def _activity(row: EngagementRow, quarter: int, first: bool) -> Activity:
    minutes = round(60 * (number(row.hours) or 0)) if row.completed else 0
    return Activity(row.student_number, row.tier.lower(), quarter, int(row.completed), minutes, int(first))


def off_site_days(exports: Path) -> set[tuple[str, str]]:
    """Students and the days they spent with a partner: shadows, internships, apprenticeships of a single day.

    On which days a student went to a placement of several weeks no export says.
    """
    return {
        (row.student_number, row.date)
        for row in ENGAGEMENT.facts(exports)
        if row.tier.lower() in ("exploration", "preparation", "training")
        and row.status.lower() != "withdrawn"
        and row.end_date in ("", row.date)
    }
