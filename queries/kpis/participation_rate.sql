-- name:       Participation
-- aloud:      The programs reached {figure}
-- domain:     engagement
-- unit:       percent of eligible students
-- better:     higher
-- window:     year to date
-- grain:      partner
-- definition: Students of the cohort as a share of the students who could take part: all of the district, or those of
--             the schools and grade levels that the district has named.
-- source:     Perkins V state reports: participants among eligible students

with eligible as (
  select
    period_id,
    count(*) as students
  from students_eligible_by_period
  group by period_id
)

select
  c.partner as partner_id,
  m.period_id,
  count(distinct m.student_id) as numerator,
  max(e.students) as denominator,
  count(distinct m.student_id) as people
from cohort_members as m
join cohorts as c on c.cohort_id = m.cohort_id and c.program = ''
join students_eligible_by_period as s on s.student_id = m.student_id and s.period_id = m.period_id
join eligible as e on e.period_id = m.period_id
group by c.partner, m.period_id
