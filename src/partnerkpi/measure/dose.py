"""Dose: the members of a cohort by their hours of engagement with it in the school year."""

import itertools
from collections.abc import Sequence

BY_HOURS = "hours"
NO_HOURS = "no hours"
DOSE_BANDS = (1.0, 10.0, 40.0)


def dose_labels(bands: Sequence[float]) -> tuple[str, ...]:
    """The bands in words, fewest hours first; each edge (hours, ascending) begins one."""
    edges = [f"{edge:g}" for edge in bands]
    between = [f"{low} to under {high} hours" for low, high in itertools.pairwise(edges)]
    return (NO_HOURS, f"under {_hours(edges[0])}", *between, f"{_hours(edges[-1])} or more")


def dose_sql(members: str, bands: Sequence[float]) -> str:
    """A SELECT of members of cohorts with `group_by` and `group_value`: the band of each student's hours.

    `members` is SQL of them: `cohort_id`, `student_id` and `period_id`.

    Hours are those of completed activities with the cohort, from the first day of the school year to the last of
    the period, whatever the window of the KPI; an activity counts in the quarter of its first day.
    """
    begins = [0, *(round(60 * edge) for edge in bands)]
    cases = "\n".join(
        f"    when coalesce(h.minutes, 0) > {begin} then '{label}'"
        if begin == 0
        else f"    when h.minutes >= {begin} then '{label}'"
        for begin, label in reversed(list(zip(begins, dose_labels(bands)[1:], strict=True)))
    )
    return f"""
select k.*, '{BY_HOURS}' as group_by,
  case
{cases}
    else '{NO_HOURS}'
  end as group_value
from {members} as k
join periods as p on p.period_id = k.period_id
join periods as y on y.quarter_id = p.quarter_id and y.time_window = 'year to date'
left join (
  select cohort_id, student_id, period_id, sum(minutes) as minutes
  from engagement_by_period
  group by cohort_id, student_id, period_id
) as h
  on h.cohort_id = k.cohort_id and h.student_id = k.student_id and h.period_id = y.period_id"""


def _hours(number: str) -> str:
    return f"{number} hour" if number == "1" else f"{number} hours"
