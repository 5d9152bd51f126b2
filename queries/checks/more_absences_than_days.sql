-- name:       Students absent on more days of a quarter than they were enrolled
-- severity:   error
-- advice:     Export the attendance, enrollments and calendar of these schools again; until then the attendance of
--             these students is wrong.

-- Where a school sends absences only, the quarter marts leave out those of days that do not count: they come from the
-- facts.
with absences as (
  select
    a.student_id,
    a.school,
    d.quarter_id,
    sum(coalesce(a.fraction_hundredths, 100)) as absent_hundredths
  from attendance as a
  join days as d on d.date = a.date
  where a.status <> 'present' and a.shape = 'absences'
  group by a.student_id, a.school, d.quarter_id
)

select
  m.school as what,
  count(*) as row_count,
  m.student_id,
  p.quarter_id
from attendance_by_period as m
join periods as p on p.period_id = m.period_id and p.time_window = 'quarter'
left join absences as a on a.student_id = m.student_id and a.school = m.school and a.quarter_id = p.quarter_id
where m.absent_hundredths > m.enrolled_hundredths or a.absent_hundredths > m.enrolled_hundredths
group by m.school, m.student_id, p.quarter_id
