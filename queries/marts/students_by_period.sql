-- name:       Students by period
-- grain:      student, period
-- definition: The students of the district in a period: those on the roster of the school year, and those with
--             attendance in it.

select
  s.student_id,
  p.period_id
from students as s
join periods as p on p.school_year = s.school_year
union
select
  a.student_id,
  q.period_id
from attendance as a
join days as d on d.date = a.date
join period_quarters as q on q.quarter_id = d.quarter_id
