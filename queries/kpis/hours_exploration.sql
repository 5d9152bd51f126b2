-- name:       Hours of exploration
-- aloud:      Job shadows came to {figure}
-- domain:     engagement
-- unit:       hours
-- better:     higher
-- window:     year to date
-- definition: Hours of completed job shadows this school year: activities of the tier exploration.
-- source:     Perkins V, sustained interaction: the tiers of work-based learning are counted apart

select
  student_id,
  cohort_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator
from engagement_by_period
where tier = 'exploration'
group by student_id, cohort_id, period_id
