-- name:       Cohort members
-- grain:      cohort, student, period
-- definition: The students of a partner, of one of its programs, or of any partner, in a period: participants whose
--             dates touch it. Where nobody has sent participants for a partner, whoever took part in an activity of it
--             counts. Held for the school year (the default), whoever was there at some time of the year stays. What
--             goes from one cohort to another on a day takes its students along: they are in either one in the periods
--             in which the names mean it.

with listed as (
  select
    n.cohort_id,
    p.student_id,
    p.start_date,
    p.end_date,
    n.first_day,
    n.last_day
  from participants as p
  join cohort_names as n on n.partner = p.partner and n.program = p.program and p.start_date <= n.last_day
),

-- By whose name it is, not by whom the rows count for: after a merger one name may send them and another not.
sent_participants as (
  select distinct n.name_of
  from participants as p
  join cohort_names as n on n.partner = p.partner and n.program = p.program
),

active as (
  select distinct
    n.cohort_id,
    e.student_id,
    d.quarter_id,
    n.first_day,
    n.last_day
  from engagement as e
  join cohort_names as n on n.partner = e.partner and n.program = e.program and e.date <= n.last_day
  join days as d on d.date = e.date
  where n.name_of not in (select name_of from sent_participants)
)

select
  l.cohort_id,
  l.student_id,
  p.period_id
from listed as l
join periods as p on l.start_date <= p.last_day and (l.end_date is null or l.end_date >= p.members_from)
where l.first_day <= p.last_day and l.last_day >= p.first_day
union
select
  a.cohort_id,
  a.student_id,
  q.period_id
from active as a
join member_quarters as q on q.quarter_id = a.quarter_id
join periods as p on p.period_id = q.period_id
where a.first_day <= p.last_day and a.last_day >= p.first_day
