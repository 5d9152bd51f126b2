-- name:       Interns at the credit line
-- aloud:      Among interns, enough hours for credit were reached by {figure}
-- domain:     engagement
-- unit:       percent of students
-- better:     higher
-- window:     year to date
-- setting:    hours = 135 (completed hours that earn one unit of credit)
-- definition: Students with at least {hours} completed hours of internship, clinical placement or co-op this school
--             year, among those who started one.
-- source:     NC work-based learning credit: 135 hours on a block or A/B schedule, 150 on a traditional one, for each
--             unit

select
  student_id,
  cohort_id,
  period_id,
  case when sum(minutes) >= 60 * $hours then 1 else 0 end as numerator,
  1 as denominator
from engagement_by_period
where tier = 'preparation'
group by student_id, cohort_id, period_id
