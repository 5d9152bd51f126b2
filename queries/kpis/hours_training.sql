-- name:       Hours of training
-- aloud:      Apprenticeships and pre-apprenticeships came to {figure}
-- domain:     engagement
-- unit:       hours
-- better:     higher
-- window:     year to date
-- definition: Hours of completed pre-apprenticeships and registered apprenticeships this school year: activities of
--             the tier training.
-- source:     Perkins V, sustained interaction: the tiers of work-based learning are counted apart

select
  student_id,
  cohort_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator
from engagement_by_period
where tier = 'training'
group by student_id, cohort_id, period_id
