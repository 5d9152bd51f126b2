-- name:       Courses passed
-- aloud:      Students passed {figure}
-- domain:     grades
-- unit:       percent of course marks
-- better:     higher
-- window:     year to date
-- definition: Passing final marks as a share of final marks posted this school year. Withdrawn, audited, incomplete and
--             blank marks are not final.
-- source:     District grading scale; one level of stored grade, the term's final mark

select
  student_id,
  period_id,
  sum(passing_marks) as numerator,
  sum(final_marks) as denominator
from grades_by_period
group by student_id, period_id
having sum(final_marks) > 0
