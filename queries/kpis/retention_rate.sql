-- name:       Returning participants
-- aloud:      From last year, {figure} came back
-- domain:     engagement
-- unit:       percent of students
-- better:     higher
-- window:     year to date
-- counted:    own
-- definition: Students who took part in the school year before and take part again, among those who are still
--             students of the district; who has graduated or left is not counted.
-- source:     District definition: returning among last year's participants still eligible

select
  b.student_id,
  b.cohort_id,
  y.period_id,
  case when m.student_id is null then 0 else 1 end as numerator,
  1 as denominator
from years as y
join cohort_members as b on b.period_id = y.year_before_id
join students_eligible_by_period as s on s.student_id = b.student_id and s.period_id = y.period_id
left join cohort_members as m
  on m.cohort_id = b.cohort_id and m.student_id = b.student_id and m.period_id = y.period_id
