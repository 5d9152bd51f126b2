-- name:       Placements
-- aloud:      Students started {figure}
-- domain:     engagement
-- unit:       placements
-- better:     higher
-- window:     year to date
-- definition: Activities started this school year, each counted: a student with three of them counts three times.
-- source:     Perkins V state reports: duplicated participants

select
  student_id,
  cohort_id,
  period_id,
  sum(started) as numerator,
  1 as denominator
from engagement_by_period
group by student_id, cohort_id, period_id
