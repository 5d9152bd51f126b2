-- name:       Students pipeline by period
-- grain:      student, cohort, period
-- definition: Whoever began with a partner or program by the end of a period, in the school years that are described,
--             and how far they have come by then. Each step is one of those who made the step before. High school is a
--             grade level from 9 to 12 on the roster. Completed, and hired or enrolled with the partner, is what the
--             status of participants says: completed, graduated; hired, employed, matriculated. "Enrolled" alone says
--             most often that somebody is still taking part, and is no step.

with begun as (
  select
    student_id,
    cohort_id,
    min(period_id) as period_id
  from cohort_members
  group by student_id, cohort_id
),

in_high_school as (
  select
    student_id,
    min(period_id) as period_id
  from student_groups
  where group_by = 'grade_level' and group_value in ('9', '09', '10', '11', '12')
  group by student_id
),

finished as (
  select
    p.student_id,
    n.cohort_id,
    min(coalesce(p.end_date, p.start_date)) as completed_on,
    min(
      case
        when lower(p.status) in ('hired', 'employed', 'matriculated') then coalesce(p.end_date, p.start_date)
      end
    ) as hired_on
  from participants as p
  join cohort_names as n on n.partner = p.partner and n.program = p.program
    and coalesce(p.end_date, p.start_date) >= n.first_day and coalesce(p.end_date, p.start_date) <= n.last_day
  where lower(p.status) in ('completed', 'graduated', 'hired', 'employed', 'matriculated')
  group by p.student_id, n.cohort_id
),

certified as (
  select
    student_id,
    cohort_id,
    min(period_id) as period_id
  from engagement_by_period
  where credentials > 0
  group by student_id, cohort_id
),

steps as (
  select
    b.student_id,
    b.cohort_id,
    p.period_id,
    case when h.period_id <= p.period_id then 1 else 0 end as high_school,
    case when f.completed_on <= p.last_day then 1 else 0 end as completed,
    case when c.period_id <= p.period_id then 1 else 0 end as credential,
    case when f.hired_on <= p.last_day then 1 else 0 end as hired
  from begun as b
  join periods as p on p.period_id >= b.period_id
  left join in_high_school as h on h.student_id = b.student_id
  left join finished as f on f.student_id = b.student_id and f.cohort_id = b.cohort_id
  left join certified as c on c.student_id = b.student_id and c.cohort_id = b.cohort_id
)

select
  student_id,
  cohort_id,
  period_id,
  high_school,
  high_school * completed as completed,
  high_school * completed * credential as credential,
  high_school * completed * credential * hired as hired
from steps
