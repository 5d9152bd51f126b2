-- name:       Chronic absence
-- aloud:      Chronic absence stood at {figure}
-- domain:     attendance
-- unit:       percent of students
-- better:     lower
-- window:     year to date
-- setting:    minimum_days = 10 (school days enrolled before a student counts)
-- definition: Students absent on 10 percent or more of their enrolled days, for any reason, among students
--             enrolled at least {minimum_days} days.
-- source:     NC State Board definition, February 2018; federal file specification FS195

select
  student_id,
  period_id,
  case when 10 * sum(absent_hundredths) >= sum(enrolled_hundredths) then 1 else 0 end as numerator,
  1 as denominator
from attendance_by_period
group by student_id, period_id
having sum(enrolled_hundredths) >= 100 * $minimum_days
