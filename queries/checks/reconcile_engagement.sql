-- name:       Activities that the figures count otherwise than the exports, or of all partners otherwise than of each
-- severity:   error
-- advice:     A mart of the workspace counts rows twice or loses some: put queries/marts/engagement_by_period.sql right.

with known as (
  select distinct
    partner,
    program
  from cohort_names
),

sent as (
  select
    d.quarter_id,
    count(*) as started
  from engagement as e
  join known as k on k.partner = e.partner and k.program = e.program
  join days as d on d.date = e.date
  group by d.quarter_id
),

counted as (
  select
    e.period_id as quarter_id,
    sum(case when c.partner = '' then e.started else 0 end) as of_all,
    sum(case when c.partner <> '' then e.started else 0 end) as of_each
  from engagement_by_period as e
  join periods as p on p.period_id = e.period_id and p.time_window = 'quarter'
  join cohorts as c on c.cohort_id = e.cohort_id and c.program = ''
  group by e.period_id
)

select
  p.school_year || ', the quarter that ends on ' || cast(p.last_day as varchar) as what,
  1 as row_count,
  p.quarter_id
from sent as s
full join counted as c on c.quarter_id = s.quarter_id
join periods as p on p.period_id = coalesce(s.quarter_id, c.quarter_id)
where
  coalesce(s.started, 0) <> coalesce(c.of_all, 0)
  or coalesce(c.of_all, 0) <> coalesce(c.of_each, 0)
