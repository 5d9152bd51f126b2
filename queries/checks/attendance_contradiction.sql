-- name:       Students marked present who were absent the whole day, or absent for no part of it
-- severity:   error
-- advice:     The column `fraction` is the part of the day absent, not present: correct the export or its dialect.
--             KPIs believe the fraction, so the attendance of these days is wrong.

select
  a.school || ', ' || a.status as what,
  count(*) as row_count,
  a.student_id,
  d.quarter_id
from attendance as a
left join days as d on d.date = a.date
where
  -- Said first, so that nothing is read where no export has the column.
  a.fraction_hundredths is not null
  and (
    (a.status = 'present' and a.fraction_hundredths = 100)
    or (a.status <> 'present' and a.fraction_hundredths = 0)
  )
group by a.school, a.status, a.student_id, d.quarter_id
