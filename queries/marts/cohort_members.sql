-- name:       Cohort members
-- grain:      cohort, student, period
-- definition: The students of a partner, or of one of its programs, in a period: participants whose dates touch it.
--             Where nobody has sent participants for a partner, whoever took part in an activity of it counts.

with listed as (
  select
    n.cohort_id,
    p.student_id,
    p.start_date,
    p.end_date
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
  join days as d on d.date = e.date
  join cohorts as c on c.cohort_id = n.cohort_id
  where c.partner not in (
    select k.partner
    from listed as l
    join cohorts as k on k.cohort_id = l.cohort_id
  )
)

select
  l.cohort_id,
  l.student_id,
  p.period_id
from listed as l
join periods as p on l.start_date <= p.last_day and (l.end_date is null or l.end_date >= p.first_day)
union
select
  a.cohort_id,
  a.student_id,
  q.period_id
from active as a
join period_quarters as q on q.quarter_id = a.quarter_id
