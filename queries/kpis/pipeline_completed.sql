-- name:       Pipeline: completed
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- counted:    own
-- definition: Students who have reached high school and completed the program: the status of participants says completed,
--             graduated, hired, employed or matriculated, on or before the last day of the period.
-- source:     The partnership's own pipeline, from the first year in the program to the partner's door

select
  student_id,
  cohort_id,
  period_id,
  completed as numerator,
  1 as denominator
from students_pipeline_by_period
