-- name:       Tuition value
-- aloud:      The college hours earned were worth {figure} in tuition
-- domain:     college credits
-- unit:       dollars
-- better:     higher
-- window:     year to date
-- definition: What the college credit hours earned this school year would cost a student in tuition, at the rate in
--             force when their term closed (now {rate_college_tuition} dollars an hour) and for at most as many hours a
--             term as tuition is charged for. It is a value, not savings.
-- source:     NC community colleges, in-state tuition of 76 USD per credit hour, at most 16 hours;
--             queries/rates/college_tuition.csv

select
  student_id,
  period_id,
  sum(tuition_hundredths_of_cents) as numerator,
  10000 as denominator
from college_credits_by_period
group by student_id, period_id
having sum(earned_hundredths) > 0
