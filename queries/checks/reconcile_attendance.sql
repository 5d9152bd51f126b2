-- name:       Days of attendance that the figures count otherwise than the exports
-- severity:   error
-- advice:     A mart of the workspace counts rows twice or loses some: put queries/marts/attendance_by_period.sql right.

-- Where class periods or absences alone are sent, days are no rows, and there is nothing to hold them against.
-- A district has millions of rows of attendance, and few days.
with by_day as (
  select
    date,
    shape,
    count(*) as row_count,
    sum(days_enrolled_hundredths) as enrolled_hundredths
  from attendance
  group by date, shape
),

sent as (
  select
    d.quarter_id,
    sum(
      case a.shape
        when 'daily' then 100 * a.row_count
        when 'summary' then coalesce(a.enrolled_hundredths, 0)
        else 0
      end
    ) as enrolled_hundredths,
    sum(case when a.shape in ('daily', 'summary') then 0 else a.row_count end) as other_rows
  from by_day as a
  join days as d on d.date = a.date
  group by d.quarter_id
),

counted as (
  select
    a.period_id as quarter_id,
    sum(a.enrolled_hundredths) as enrolled_hundredths
  from attendance_by_period as a
  join periods as p on p.period_id = a.period_id and p.time_window = 'quarter'
  group by a.period_id
)

select
  p.school_year || ', the quarter that ends on ' || cast(p.last_day as varchar) as what,
  1 as row_count,
  p.quarter_id
from sent as s
full join counted as c on c.quarter_id = s.quarter_id
join periods as p on p.period_id = coalesce(s.quarter_id, c.quarter_id)
where
  coalesce(s.other_rows, 0) = 0
  and coalesce(s.enrolled_hundredths, 0) <> coalesce(c.enrolled_hundredths, 0)
