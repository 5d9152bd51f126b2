-- name:       Teacher externships
-- aloud:      Teachers took part in {figure}
-- domain:     investment
-- unit:       externships
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: Externships of the district's staff with the partner this school year.
-- source:     The partnership's training log; staff are told in groups like students

select
  partner_id,
  period_id,
  sum(externships) as numerator,
  1 as denominator,
  count(*) as people,
  max(externships) as largest
from staff_training_by_period
where externships > 0
group by partner_id, period_id
