-- name:       College hours passed
-- aloud:      Students passed {figure} in college
-- domain:     college credits
-- unit:       percent of credit hours
-- better:     higher
-- window:     year to date
-- definition: College credit hours earned as a share of hours attempted this school year. A repeated course is
--             attempted each time and earned once.
-- source:     NC Career and College Promise reports, success in credit hours (83 percent against 72 for all, 2023)

select
  student_id,
  period_id,
  sum(earned_hundredths) as numerator,
  sum(attempted_hundredths) as denominator
from college_credits_by_period
group by student_id, period_id
having sum(attempted_hundredths) > 0
