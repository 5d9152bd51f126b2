"""The figures and their intervals as SQL, from `sums`: the formulas of `interval` for half a million rows at once.

They are made of whole numbers and rounded at the end. Where these would not fit into 127 bits, or a sum into the 53 of
a double, or there is something to object to, the row is left for Python (`rows.student_result`).
"""

from collections.abc import Mapping

from partnerkpi.measure.interval import Z_90
from partnerkpi.models.kpi import Kpi, Measure

# A literal with an exponent is a double; without it is a decimal number.
_Z = f"{Z_90!r}e0"
_DOUBLE = 2**53
# Three products of this size together fit into a hugeint.
_PRODUCT = "1e37"


def figures_sql(kpis: Mapping[int, Kpi]) -> str:
    """A SELECT of the figures in `sums` of some KPIs, by their number.

    The columns are those of `frame.SCHEMA`, the KPI as its number.
    """
    return f"""
with told as ({_told(kpis)}
),
floating as (
  select *, cast(n as double) as fn, cast(x as double) as fx, cast(d as double) as fd from told where not left_over
),
spread as (
  select *,
    case when total then fx / largest_denominator when "binary" then fx / fn else fx / fd end as value,
    case when not total and not "binary" and n > 1 then sqrt(fn / (n - 1) * ({_SQUARES})) / fd end as error,
    case when not total and "binary" then fx / fn end as share
  from floating
),
wilson as (
  select *, share + {_Z} * {_Z} / (2 * fn) as centre, 1 + {_Z} * {_Z} / fn as scale,
    {_Z} * sqrt(share * (1 - share) / fn + {_Z} * {_Z} / (4 * fn * fn)) as reach
  from spread
)
select
  s.kpi, c.partner, c.program, s.period_id, g.group_by, g.group_value, s.n, cast(s.x as bigint), cast(s.d as bigint),
  s.value,
  case when share is null then value - {_Z} * error else greatest(0e0, (centre - reach) / scale) end as low,
  case when share is null then value + {_Z} * error else least(1e0, greatest(share, (centre + reach) / scale)) end
    as high,
  s.contributors, cast(s.largest as bigint), s.uniform
from wilson as s
{_NAMES}"""


def left_over_sql(kpis: Mapping[int, Kpi]) -> str:
    """A SELECT of the sums that `figures_sql` leaves; after the KPI's number the columns `student_result` takes."""
    return f"""
with told as ({_told(kpis)}
)
select
  s.kpi, c.partner, c.program, s.period_id, g.group_by, g.group_value, s.given, s.n, s.x, s.d, s.xx, s.xd, s.dd,
  s.contributors, s.largest, s."binary", s.smallest_denominator, s.largest_denominator, s.uniform
from (select * from told where left_over) as s
{_NAMES}"""


_NAMES = """join cohorts as c on c.cohort_id = s.cohort_id
join group_names as g on g.group_id = s.group_id"""
# The sum of r_i^2. Times d^2 it is a whole number; where all have one denominator, times n it is, and a smaller one.
_SQUARES = """case
      when smallest_denominator = largest_denominator then cast(n * xx - x * x as double) / fn
      else cast(d * d * xx - 2 * x * d * xd + x * x * dd as double) / (fd * fd)
    end"""


def _told(kpis: Mapping[int, Kpi]) -> str:
    """The sums of the KPIs, whether they are totals, and whether the row is left for Python."""
    numbers = ", ".join(str(number) for number in kpis) or "null"
    totals = ", ".join(str(number) for number, kpi in kpis.items() if kpi.measure is Measure.TOTAL) or "null"
    x, d, xx, xd, dd, largest = (f"cast({name} as double)" for name in ("x", "d", "xx", "xd", "dd", "largest"))
    return f"""
  select *,
    given > 1 or abs({x}) >= {_DOUBLE} or {d} >= {_DOUBLE} or abs({largest}) >= {_DOUBLE}
    or total and smallest_denominator <> largest_denominator
    or case
      when total or "binary" then false
      when smallest_denominator = largest_denominator then n * {xx} >= {_PRODUCT} or {x} * {x} >= {_PRODUCT}
      else {d} * {d} * {xx} >= {_PRODUCT} or abs(2 * {x} * {d} * {xd}) >= {_PRODUCT} or {x} * {x} * {dd} >= {_PRODUCT}
    end as left_over
  from (select *, coalesce(kpi in ({totals}), false) as total from sums where kpi in ({numbers}))"""
