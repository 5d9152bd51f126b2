-- name:       Unexcused absence
-- aloud:      Students missed {figure} without an excuse
-- domain:     attendance
-- unit:       percent of days
-- better:     lower
-- window:     year to date
-- definition: Days of unexcused absence as a share of days enrolled. Truancy itself is state law and is not
--             counted here.
-- source:     District attendance policy; state law sets truancy

select
  student_id,
  period_id,
  sum(unexcused_hundredths) as numerator,
  sum(enrolled_hundredths) as denominator
from attendance_by_period
group by student_id, period_id
