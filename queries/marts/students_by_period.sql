-- name:       Students by period
-- grain:      student, period
-- students:   apart (what it tells of a student comes of no facts of another)
-- definition: The students of the district in a period: those on the roster of the school year, and those with
--             attendance in it.

select
  s.student_id,
  p.period_id
from students as s
join periods as p on p.school_year = s.school_year
union
select
  student_id,
  period_id
from attendance_by_period
union
-- Of a school that sends absences only, the days enrolled come from elsewhere, and may be missing.
select
  a.student_id,
  q.period_id
from attendance as a
join days as d on d.date = a.date
join period_quarters as q on q.quarter_id = d.quarter_id
where a.shape = 'absences'
