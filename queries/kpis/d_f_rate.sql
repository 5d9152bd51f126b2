-- name:       D and F marks
-- aloud:      Marks of D or F made up {figure}
-- domain:     grades
-- unit:       percent of course marks
-- better:     lower
-- window:     year to date
-- definition: Final marks of D, F, WF and FF as a share of final marks posted this school year.
-- source:     District grading scale; one level of stored grade, the term's final mark

select
  student_id,
  period_id,
  sum(d_or_f_marks) as numerator,
  sum(final_marks) as denominator
from grades_by_period
group by student_id, period_id
having sum(final_marks) > 0
