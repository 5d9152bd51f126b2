-- name:       Activities and participants whose student no roster, attendance or enrollment knows
-- severity:   warning
-- advice:     Compare how the partner and the district write student numbers (leading zeros, another number);
--             until then these students count for the partner, but have no attendance.

with served as (
  select student_id, partner, program from engagement
  union all
  select student_id, partner, program from participants
),

known as (
  select student_id from students
  union
  select student_id from enrollments
  union
  -- Of a district's millions of days, only those of the students served.
  select student_id from attendance where student_id in (select student_id from served)
)

select
  s.partner || ', ' || s.program as what,
  count(*) as row_count,
  s.partner
from served as s
left join known as k on k.student_id = s.student_id
where
  k.student_id is null
  -- Before the district has sent anything, nobody is known.
  and (
    exists (select 1 from students) or exists (select 1 from enrollments) or exists (select 1 from attendance)
  )
group by s.partner, s.program
