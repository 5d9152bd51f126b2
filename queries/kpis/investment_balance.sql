-- name:       Share of the partner
-- aloud:      The partner put in {figure}
-- domain:     investment
-- unit:       percent of investment
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: What the partner has put in this school year as a share of what both sides have; half is the same
--             investment.
-- source:     The partnership's ledger, actual lines of both sides

select
  partner_id,
  period_id,
  sum(case when side = 'partner' then hundredths_of_cents else 0 end) as numerator,
  sum(hundredths_of_cents) as denominator
from investments_by_period
where plan = 'actual'
group by partner_id, period_id
having sum(hundredths_of_cents) > 0
