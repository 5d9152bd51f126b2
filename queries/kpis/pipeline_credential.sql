-- name:       Pipeline: credential
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- counted:    own
-- definition: Students who have completed the program and earned at least one credential in it.
-- source:     The partnership's own pipeline, from the first year in the program to the partner's door

select
  student_id,
  cohort_id,
  period_id,
  credential as numerator,
  1 as denominator
from students_pipeline_by_period
