-- name:       Students with attendance for the whole day at two schools
-- severity:   warning
-- advice:     Ask both schools who had left; a student who shares the day between schools may stay. Until then
--             both schools count these days.

-- Classes at two schools on one day are no fault, and a summary speaks of more days than the one it bears.
with movers as (
  select student_id
  from attendance_by_period
  group by student_id
  having min(school) <> max(school)
),

shared_days as (
  select
    a.student_id,
    a.date,
    min(a.school) || ' and ' || max(a.school) as schools
  from attendance as a
  join movers as m on m.student_id = a.student_id
  where a.shape in ('daily', 'absences')
  group by a.student_id, a.date
  having min(a.school) <> max(a.school)
)

select
  s.schools as what,
  count(*) as row_count,
  s.student_id,
  d.quarter_id
from shared_days as s
left join days as d on d.date = s.date
group by s.schools, s.student_id, d.quarter_id
