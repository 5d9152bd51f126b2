-- name:       Students served
-- aloud:      In all, {figure} took part
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- definition: Students who took part in at least one activity this school year, each counted once however many
--             activities they had.
-- source:     Perkins V state reports: unduplicated participants

select
  student_id,
  cohort_id,
  period_id,
  1 as numerator,
  1 as denominator
from engagement_by_period
group by student_id, cohort_id, period_id
