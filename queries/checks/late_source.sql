-- name:       Sources that lag behind, or came for this quarter last year and have not come this year
-- severity:   warning
-- advice:     Ask for the export, or look for it in the inbox; until then the figures of the quarter are without it.
-- setting:    attendance_days = 0 (days of the school year its last day may lie back; 0: any number)
-- setting:    engagement_days = 0 (the same, for each partner)
-- setting:    grades_days = 0 (the same, from the end of the last quarter with grades)
-- setting:    college_credits_days = 0 (the same, from the end of the last quarter with credits)
-- setting:    investments_days = 0 (as attendance)
-- setting:    staff_training_days = 0 (as attendance)
-- setting:    surveys_days = 0 (as attendance)

with dated as (
  select 'attendance' as source, '' as partner, date from attendance group by date
  union all
  select 'engagement' as source, c.partner, e.date
  from engagement as e
  join cohort_names as n on n.partner = e.partner and n.program = e.program
    and e.date >= n.first_day and e.date <= n.last_day
    -- A partner that was merged into another has nothing more to send.
    and n.last_day >= $today
  join cohorts as c on c.cohort_id = n.cohort_id and c.program = '' and c.partner <> ''
  group by c.partner, e.date
  union all
  select 'investments' as source, '' as partner, date from investments group by date
  union all
  select 'staff_training' as source, '' as partner, date from staff_training group by date
  union all
  select 'surveys' as source, '' as partner, date from surveys group by date
),

sent as (
  select s.source, d.quarter_id
  from dated as s
  join days as d on d.date = s.date
  union
  select 'engagement' as source, d.quarter_id
  from engagement as e
  join days as d on d.date = e.date
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
),

through as (
  select source, partner, max(date) as last_day
  from dated
  group by source, partner
  union all
  select s.source, '' as partner, max(p.last_day) as last_day
  from sent as s
  join periods as p on p.quarter_id = s.quarter_id
  where s.source in ('grades', 'college_credits')
  group by s.source
),

allowed as (
  select 'attendance' as source, $attendance_days as day_count
  union all
  select 'engagement' as source, $engagement_days as day_count
  union all
  select 'grades' as source, $grades_days as day_count
  union all
  select 'college_credits' as source, $college_credits_days as day_count
  union all
  select 'investments' as source, $investments_days as day_count
  union all
  select 'staff_training' as source, $staff_training_days as day_count
  union all
  select 'surveys' as source, $surveys_days as day_count
)

select
  s.source || ', quarter from ' || cast(p.first_day as varchar) as what,
  1 as row_count,
  null as partner,
  l.quarter_id
from sent as s
-- The numbers of the same quarter in two years are 100 apart.
join latest as l on s.quarter_id = l.quarter_id - 100
join periods as p on p.period_id = l.quarter_id
left join sent as t on t.source = s.source and t.quarter_id = l.quarter_id
where t.source is null
union all
select
  h.source || case when h.partner = '' then '' else ' of ' || h.partner end || ', last day '
    || cast(h.last_day as varchar) as what,
  1 as row_count,
  nullif(h.partner, '') as partner,
  null as quarter_id
from through as h
join allowed as a on a.source = h.source and a.day_count > 0
join days as d on d.date > h.last_day and d.date <= $today
group by h.source, h.partner, h.last_day, a.day_count
having count(*) > a.day_count
