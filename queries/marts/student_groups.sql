-- name:       Student groups
-- grain:      student, period, kind of group
-- definition: The groups a student belongs to in a period, from the roster of the school year: school, grade level,
--             and every column named group_*.

select
  s.student_id,
  p.period_id,
  'school' as group_by,
  s.school as group_value
from students as s
join periods as p on p.school_year = s.school_year
union
select
  s.student_id,
  p.period_id,
  'grade_level' as group_by,
  s.grade_level as group_value
from students as s
join periods as p on p.school_year = s.school_year
union
select
  g.student_id,
  p.period_id,
  g.group_by,
  g.group_value
from student_group_values as g
join periods as p on p.school_year = g.school_year
