-- name:       Attendance rate
-- aloud:      Students attended {figure}
-- domain:     attendance
-- unit:       percent of days
-- better:     higher
-- window:     year to date
-- definition: Days attended as a share of days enrolled, pooled over the students. Part of a day counts in
--             part; where classes are counted, a day is attended with at least half of them.
-- source:     NC district policy 4400; pooled as in the Ed-Fi-based edu_wh measure of cumulative attendance

select
  student_id,
  period_id,
  sum(enrolled_hundredths - absent_hundredths) as numerator,
  sum(enrolled_hundredths) as denominator
from attendance_by_period
group by student_id, period_id
