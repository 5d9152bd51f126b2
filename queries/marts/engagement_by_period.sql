-- name:       Engagement by period
-- grain:      student, cohort, tier, period
-- definition: Activities with a partner, placed in the quarter of their first day. `cohort_id` carries the partner and
--             its programs alike, as `period_id` carries quarters and years to date. Hours are those of completed
--             activities, in minutes; credentials count once for each student and credential.

with placements as (
  select
    e.student_id,
    n.cohort_id,
    coalesce(e.tier, '') as tier,
    d.quarter_id,
    case when e.status = 'completed' then 1 else 0 end as completed,
    case when e.status = 'completed' then coalesce(e.minutes, 0) else 0 end as minutes,
    case
      when e.credential = '' then 0
      when row_number() over (
        partition by e.student_id, n.cohort_id, e.credential
        order by e.date, e.activity
        rows between unbounded preceding and current row
      ) = 1 then 1
      else 0
    end as credential
  from engagement as e
  join cohort_names as n on n.partner = e.partner and n.program = e.program
    and e.date >= n.first_day and e.date <= n.last_day
  join days as d on d.date = e.date
)

select
  e.student_id,
  e.cohort_id,
  e.tier,
  p.period_id,
  count(*) as started,
  sum(e.completed) as completed,
  sum(e.minutes) as minutes,
  sum(e.credential) as credentials
from placements as e
join period_quarters as p on p.quarter_id = e.quarter_id
group by e.student_id, e.cohort_id, e.tier, p.period_id
