-- name:       Students who are in the cohort of all partners and of none, or the other way round
-- severity:   error
-- advice:     A mart of the workspace counts rows twice or loses some: put queries/marts/cohort_members.sql right.

with members as (
  select
    m.period_id,
    m.student_id,
    max(case when c.partner = '' then 1 else 0 end) as of_all,
    max(case when c.partner <> '' then 1 else 0 end) as of_one
  from cohort_members as m
  join cohorts as c on c.cohort_id = m.cohort_id and c.program = ''
  group by m.period_id, m.student_id
)

select
  p.school_year || ', the quarter that ends on ' || cast(p.last_day as varchar) as what,
  count(*) as row_count,
  p.quarter_id
from members as m
join periods as p on p.period_id = m.period_id and p.time_window = 'quarter'
where m.of_all <> m.of_one
group by p.school_year, p.last_day, p.quarter_id
