-- name:       Hours of awareness
-- aloud:      Talks, field trips and lab visits came to {figure}
-- domain:     engagement
-- unit:       hours
-- better:     higher
-- window:     year to date
-- definition: Hours of completed talks, field trips and lab visits this school year: activities of the tier
--             awareness.
-- source:     Perkins V, sustained interaction: the tiers of work-based learning are counted apart

select
  student_id,
  cohort_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator
from engagement_by_period
where tier = 'awareness'
group by student_id, cohort_id, period_id
