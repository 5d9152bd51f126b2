-- name:       Pipeline: high school
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- counted:    own
-- definition: Students who have begun and have reached grade 9, 10, 11 or 12 by the end of the period.
-- source:     The partnership's own pipeline, from the first year in the program to the partner's door

select
  student_id,
  cohort_id,
  period_id,
  high_school as numerator,
  1 as denominator
from students_pipeline_by_period
