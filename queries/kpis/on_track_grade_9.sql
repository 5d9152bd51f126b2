-- name:       On track in grade 9
-- aloud:      Ninth grade ended on track for {figure}
-- domain:     grades
-- unit:       percent of students
-- better:     higher
-- window:     school year
-- setting:    credits = 5 (full credits earned by the end of the year)
-- setting:    core_f = 1 (semester F in core subjects that are still on track)
-- definition: Students of grade 9 with at least {credits} credits earned and at most {core_f} semester F in a core
--             subject by the end of the school year, among those with final marks. A failed core course of a whole
--             year is two semester F.
-- source:     University of Chicago Consortium on School Research, Freshman On-Track indicator

select
  g.student_id,
  g.period_id,
  case
    when sum(m.credits_earned_hundredths) >= 100 * $credits and sum(m.core_semester_f_marks) <= $core_f then 1
    else 0
  end as numerator,
  1 as denominator
from (
  select distinct
    student_id,
    period_id
  from student_groups
  where group_by = 'grade_level' and group_value in ('9', '09')
) as g
join grades_by_period as m on m.student_id = g.student_id and m.period_id = g.period_id
group by g.student_id, g.period_id
having sum(m.final_marks) > 0
