-- name:       Surveys by period
-- grain:      cohort, survey, kind of respondent, question, student, score, period
-- definition: Answers to surveys, counted, with their score and the highest score there is, placed in the quarter of their
--             day. A survey is what was asked for a partner and program, as the export writes them, on a day. The
--             student is known only where the export names one.

select
  n.cohort_id,
  s.partner as survey_partner,
  s.program as survey_program,
  s.date as survey_date,
  s.respondent,
  s.question,
  s.student_id,
  s.score_hundredths,
  s.scale_max_hundredths,
  p.period_id,
  count(*) as answers
from surveys as s
join cohort_names as n on n.partner = s.partner and n.program = s.program
  and s.date >= n.first_day and s.date <= n.last_day
join days as d on d.date = s.date
join period_quarters as p on p.quarter_id = d.quarter_id
group by
  n.cohort_id,
  s.partner,
  s.program,
  s.date,
  s.respondent,
  s.question,
  s.student_id,
  s.score_hundredths,
  s.scale_max_hundredths,
  p.period_id
