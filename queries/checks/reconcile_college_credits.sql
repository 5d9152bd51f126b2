-- name:       College credit hours that the figures count otherwise than the exports
-- severity:   error
-- advice:     A mart of the workspace counts rows twice or loses some: put queries/marts/college_credits_by_period.sql right.

with sent as (
  select
    t.quarter_id,
    sum(c.hours_attempted_hundredths) as attempted_hundredths
  from college_credits as c
  join college_terms as t on upper(t.term) = upper(c.term)
  group by t.quarter_id
),

counted as (
  select
    c.period_id as quarter_id,
    sum(c.attempted_hundredths) as attempted_hundredths
  from college_credits_by_period as c
  join periods as p on p.period_id = c.period_id and p.time_window = 'quarter'
  group by c.period_id
)

select
  p.school_year || ', the quarter that ends on ' || cast(p.last_day as varchar) as what,
  1 as row_count,
  p.quarter_id
from sent as s
full join counted as c on c.quarter_id = s.quarter_id
join periods as p on p.period_id = coalesce(s.quarter_id, c.quarter_id)
where coalesce(s.attempted_hundredths, 0) <> coalesce(c.attempted_hundredths, 0)
