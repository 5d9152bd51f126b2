-- name:       Hours of teacher training
-- aloud:      Teacher training came to {figure}
-- domain:     investment
-- unit:       hours
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: Hours of training and externship that the district's staff spent with the partner this school year.
-- source:     The partnership's training log; staff are told in groups like students

select
  partner_id,
  period_id,
  sum(minutes) as numerator,
  60 as denominator,
  count(*) as people,
  max(minutes) as largest
from staff_training_by_period
group by partner_id, period_id
