-- name:       Cohort members
-- grain:      cohort, student, period
-- definition: The students of a partner, of one of its programs, or of any partner, in a period: participants whose
--             dates touch it, of these dates those on which the names mean the cohort. Where nobody has sent
--             participants for a partner, whoever took part in an activity of it counts. Held for the school year (the
--             default), whoever was there at some time of the year stays.

with listed as (
  select
    n.cohort_id,
    p.student_id,
    case when p.start_date >= n.first_day then p.start_date else n.first_day end as start_date,
    case when p.end_date <= n.last_day then p.end_date else n.last_day end as end_date
  from participants as p
  join cohort_names as n on n.partner = p.partner and n.program = p.program
    and p.start_date <= n.last_day and (p.end_date is null or p.end_date >= n.first_day)
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
    d.quarter_id
  from engagement as e
  join cohort_names as n on n.partner = e.partner and n.program = e.program
    and e.date >= n.first_day and e.date <= n.last_day
  join days as d on d.date = e.date
  where n.name_of not in (select name_of from sent_participants)
)

select
  l.cohort_id,
  l.student_id,
  p.period_id
from listed as l
join periods as p on l.start_date <= p.last_day and l.end_date >= p.members_from
union
select
  a.cohort_id,
  a.student_id,
  q.period_id
from active as a
join member_quarters as q on q.quarter_id = a.quarter_id
