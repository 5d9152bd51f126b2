-- name:       Credentials earned
-- aloud:      Students earned {figure}
-- domain:     engagement
-- unit:       credentials
-- better:     higher
-- window:     year to date
-- definition: Credentials earned this school year, each once for each student.
-- source:     NC workforce credentials list; once per student and credential

select
  student_id,
  cohort_id,
  period_id,
  sum(credentials) as numerator,
  1 as denominator
from engagement_by_period
group by student_id, cohort_id, period_id
