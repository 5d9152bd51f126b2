-- name:       Money that the figures count otherwise than the exports, or of all partners otherwise than of each
-- severity:   error
-- advice:     A mart of the workspace counts rows twice or loses some: put queries/marts/investments_by_period.sql right.

-- Hours may be worth the rate of a volunteer; what is not said in the export is not looked at.
with sent as (
  select
    d.quarter_id,
    sum(coalesce(100 * i.amount_cents, i.quantity_hundredths * i.rate_cents, 0)) as hundredths_of_cents
  from investments as i
  join (select distinct partner from cohort_names where program = '') as n on n.partner = i.partner
  join days as d on d.date = i.date
  where i.kind <> 'hours'
  group by d.quarter_id
),

counted as (
  select
    i.period_id as quarter_id,
    sum(case when i.partner_id = '' then i.hundredths_of_cents else 0 end) as of_all,
    sum(case when i.partner_id <> '' then i.hundredths_of_cents else 0 end) as of_each
  from investments_by_period as i
  join periods as p on p.period_id = i.period_id and p.time_window = 'quarter'
  where i.kind <> 'hours'
  group by i.period_id
)

select
  p.school_year || ', the quarter that ends on ' || cast(p.last_day as varchar) as what,
  1 as row_count,
  p.quarter_id
from sent as s
full join counted as c on c.quarter_id = s.quarter_id
join periods as p on p.period_id = coalesce(s.quarter_id, c.quarter_id)
where
  coalesce(s.hundredths_of_cents, 0) <> coalesce(c.of_all, 0)
  or coalesce(c.of_all, 0) <> coalesce(c.of_each, 0)
