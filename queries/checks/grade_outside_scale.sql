-- name:       Final marks that the grade scale does not know
-- severity:   warning
-- advice:     Add the mark to the grade scale of the workspace; until then no KPI counts these grades.

select
  g.mark as what,
  count(*) as row_count
from grades as g
left join grade_scale as s on s.mark = upper(g.mark)
where g.final and g.mark <> '' and s.mark is null
group by g.mark
