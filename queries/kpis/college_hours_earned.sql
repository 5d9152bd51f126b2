-- name:       College hours earned
-- aloud:      Students earned {figure} in college
-- domain:     college credits
-- unit:       credit hours
-- better:     higher
-- window:     year to date
-- definition: College credit hours earned this school year. A repeated course is earned once. High-school credits
--             are another unit and never added.
-- source:     NC Career and College Promise reports, hours earned

select
  student_id,
  period_id,
  sum(earned_hundredths) as numerator,
  100 as denominator
from college_credits_by_period
group by student_id, period_id
