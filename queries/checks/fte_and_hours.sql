-- name:       Investments that may be counted twice, as FTE and as hours
-- severity:   warning
-- advice:     If both lines are the same work, keep one of them; until then both count, in dollars.

-- The same side has lines of both kinds in one quarter, with the same note or the same evidence.
with lines as (
  select
    c.partner,
    i.side,
    i.plan,
    i.kind,
    d.quarter_id,
    lower(trim(i.note)) as note,
    lower(trim(i.evidence)) as evidence
  from investments as i
  join cohort_names as n
    on n.partner = i.partner and n.program = '' and i.date >= n.first_day and i.date <= n.last_day
  join cohorts as c on c.cohort_id = n.cohort_id and c.program = '' and c.partner <> ''
  join days as d on d.date = i.date
  where i.kind in ('fte', 'hours')
),

staff as (
  select distinct partner, side, plan, quarter_id, note, evidence
  from lines
  where kind = 'fte'
)

select
  h.partner || ', ' || h.side || ', ' || h.plan || ', quarter from ' || cast(p.first_day as varchar) as what,
  count(*) as row_count,
  h.partner,
  h.quarter_id
from lines as h
join periods as p on p.period_id = h.quarter_id
where
  h.kind = 'hours'
  and exists (
    select 1
    from staff as s
    where
      s.partner = h.partner
      and s.side = h.side
      and s.plan = h.plan
      and s.quarter_id = h.quarter_id
      and ((s.note = h.note and s.note <> '') or (s.evidence = h.evidence and s.evidence <> ''))
  )
group by h.partner, h.side, h.plan, h.quarter_id, p.first_day
