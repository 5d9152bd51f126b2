-- name:       Final marks that the figures count otherwise than the exports
-- severity:   error
-- advice:     A mart of the workspace counts rows twice or loses some: put queries/marts/grades_by_period.sql right.

with sent as (
  select
    t.quarter_id,
    count(*) as final_marks
  from grades as g
  join terms as t on t.school_year = g.school_year and upper(t.term) = upper(g.term)
  join grade_scale as s on s.school_year = g.school_year and s.mark = upper(g.mark) and s.final
  where g.final
  group by t.quarter_id
),

counted as (
  select
    g.period_id as quarter_id,
    sum(g.final_marks) as final_marks
  from grades_by_period as g
  join periods as p on p.period_id = g.period_id and p.time_window = 'quarter'
  group by g.period_id
)

select
  p.school_year || ', the quarter that ends on ' || cast(p.last_day as varchar) as what,
  1 as row_count,
  p.quarter_id
from sent as s
full join counted as c on c.quarter_id = s.quarter_id
join periods as p on p.period_id = coalesce(s.quarter_id, c.quarter_id)
where coalesce(s.final_marks, 0) <> coalesce(c.final_marks, 0)
