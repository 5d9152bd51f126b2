-- name:       College credits by period
-- grain:      student, period
-- definition: College credit hours attempted and earned, in hundredths of an hour, placed in the quarter that closes
--             their term. A repeated course is attempted each time and earned once, the first time.

with courses as (
  select
    c.student_id,
    t.quarter_id,
    c.hours_attempted_hundredths,
    c.hours_earned_hundredths,
    row_number() over (
      partition by c.student_id, upper(c.institution), upper(c.course), case when c.hours_earned_hundredths > 0 then 1 else 0 end
      order by t.quarter_id, c.term
      rows between unbounded preceding and current row
    ) as time_earned
  from college_credits as c
  join college_terms as t on upper(t.term) = upper(c.term)
)

select
  c.student_id,
  p.period_id,
  sum(c.hours_attempted_hundredths) as attempted_hundredths,
  sum(case when c.time_earned = 1 then c.hours_earned_hundredths else 0 end) as earned_hundredths
from courses as c
join period_quarters as p on p.quarter_id = c.quarter_id
group by c.student_id, p.period_id
