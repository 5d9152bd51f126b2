-- name:       Attendance of students their school had not enrolled on that day
-- severity:   warning
-- advice:     Export the enrollments of these schools again, or correct the entry and exit dates; until then these
--             days count where a school sends every day, and do not where it sends absences only.

-- Joined, so that nothing is read where no school has sent enrollments.
with sent as (
  select distinct school from enrollments
)

select
  a.school || ', ' || left(cast(a.date as varchar), 7) as what,
  count(*) as row_count,
  a.student_id,
  d.quarter_id
from attendance as a
join sent as s on s.school = a.school
left join days as d on d.date = a.date
where
  -- A summary speaks of more days than the one it bears.
  a.shape in ('daily', 'absences', 'periods')
  and not exists (
    select 1
    from enrollments as e
    where
      e.student_id = a.student_id
      and e.school = a.school
      and e.entry_date <= a.date
      and (e.exit_date is null or a.date < e.exit_date)
  )
group by a.school, left(cast(a.date as varchar), 7), a.student_id, d.quarter_id
