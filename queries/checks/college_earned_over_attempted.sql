-- name:       College courses with more credit hours earned than attempted
-- severity:   error
-- advice:     Ask the college for a corrected export; credit by examination was attempted, too. Until then the
--             success in college courses is too high.

select
  c.institution || ', ' || c.term as what,
  count(*) as row_count,
  c.student_id,
  t.quarter_id
from college_credits as c
left join college_terms as t on upper(t.term) = upper(c.term)
where c.hours_earned_hundredths > c.hours_attempted_hundredths
group by c.institution, c.term, c.student_id, t.quarter_id
