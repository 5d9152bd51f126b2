-- name:       Investments by period
-- grain:      partner, side, kind, plan, period
-- definition: What each side puts in, planned and actual, in cents: the amount of a line, else quantity times rate. Hours
--             without either are worth the value of a volunteer's hour in force on that day. Quantities are in
--             hundredths of their unit (FTE, hours). The empty partner is all partners together.

with lines as (
  select
    c.partner as partner_id,
    i.side,
    i.kind,
    i.plan,
    d.quarter_id,
    -- Hundredths of a unit times cents; an amount of money stands for itself.
    coalesce(
      100 * i.amount_cents,
      i.quantity_hundredths * i.rate_cents,
      case when i.kind = 'hours' then i.quantity_hundredths * r.cents end,
      0
    ) as hundredths_of_cents,
    coalesce(i.quantity_hundredths, 0) as quantity_hundredths
  from investments as i
  join cohort_names as n on n.partner = i.partner and n.program = ''
    and i.date >= n.first_day and i.date <= n.last_day
  join cohorts as c on c.cohort_id = n.cohort_id
  join days as d on d.date = i.date
  left join rates as r on r.rate = 'volunteer_hour' and i.date >= r.first_day and i.date <= r.last_day
)

select
  l.partner_id,
  l.side,
  l.kind,
  l.plan,
  p.period_id,
  sum(l.hundredths_of_cents) as hundredths_of_cents,
  sum(l.quantity_hundredths) as quantity_hundredths
from lines as l
join period_quarters as p on p.quarter_id = l.quarter_id
group by l.partner_id, l.side, l.kind, l.plan, p.period_id
