-- name:       Attendance on a day the calendar says is no school day
-- severity:   warning
-- advice:     Correct the calendar or the attendance of these days; until then they count where a school sends
--             every day, and do not where it sends absences only.

select
  a.school || ', ' || cast(a.date as varchar) as what,
  count(*) as row_count,
  a.student_id,
  d.quarter_id
from attendance as a
join calendar as c on c.school = a.school and c.date = a.date
left join days as d on d.date = a.date
-- A summary speaks of more days than the one it bears.
where not c.school_day and a.shape in ('daily', 'absences', 'periods')
group by a.school, a.date, a.student_id, d.quarter_id
