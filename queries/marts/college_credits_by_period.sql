-- name:       College credits by period
-- grain:      student, period
-- definition: College credit hours attempted and earned, in hundredths of an hour, placed in the quarter that closes
--             their term. A repeated course is attempted each time and earned once, the first time. The tuition value,
--             in cents, is that of the hours earned in a term, up to the most that tuition is charged for, at the rate
--             in force at the end of that quarter.

with courses as (
  select
    c.student_id,
    t.quarter_id,
    upper(c.term) as term,
    upper(c.institution) as institution,
    c.hours_attempted_hundredths,
    case
      when row_number() over (
        partition by c.student_id, upper(c.institution), upper(c.course), case when c.hours_earned_hundredths > 0 then 1 else 0 end
        order by t.quarter_id, c.term
        rows between unbounded preceding and current row
      ) = 1 then c.hours_earned_hundredths
      else 0
    end as earned_hundredths
  from college_credits as c
  join college_terms as t on upper(t.term) = upper(c.term)
),

by_term as (
  select
    student_id,
    institution,
    term,
    quarter_id,
    sum(hours_attempted_hundredths) as attempted_hundredths,
    sum(earned_hundredths) as earned_hundredths
  from courses
  group by student_id, institution, term, quarter_id
),

valued as (
  select
    b.student_id,
    b.quarter_id,
    b.attempted_hundredths,
    b.earned_hundredths,
    -- Hundredths of an hour times cents: the KPI divides by 100 x 100.
    coalesce(r.cents, 0) * case
      when b.earned_hundredths > r.most_hundredths then r.most_hundredths
      else b.earned_hundredths
    end as tuition_hundredths_of_cents
  from by_term as b
  join periods as p on p.period_id = b.quarter_id
  left join rates as r
    on r.rate = 'college_tuition' and p.last_day >= r.first_day and p.last_day <= r.last_day
)

select
  v.student_id,
  p.period_id,
  sum(v.attempted_hundredths) as attempted_hundredths,
  sum(v.earned_hundredths) as earned_hundredths,
  sum(v.tuition_hundredths_of_cents) as tuition_hundredths_of_cents
from valued as v
join period_quarters as p on p.quarter_id = v.quarter_id
group by v.student_id, p.period_id
