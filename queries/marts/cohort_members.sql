-- name:       Cohort members
-- grain:      cohort, student, period
-- definition: The students of a partner, of one of its programs, or of any partner, in a period: participants whose
--             dates touch it. Where nobody has sent participants for a partner, whoever took part in an activity of it
--             counts. Held for the school year (the default), whoever was there at some time of the year stays.

with listed as (
  select
    n.cohort_id,
    p.student_id,
    p.start_date,
    p.end_date
  from participants as p
  join cohort_names as n on n.partner = p.partner and n.program = p.program
),

sent_participants as (
  select distinct k.partner
  from listed as l
  join cohorts as k on k.cohort_id = l.cohort_id
  where k.partner <> ''
),

active as (
  select distinct
    n.cohort_id,
    e.student_id,
    d.quarter_id
  from engagement as e
  join cohort_names as n on n.partner = e.partner and n.program = e.program
  join days as d on d.date = e.date
  -- Of all partners together those count that have sent no participants.
  join cohort_names as w on w.partner = e.partner and w.program = e.program
  join cohorts as c on c.cohort_id = w.cohort_id
  where c.partner <> '' and c.program = '' and c.partner not in (select partner from sent_participants)
)

select
  l.cohort_id,
  l.student_id,
  p.period_id
from listed as l
join periods as p on l.start_date <= p.last_day and (l.end_date is null or l.end_date >= p.members_from)
union
select
  a.cohort_id,
  a.student_id,
  q.period_id
from active as a
join member_quarters as q on q.quarter_id = a.quarter_id
