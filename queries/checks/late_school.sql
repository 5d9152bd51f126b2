-- name:       Schools whose attendance ends long before that of the others
-- severity:   warning
-- advice:     Ask the school, or look into the refused rows and the inbox, for its latest attendance; until then the
--             figures of the quarter leave out its last days.

with last_days as (
  select
    school,
    max(date) as last_day
  from attendance
  -- A summary comes at the end of a term.
  where shape in ('daily', 'absences', 'periods')
  group by school
)

select
  s.school || ', last day ' || cast(s.last_day as varchar) as what,
  1 as row_count,
  s.school
from last_days as s
cross join (select max(last_day) as last_day from last_days) as latest
-- A holiday lasts up to 14 days; a school without attendance for a year (365 days) has closed.
where date_diff('day', s.last_day, latest.last_day) > 14 and date_diff('day', s.last_day, latest.last_day) <= 365
