-- name:       Staff training by period
-- grain:      partner, member of staff, period
-- definition: Trainings and externships of the district's staff with a partner, placed in the quarter of their day. Time is
--             in minutes; an externship is an activity that is called so. The empty partner is all partners together.

select
  c.partner as partner_id,
  t.staff_id,
  p.period_id,
  count(*) as trainings,
  sum(case when lower(t.activity) like '%externship%' then 1 else 0 end) as externships,
  sum(coalesce(t.minutes, 0)) as minutes
from staff_training as t
join cohort_names as n on n.partner = t.partner and n.program = ''
  and t.date >= n.first_day and t.date <= n.last_day
join cohorts as c on c.cohort_id = n.cohort_id
join days as d on d.date = t.date
join period_quarters as p on p.quarter_id = d.quarter_id
group by c.partner, t.staff_id, p.period_id
