-- name:       Cost per participant
-- aloud:      Both sides together put in {figure}
-- domain:     investment
-- unit:       dollars per student
-- better:     lower
-- window:     year to date
-- grain:      partner
-- definition: What both sides have put in this school year for each student served.
-- source:     The partnership's ledger, actual lines of both sides; unduplicated students served

with spent as (
  select
    partner_id,
    period_id,
    sum(hundredths_of_cents) as hundredths_of_cents
  from investments_by_period
  where plan = 'actual'
  group by partner_id, period_id
),

served as (
  select
    c.partner,
    e.period_id,
    count(distinct e.student_id) as students
  from engagement_by_period as e
  join cohorts as c on c.cohort_id = e.cohort_id and c.program = ''
  join cohort_members as m
    on m.cohort_id = e.cohort_id and m.student_id = e.student_id and m.period_id = e.period_id
  group by c.partner, e.period_id
)

select
  s.partner_id,
  s.period_id,
  s.hundredths_of_cents as numerator,
  10000 * v.students as denominator,
  v.students as people
from spent as s
join served as v on v.partner = s.partner_id and v.period_id = s.period_id
