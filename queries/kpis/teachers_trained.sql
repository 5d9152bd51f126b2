-- name:       Teachers trained
-- aloud:      The training reached {figure}
-- domain:     investment
-- unit:       teachers
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: Members of the district's staff who took part in a training or externship with the partner this school
--             year, each counted once.
-- source:     The partnership's training log; staff are told in groups like students

select
  partner_id,
  period_id,
  count(*) as numerator,
  1 as denominator,
  count(*) as people
from staff_training_by_period
group by partner_id, period_id
