-- name:       Students who answered
-- aloud:      Surveys were answered by {figure}
-- domain:     engagement
-- unit:       percent of students
-- better:     higher
-- window:     year to date
-- definition: Students of the cohort who answered a survey under their number this school year, as a share of all its
--             students.
-- source:     Common practice: response rate; anonymous answers cannot be told apart and are not counted

select
  m.student_id,
  m.cohort_id,
  m.period_id,
  case when count(s.answers) > 0 then 1 else 0 end as numerator,
  1 as denominator
from cohort_members as m
left join surveys_by_period as s
  on s.student_id = m.student_id
  and s.cohort_id = m.cohort_id
  and s.period_id = m.period_id
  and s.respondent = 'student'
group by m.student_id, m.cohort_id, m.period_id
