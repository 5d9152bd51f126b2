-- name:       Hours of engagement
-- aloud:      Students spent {figure} with the partner
-- domain:     engagement
-- unit:       hours
-- better:     higher
-- window:     year to date
-- definition: Hours of completed lab visits, job shadows, internships and apprenticeships this school year.
-- source:     NC work-based learning guidance: completed activities

select
  student_id,
  cohort_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator
from engagement_by_period
group by student_id, cohort_id, period_id
