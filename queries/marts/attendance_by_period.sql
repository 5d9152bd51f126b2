-- name:       Attendance by period
-- grain:      student, school, period
-- students:   apart (what it tells of a student comes of no facts of another)
-- definition: Days enrolled and days absent, in hundredths of a day. A day counts once its school has sent it.
--             Daily rows count as they are. Period attendance makes a day absent when the student was present
--             in fewer than half of the day's classes. Where a school sends absences only, the days enrolled
--             come from enrollments and calendar, up to the latest day that school has sent in the school year.
--             A student at an activity with a partner that day (a shadow, an internship) is present, whatever the school
--             has written. A summary counts in the quarter of the last day it speaks of; of summaries since the beginning of the
--             school year the last of a quarter counts, less the last of the quarters before.

with off_site as (
  select distinct
    e.student_id,
    e.date
  from engagement as e
  where
    e.tier in ('exploration', 'preparation', 'training')
    and e.status <> 'withdrawn'
    and (e.end_date is null or e.end_date = e.date)
),

-- Counting whole days takes a third of the time of adding up hundredths, and nearly all days are whole.
whole_days as (
  select
    a.student_id,
    a.school,
    d.quarter_id,
    count(*) as days,
    count(*) filter (where a.status = 'present') as present,
    count(*) filter (where a.status = 'absent_excused') as excused,
    count(*) filter (where a.status = 'absent_unexcused') as unexcused
  from attendance as a
  join days as d on d.date = a.date
  where a.shape = 'daily' and a.fraction_hundredths is null
  group by a.student_id, a.school, d.quarter_id
),

daily as (
  select
    student_id,
    school,
    quarter_id,
    100 * days as enrolled_hundredths,
    100 * (days - present) as absent_hundredths,
    100 * excused as excused_hundredths,
    100 * unexcused as unexcused_hundredths,
    100 * (days - present - excused - unexcused) as suspended_hundredths
  from whole_days
  union all
  select
    a.student_id,
    a.school,
    d.quarter_id,
    100 * count(*) as enrolled_hundredths,
    sum(a.fraction_hundredths) as absent_hundredths,
    coalesce(sum(a.fraction_hundredths) filter (where a.status = 'absent_excused'), 0) as excused_hundredths,
    coalesce(sum(a.fraction_hundredths) filter (where a.status = 'absent_unexcused'), 0) as unexcused_hundredths,
    coalesce(sum(a.fraction_hundredths) filter (where a.status = 'suspended'), 0) as suspended_hundredths
  from attendance as a
  join days as d on d.date = a.date
  where a.shape = 'daily' and a.fraction_hundredths is not null
  group by a.student_id, a.school, d.quarter_id
  union all
  -- Taken back from what was counted above.
  select
    a.student_id,
    a.school,
    d.quarter_id,
    0 as enrolled_hundredths,
    -sum(coalesce(a.fraction_hundredths, 100)) as absent_hundredths,
    -sum(case when a.status = 'absent_excused' then coalesce(a.fraction_hundredths, 100) else 0 end)
      as excused_hundredths,
    -sum(case when a.status = 'absent_unexcused' then coalesce(a.fraction_hundredths, 100) else 0 end)
      as unexcused_hundredths,
    -sum(case when a.status = 'suspended' then coalesce(a.fraction_hundredths, 100) else 0 end)
      as suspended_hundredths
  from attendance as a
  join off_site as o on o.student_id = a.student_id and o.date = a.date
  join days as d on d.date = a.date
  where a.shape = 'daily' and (a.status <> 'present' or a.fraction_hundredths is not null)
  group by a.student_id, a.school, d.quarter_id
),

class_days as (
  select
    a.student_id,
    a.school,
    d.quarter_id,
    a.date,
    count(*) as classes,
    sum(case when a.status = 'present' then 1 else 0 end) as present_classes,
    sum(case when a.status = 'absent_excused' then 1 else 0 end) as excused_classes,
    sum(case when a.status = 'suspended' then 1 else 0 end) as suspended_classes,
    count(o.date) as off_site_classes
  from attendance as a
  join days as d on d.date = a.date
  left join off_site as o on o.student_id = a.student_id and o.date = a.date
  where a.shape = 'periods'
  group by a.student_id, a.school, d.quarter_id, a.date
),

-- An absent day has one reason: the one that more than half of its missed classes have, else unexcused.
reasoned_days as (
  select
    student_id,
    school,
    quarter_id,
    case when 2 * present_classes >= classes or off_site_classes > 0 then 0 else 1 end as absent,
    case when 2 * excused_classes > classes - present_classes then 1 else 0 end as excused,
    case when 2 * suspended_classes > classes - present_classes then 1 else 0 end as suspended
  from class_days
),

periods_shape as (
  select
    student_id,
    school,
    quarter_id,
    count(*) * 100 as enrolled_hundredths,
    100 * sum(absent) as absent_hundredths,
    100 * sum(absent * excused) as excused_hundredths,
    100 * sum(absent * (1 - excused) * (1 - suspended)) as unexcused_hundredths,
    100 * sum(absent * suspended) as suspended_hundredths
  from reasoned_days
  group by student_id, school, quarter_id
),

