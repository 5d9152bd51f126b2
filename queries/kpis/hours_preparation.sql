-- name:       Hours of preparation
-- aloud:      Internships, clinical placements and co-ops came to {figure}
-- domain:     engagement
-- unit:       hours
-- better:     higher
-- window:     year to date
-- definition: Hours of completed internships, clinical placements and co-ops this school year: activities of the tier
--             preparation.
-- source:     Perkins V, sustained interaction: the tiers of work-based learning are counted apart

select
  student_id,
  cohort_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator
from engagement_by_period
where tier = 'preparation'
group by student_id, cohort_id, period_id
