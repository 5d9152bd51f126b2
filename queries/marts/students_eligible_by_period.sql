-- name:       Students eligible by period
-- grain:      student, period
-- students:   apart (what it tells of a student comes of no facts of another)
-- definition: The students who could take part: all of the district, or those of the schools and grade levels that the
--             district has named under [eligibility].

with wanted as (
  select distinct group_by from eligibility
),

fitting as (
  select distinct
    g.student_id,
    g.period_id,
    g.group_by
  from student_groups as g
  join eligibility as e on e.group_by = g.group_by and e.group_value = g.group_value
)

select
  s.student_id,
  s.period_id
from students_by_period as s
left join fitting as f on f.student_id = s.student_id and f.period_id = s.period_id
group by s.student_id, s.period_id
having count(f.group_by) = (select count(*) from wanted)
