-- name:       Hours per participant
-- aloud:      Time with the partner came to {figure}
-- domain:     engagement
-- unit:       hours per student
-- better:     higher
-- window:     year to date
-- definition: Hours of completed activities this school year for each student who took part in any.
-- source:     NC work-based learning guidance: completed activities

select
  student_id,
  cohort_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator
from engagement_by_period
group by student_id, cohort_id, period_id
