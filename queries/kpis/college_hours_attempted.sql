-- name:       College hours attempted
-- aloud:      Students attempted {figure} in college
-- domain:     college credits
-- unit:       credit hours
-- better:     higher
-- window:     year to date
-- definition: College credit hours attempted this school year; a repeated course each time. High-school credits are
--             another unit and never added.
-- source:     NC Career and College Promise reports, hours attempted

select
  student_id,
  period_id,
  sum(attempted_hundredths) as numerator,
  100 as denominator
from college_credits_by_period
group by student_id, period_id
