-- name:       College courses with more credit hours earned than attempted
-- severity:   error
-- advice:     Ask the college for a corrected export; credit by examination was attempted, too. Until then the
--             success in college courses is too high.

select
  institution || ', ' || term as what,
  count(*) as row_count
from college_credits
where hours_earned_hundredths > hours_attempted_hundredths
group by institution, term
