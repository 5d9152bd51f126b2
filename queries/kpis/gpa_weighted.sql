-- name:       GPA, weighted
-- aloud:      The mean weighted GPA was {figure}
-- domain:     grades
-- unit:       grade points
-- better:     higher
-- window:     year to date
-- definition: Mean over students of each student's grade points per credit, to which the level of a course adds
--             (honors, AP, IB, college), from final marks of the school year. A mark without points gets none for its
--             level.
-- source:     NC 10-point grading scale; State Board policy on quality points: honors 0.5, AP, IB and college courses
--             1

-- Each student's own average is kept in millionths of a point, so that sums over students are exact.
select
  student_id,
  period_id,
  round(10000.0 * sum(weighted_gpa_points) / nullif(sum(gpa_credits_hundredths), 0)) as numerator,
  1000000 as denominator
from grades_by_period
group by student_id, period_id
having sum(gpa_credits_hundredths) > 0
