-- name:       Favorable answers, staff
-- aloud:      Favorable answers of staff came to {figure}
-- domain:     engagement
-- unit:       percent of answers
-- better:     higher
-- window:     year to date
-- grain:      partner
-- setting:    favorable_percent = 75 (percent of the highest score from which an answer is favorable)
-- definition: Survey answers of staff that reach {favorable_percent} percent of the highest score (4 of 5, 3 of 4),
--             among all their answers this school year.
-- source:     Common practice: percent favorable, told with the number of answers

with by_question as (
  select
    c.partner,
    s.period_id,
    s.survey_partner,
    s.survey_program,
    s.survey_date,
    s.question,
    sum(case when 100 * s.score_hundredths >= $favorable_percent * s.scale_max_hundredths then s.answers else 0 end)
      as favorable,
    sum(s.answers) as answers
  from surveys_by_period as s
  join cohorts as c on c.cohort_id = s.cohort_id and c.program = ''
  where s.respondent = 'staff'
  group by c.partner, s.period_id, s.survey_partner, s.survey_program, s.survey_date, s.question
)

-- Who answers stays unknown, and may answer again on another day or for another partner: as many as answered one
-- question of one survey are behind the figure at least.
select
  partner as partner_id,
  period_id,
  sum(favorable) as numerator,
  sum(answers) as denominator,
  max(answers) as people
from by_question
group by partner, period_id
