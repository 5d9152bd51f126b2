-- name:       Pipeline: started
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     year to date
-- counted:    own
-- definition: Students who have ever begun with the partner or program, up to the end of the period, graduates included.
-- source:     The partnership's own pipeline, from the first year in the program to the partner's door

select
  student_id,
  cohort_id,
  period_id,
  1 as numerator,
  1 as denominator
from students_pipeline_by_period
