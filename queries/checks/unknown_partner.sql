-- name:       Activities and participants of a partner that no partner file names
-- severity:   warning
-- advice:     Add the spelling to `aliases` in the partner's file; until then these rows count for nobody.

select
  r.partner as what,
  count(*) as row_count
from (
  select partner, program from engagement
  union all
  select partner, program from participants
) as r
left join cohort_names as n on n.partner = r.partner and n.program = r.program
where n.partner is null
group by r.partner
