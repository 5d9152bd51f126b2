-- name:       Cost per college credit hour
-- aloud:      Both sides together put in {figure}
-- domain:     investment
-- unit:       dollars per credit hour
-- better:     lower
-- window:     year to date
-- grain:      partner
-- definition: What both sides have put in this school year for each college credit hour its students earned.
-- source:     The partnership's ledger, actual lines of both sides; college credit hours earned

with spent as (
  select
    partner_id,
    period_id,
    sum(hundredths_of_cents) as hundredths_of_cents
  from investments_by_period
  where plan = 'actual'
  group by partner_id, period_id
),

earned as (
  select
    c.partner,
    k.period_id,
    sum(k.earned_hundredths) as earned_hundredths,
    count(distinct k.student_id) as students
  from college_credits_by_period as k
  join cohort_members as m on m.student_id = k.student_id and m.period_id = k.period_id
  join cohorts as c on c.cohort_id = m.cohort_id and c.program = ''
  where k.earned_hundredths > 0
  group by c.partner, k.period_id
)

select
  s.partner_id,
  s.period_id,
  s.hundredths_of_cents as numerator,
  100 * e.earned_hundredths as denominator,
  e.students as people
from spent as s
join earned as e on e.partner = s.partner_id and e.period_id = s.period_id
