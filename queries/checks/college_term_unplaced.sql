-- name:       College credits of a term that no school year, or more than one, names
-- severity:   warning
-- advice:     Add the term to one [school_year.terms] in partnerkpi.toml; until then no KPI counts these credits.

select
  c.term as what,
  count(*) as row_count,
  c.student_id
from college_credits as c
left join college_terms as t on upper(t.term) = upper(c.term)
where t.term is null
group by c.term, c.student_id
