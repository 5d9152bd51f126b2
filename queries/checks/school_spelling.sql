-- name:       Schools written in more than one way
-- severity:   warning
-- advice:     Let every export write the school in the same way; until then each spelling is a school of its own, and
--             its attendance, enrollments and calendar do not meet.

with written as (
  select school, count(*) as times from attendance group by school
  union all
  select school, count(*) as times from grades group by school
  union all
  select school, count(*) as times from students group by school
  union all
  select school, count(*) as times from enrollments group by school
  union all
  select school, count(*) as times from calendar group by school
  union all
  select school, count(*) as times from staff_training group by school
),

spellings as (
  select
    school,
    lower(replace(school, ' ', '')) as plain,
    sum(times) as times
  from written
  group by school, lower(replace(school, ' ', ''))
)

-- The rows of all spellings but the usual one.
select
  min(school) || ' and ' || max(school) as what,
  sum(times) - max(times) as row_count
from spellings
group by plain
having count(*) > 1
