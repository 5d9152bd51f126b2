-- name:       Absence schools
-- grain:      school, school year
-- definition: The schools that send absences only, with the latest day of a school year they have sent.

select
  a.school,
  d.school_year,
  max(a.date) as last_day
from attendance as a
join days as d on d.date = a.date
where a.shape = 'absences'
group by a.school, d.school_year
