-- name:       Planned by the district
-- aloud:      The district had planned {figure}
-- domain:     investment
-- unit:       dollars
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: What the district had planned to put in this school year up to the end of the quarter, in dollars, by
--             kind: staff, hours, cash, in kind, space, stipends. An hour without a rate is worth
--             {rate_volunteer_hour} dollars, the value of a volunteer's time.
-- source:     The partnership's ledger, planned lines; a volunteer's hour at the dated value in
--             queries/rates/volunteer_hour.csv

select
  partner_id,
  period_id,
  '' as group_by,
  '' as group_value,
  sum(hundredths_of_cents) as numerator,
  10000 as denominator
from investments_by_period
where side = 'district' and plan = 'planned'
group by partner_id, period_id
union all
select
  partner_id,
  period_id,
  'kind' as group_by,
  kind as group_value,
  sum(hundredths_of_cents) as numerator,
  10000 as denominator
from investments_by_period
where side = 'district' and plan = 'planned'
group by partner_id, period_id, kind
