-- name:       Exports that came for this quarter last year and have not come this year
-- severity:   warning
-- advice:     Ask for the export, or look for it in the inbox; until then the figures of the quarter are without it.

with dated as (
  select 'attendance' as source, date from attendance group by date
  union all
  select 'engagement' as source, date from engagement group by date
  union all
  select 'investments' as source, date from investments group by date
  union all
  select 'staff_training' as source, date from staff_training group by date
  union all
  select 'surveys' as source, date from surveys group by date
),

sent as (
  select s.source, d.quarter_id
  from dated as s
  join days as d on d.date = s.date
  union
  select 'grades' as source, t.quarter_id
  from grades as g
  join terms as t on t.school_year = g.school_year and upper(t.term) = upper(g.term)
  union
  select 'college_credits' as source, t.quarter_id
  from college_credits as c
  join college_terms as t on upper(t.term) = upper(c.term)
  union
  select 'students' as source, p.quarter_id
  from students as s
  join periods as p on p.school_year = s.school_year
),

-- The latest quarter that has ended: attendance has reached its last day, or its grades are there.
latest as (
  select max(e.quarter_id) as quarter_id
  from (
    select p.quarter_id
    from periods as p
    join (select max(date) as last_day from attendance) as a on p.last_day <= a.last_day
    union all
    select quarter_id from sent where source = 'grades'
  ) as e
)

select
  s.source || ', quarter from ' || cast(p.first_day as varchar) as what,
  1 as row_count
from sent as s
-- The numbers of the same quarter in two years are 100 apart.
join latest as l on s.quarter_id = l.quarter_id - 100
join periods as p on p.period_id = l.quarter_id
left join sent as t on t.source = s.source and t.quarter_id = l.quarter_id
where t.source is null
