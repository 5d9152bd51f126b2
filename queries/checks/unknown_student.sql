-- name:       Activities and participants whose student no roster, attendance or enrollment knows
-- severity:   warning
-- advice:     Compare how the partner and the district write student numbers (leading zeros, another number);
--             until then these students count for the partner, but have no attendance.

with known as (
  select student_id from students
  union
  select student_id from enrollments
  union
  select student_id from attendance
)

select
  r.partner || ', ' || r.program as what,
  count(*) as row_count
from (
  select student_id, partner, program from engagement
  union all
  select student_id, partner, program from participants
) as r
left join known as k on k.student_id = r.student_id
-- Before the district has sent anything, nobody is known.
where k.student_id is null and exists (select 1 from known)
group by r.partner, r.program
