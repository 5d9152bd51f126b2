-- name:       Partner staff in schools
-- aloud:      In the schools, the partner had {figure}
-- domain:     investment
-- unit:       FTE
-- better:     higher
-- window:     quarter
-- grain:      partner
-- definition: Full-time equivalents of the partner's staff in schools in the quarter.
-- source:     The partnership's ledger, actual lines of kind fte

select
  partner_id,
  period_id,
  sum(quantity_hundredths) as numerator,
  100 as denominator
from investments_by_period
where side = 'partner' and kind = 'fte' and plan = 'actual'
group by partner_id, period_id
