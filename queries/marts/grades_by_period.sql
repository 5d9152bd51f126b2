-- name:       Grades by period
-- grain:      student, period
-- definition: Final marks that are posted, placed in the quarter that closes their term. A mark the grade scale
--             calls final counts (a withdrawal, an audit, a blank do not); GPA points are hundredths of a point
--             times hundredths of a credit, over the marks the scale counts in GPA; weighted, the level of the course
--             adds to a mark that has points. A failed core course of more than half a credit is two semester F.

with final_marks as (
  select
    g.student_id,
    t.quarter_id,
    coalesce(g.credits_attempted_hundredths, 100) as credits_hundredths,
    case when s.final then 1 else 0 end as final_mark,
    case when s.final and s.passing then 1 else 0 end as passing_mark,
    case when s.final and s.d_or_f then 1 else 0 end as d_or_f_mark,
    case
      when s.final and s.passing then coalesce(g.credits_earned_hundredths, g.credits_attempted_hundredths, 100)
      else 0
    end as credits_earned_hundredths,
    case when s.final and not s.passing and c.subject is not null then 1 else 0 end as core_f_mark,
    case
      when s.points_hundredths is null or g.exclude_from_gpa then 0
      else coalesce(g.credits_attempted_hundredths, 100)
    end as gpa_credits_hundredths,
    coalesce(s.points_hundredths, 0) as points_hundredths,
    case when s.points_hundredths > 0 then coalesce(w.points_hundredths, 0) else 0 end as weight_hundredths
  from grades as g
  join terms as t on t.school_year = g.school_year and upper(t.term) = upper(g.term)
  join grade_scale as s on s.school_year = g.school_year and s.mark = upper(g.mark)
  left join level_weights as w on w.school_year = g.school_year and w.level = g.level
  left join core_subjects as c on c.subject = lower(g.subject)
  where g.final
)

select
  f.student_id,
  p.period_id,
  sum(f.final_mark) as final_marks,
  sum(f.passing_mark) as passing_marks,
  sum(f.d_or_f_mark) as d_or_f_marks,
  sum(f.credits_earned_hundredths) as credits_earned_hundredths,
  sum(f.core_f_mark * case when f.credits_hundredths > 50 then 2 else 1 end) as core_semester_f_marks,
  sum(f.gpa_credits_hundredths) as gpa_credits_hundredths,
  sum(f.gpa_credits_hundredths * f.points_hundredths) as gpa_points,
  sum(f.gpa_credits_hundredths * (f.points_hundredths + f.weight_hundredths)) as weighted_gpa_points
from final_marks as f
join period_quarters as p on p.quarter_id = f.quarter_id
group by f.student_id, p.period_id
