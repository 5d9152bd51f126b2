-- name:       With a credential
-- aloud:      A credential was earned by {figure}
-- domain:     engagement
-- unit:       percent of students
-- better:     higher
-- window:     year to date
-- definition: Students who earned at least one credential this school year, as a share of all students of the cohort.
-- source:     NC workforce credentials list; once per student and credential

select
  m.student_id,
  m.cohort_id,
  m.period_id,
  case when coalesce(sum(e.credentials), 0) > 0 then 1 else 0 end as numerator,
  1 as denominator
from cohort_members as m
left join engagement_by_period as e
  on e.student_id = m.student_id and e.cohort_id = m.cohort_id and e.period_id = m.period_id
group by m.student_id, m.cohort_id, m.period_id
