-- name:       Placements completed
-- aloud:      Students completed {figure}
-- domain:     engagement
-- unit:       percent of placements
-- better:     higher
-- window:     year to date
-- definition: Completed activities as a share of activities started this school year, those still under way included.
-- source:     NC work-based learning guidance: completed against started placements

select
  student_id,
  cohort_id,
  period_id,
  sum(completed) as numerator,
  sum(started) as denominator
from engagement_by_period
group by student_id, cohort_id, period_id
