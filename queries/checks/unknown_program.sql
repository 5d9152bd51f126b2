-- name:       Activities and participants of a program that the partner's file does not name
-- severity:   warning
-- advice:     Add the program, or the spelling to its `aliases`, in the partner's file; until then these rows count
--             for the partner and for none of its programs.

with known as (
  select
    n.partner,
    n.program,
    max(c.program) as program_id
  from cohort_names as n
  join cohorts as c on c.cohort_id = n.cohort_id
  group by n.partner, n.program
)

select
  r.partner || ', ' || r.program as what,
  count(*) as row_count,
  r.partner
from (
  select partner, program from engagement
  union all
  select partner, program from participants
) as r
join known as k on k.partner = r.partner and k.program = r.program
where k.program_id = ''
group by r.partner, r.program
