-- name:       Final marks that the grade scale does not know
-- severity:   warning
-- advice:     Add the mark to the grade scale of the workspace; until then no KPI counts these grades.

select
  g.mark as what,
  count(*) as row_count,
  g.student_id,
  t.quarter_id
from grades as g
left join grade_scale as s on s.school_year = g.school_year and s.mark = upper(g.mark)
left join terms as t on t.school_year = g.school_year and upper(t.term) = upper(g.term)
where
  g.final
  and g.mark <> ''
  and s.mark is null
  and g.school_year in (select school_year from grade_scale)
group by g.mark, g.student_id, t.quarter_id
