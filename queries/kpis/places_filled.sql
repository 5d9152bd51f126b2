-- name:       Places filled
-- domain:     engagement
-- unit:       students
-- better:     higher
-- window:     quarter
-- definition: Students of the cohort in the quarter, each counted once; held for the school year, whoever took part at some
--             time of it still has a place.
-- source:     District definition: students in the program, beside the places it has

select
  student_id,
  cohort_id,
  period_id,
  1 as numerator,
  1 as denominator
from cohort_members
