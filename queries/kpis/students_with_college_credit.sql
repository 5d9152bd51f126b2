-- name:       With college credit
-- aloud:      College credit was earned by {figure}
-- domain:     college credits
-- unit:       percent of students
-- better:     higher
-- window:     year to date
-- definition: Students who earned at least one college credit hour this school year, as a share of all students of
--             the cohort.
-- source:     NC Career and College Promise reports, students earning credit

select
  s.student_id,
  s.period_id,
  case when coalesce(sum(c.earned_hundredths), 0) >= 100 then 1 else 0 end as numerator,
  1 as denominator
from students_by_period as s
left join college_credits_by_period as c on c.student_id = s.student_id and c.period_id = s.period_id
group by s.student_id, s.period_id
