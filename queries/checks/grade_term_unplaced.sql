-- name:       Grades of a term that no school year names
-- severity:   warning
-- advice:     Add the term to [school_year.terms] in partnerkpi.toml; until then no KPI counts these grades.

select
  trim(g.school_year || ' ' || g.term) as what,
  count(*) as row_count,
  g.student_id
from grades as g
left join terms as t on t.school_year = g.school_year and upper(t.term) = upper(g.term)
where t.term is null
group by g.school_year, g.term, g.student_id
