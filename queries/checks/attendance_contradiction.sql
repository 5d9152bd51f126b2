-- name:       Students marked present who were absent the whole day, or absent for no part of it
-- severity:   error
-- advice:     The column `fraction` is the part of the day absent, not present: correct the export or its dialect.
--             KPIs believe the fraction, so the attendance of these days is wrong.

select
  school || ', ' || status as what,
  count(*) as row_count
from attendance
where
  (status = 'present' and fraction_hundredths = 100)
  or (status <> 'present' and fraction_hundredths = 0)
group by school, status
