-- name:       Investment against plan
-- aloud:      Both sides put in {figure}
-- domain:     investment
-- unit:       percent of plan
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: What both sides have put in this school year, as a share of what they had planned for the same time.
-- source:     The partnership's ledger, actual against planned lines

select
  partner_id,
  period_id,
  sum(case when plan = 'actual' then hundredths_of_cents else 0 end) as numerator,
  sum(case when plan = 'planned' then hundredths_of_cents else 0 end) as denominator
from investments_by_period
group by partner_id, period_id
having sum(case when plan = 'planned' then hundredths_of_cents else 0 end) > 0
