-- name:       Students in exploration
-- aloud:      Job shadows reached {figure}
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- definition: Students with at least one completed job shadow this school year, each counted once: activities of the
--             tier exploration.
-- source:     Perkins V, sustained interaction: the tiers of work-based learning are counted apart

select
  student_id,
  cohort_id,
  period_id,
  1 as numerator,
  1 as denominator
from engagement_by_period
where tier = 'exploration'
group by student_id, cohort_id, period_id
having sum(completed) > 0
