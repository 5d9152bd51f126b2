-- name:       Pipeline: hired or enrolled
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- counted:    own
-- definition: Students who have completed the program, hold a credential and were hired by the partner or enrolled with
--             it: the status of participants says hired, employed or matriculated.
-- source:     The partnership's own pipeline, from the first year in the program to the partner's door

select
  student_id,
  cohort_id,
  period_id,
  hired as numerator,
  1 as denominator
from students_pipeline_by_period
