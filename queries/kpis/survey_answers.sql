-- name:       Survey answers
-- aloud:      Surveys drew {figure}
-- domain:     engagement
-- unit:       answers
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: Answers to surveys this school year, of students, staff and parents together.
-- source:     Common practice: percent favorable is told with the number of answers

with by_question as (
  select
    c.partner,
    s.period_id,
    s.survey_partner,
    s.survey_program,
    s.survey_date,
    s.question,
    s.respondent,
    sum(s.answers) as answers
  from surveys_by_period as s
  join cohorts as c on c.cohort_id = s.cohort_id and c.program = ''
  group by c.partner, s.period_id, s.survey_partner, s.survey_program, s.survey_date, s.question, s.respondent
)

-- Who answers stays unknown, and may answer again on another day or for another partner: as many as answered one
-- question of one survey are behind the figure at least.
select
  partner as partner_id,
  period_id,
  sum(answers) as numerator,
  1 as denominator,
  max(answers) as people
from by_question
group by partner, period_id