enrolled_days as (
  select
    e.student_id,
    e.school,
    d.quarter_id,
    c.date
  from enrollments as e
  join calendar as c
    on c.school = e.school and c.date >= e.entry_date and (e.exit_date is null or c.date < e.exit_date)
  join days as d on d.date = c.date
  join absence_schools as s on s.school = e.school and s.school_year = d.school_year and c.date <= s.last_day
  where c.school_day
),

absent_days as (
  select
    a.student_id,
    a.school,
    a.date,
    a.status,
    a.fraction_hundredths
  from attendance as a
  left join off_site as o on o.student_id = a.student_id and o.date = a.date
  where a.shape = 'absences' and o.date is null
),

absences_shape as (
  select
    e.student_id,
    e.school,
    e.quarter_id,
    count(*) * 100 as enrolled_hundredths,
    sum(coalesce(a.fraction_hundredths, case when a.status is null or a.status = 'present' then 0 else 100 end))
      as absent_hundredths,
    sum(case when a.status = 'absent_excused' then coalesce(a.fraction_hundredths, 100) else 0 end)
      as excused_hundredths,
    sum(case when a.status = 'absent_unexcused' then coalesce(a.fraction_hundredths, 100) else 0 end)
      as unexcused_hundredths,
    sum(case when a.status = 'suspended' then coalesce(a.fraction_hundredths, 100) else 0 end)
      as suspended_hundredths
  from enrolled_days as e
  left join absent_days as a on a.student_id = e.student_id and a.school = e.school and a.date = e.date
  group by e.student_id, e.school, e.quarter_id
),

summaries as (
  select
    a.student_id,
    a.school,
    d.school_year,
    d.quarter_id,
    a.shape,
    a.days_enrolled_hundredths as enrolled_hundredths,
    coalesce(
      a.days_absent_hundredths,
      coalesce(a.days_absent_excused_hundredths, 0) + coalesce(a.days_absent_unexcused_hundredths, 0)
    ) as absent_hundredths,
    coalesce(a.days_absent_excused_hundredths, 0) as excused_hundredths,
    coalesce(a.days_absent_unexcused_hundredths, 0) as unexcused_hundredths,
    row_number() over (
      partition by a.student_id, a.school, a.shape, d.quarter_id
      order by a.date desc
      rows between unbounded preceding and current row
    ) as from_last
  from attendance as a
  join days as d on d.date = a.date
  where a.shape in ('summary', 'summary_to_date')
),

summary_shape as (
  select
    student_id,
    school,
    quarter_id,
    sum(enrolled_hundredths) as enrolled_hundredths,
    sum(absent_hundredths) as absent_hundredths,
    sum(excused_hundredths) as excused_hundredths,
    sum(unexcused_hundredths) as unexcused_hundredths,
    0 as suspended_hundredths
  from summaries
  where shape = 'summary'
  group by student_id, school, quarter_id
),

-- A correction of an earlier quarter shows as less in the quarter that brings it, so that the year stays right.
summary_to_date_shape as (
  select
    student_id,
    school,
    quarter_id,
    enrolled_hundredths - coalesce(
      lag(enrolled_hundredths) over (partition by student_id, school, school_year order by quarter_id), 0
    ) as enrolled_hundredths,
    absent_hundredths - coalesce(
      lag(absent_hundredths) over (partition by student_id, school, school_year order by quarter_id), 0
    ) as absent_hundredths,
    excused_hundredths - coalesce(
      lag(excused_hundredths) over (partition by student_id, school, school_year order by quarter_id), 0
    ) as excused_hundredths,
    unexcused_hundredths - coalesce(
      lag(unexcused_hundredths) over (partition by student_id, school, school_year order by quarter_id), 0
    ) as unexcused_hundredths,
    0 as suspended_hundredths
  from summaries
  where shape = 'summary_to_date' and from_last = 1
),

by_quarter as (
  select
    student_id,
    school,
    quarter_id,
    enrolled_hundredths,
    absent_hundredths,
    excused_hundredths,
    unexcused_hundredths,
    suspended_hundredths
  from daily
  union all
  select
    student_id,
    school,
    quarter_id,
    enrolled_hundredths,
    absent_hundredths,
    excused_hundredths,
    unexcused_hundredths,
    suspended_hundredths
  from periods_shape
  union all
  select
    student_id,
    school,
    quarter_id,
    enrolled_hundredths,
    absent_hundredths,
    excused_hundredths,
    unexcused_hundredths,
    suspended_hundredths
  from absences_shape
  union all
  select
    student_id,
    school,
    quarter_id,
    enrolled_hundredths,
    absent_hundredths,
    excused_hundredths,
    unexcused_hundredths,
    suspended_hundredths
  from summary_shape
  union all
  select
    student_id,
    school,
    quarter_id,
    enrolled_hundredths,
    absent_hundredths,
    excused_hundredths,
    unexcused_hundredths,
    suspended_hundredths
  from summary_to_date_shape
)

select
  b.student_id,
  b.school,
  p.period_id,
  sum(b.enrolled_hundredths) as enrolled_hundredths,
  sum(b.absent_hundredths) as absent_hundredths,
  sum(b.excused_hundredths) as excused_hundredths,
  sum(b.unexcused_hundredths) as unexcused_hundredths,
  sum(b.suspended_hundredths) as suspended_hundredths
from by_quarter as b
join period_quarters as p on p.quarter_id = b.quarter_id
group by b.student_id, b.school, p.period_id
