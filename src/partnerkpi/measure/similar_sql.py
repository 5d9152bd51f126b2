"""The SQL of the comparison with similar students: strata and their sums, next to the data, in one scan per KPI."""

from collections.abc import Sequence

from partnerkpi.measure.strata import NUMBERS
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.similar import Matching


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def strata_sql(kpi: Kpi, matching: Matching, *, period_id: int, cohorts: Sequence[tuple[str, str]]) -> str:
    """One row per cohort, stratum and arm: students, and sums of the KPI and of each number of last year.

    `cohorts` are pairs of partner and program. A student's stratum is the roster's of the period's school year;
    `on_roster` is false for participants who do not stand there. Whoever was ever with the cohort's partner, up to
    the period, and is not in the cohort, is in neither arm.
    """
    keys = {f"v{number}": name for number, name in enumerate(matching.variables)}
    selected = ", ".join(f"{_stratum_of(name, matching)} as {key}" for key, name in keys.items())
    listed = "".join(f", s.{key}" for key in keys)
    asked = ", ".join(f"({quoted(partner)}, {quoted(program)})" for partner, program in cohorts)
    numbers = "".join(
        f"""
  count(s.{name}) as {name}_n, sum(s.{name}) as {name}_x, sum(s.{name} * s.{name}) as {name}_xx,"""
        for name in NUMBERS
    )
    return f"""
with measures as (
{kpi.sql}
),
this_period as (
  select period_id, school_year, last_day from periods where period_id = {period_id}
),
known as (
  select student_id, cast(round(numerator) as hugeint) as x, cast(round(denominator) as hugeint) as d
  from measures
  where period_id = {period_id} and numerator is not null and denominator > 0
),
whole as ({_whole(kpi, period_id)}
),
roster as (
  select
    r.student_id, r.school_year, r.school, r.grade_level,
    max(r.last_year_attendance_hundredths) over (partition by r.student_id) as last_year_attendance,
    max(r.last_year_gpa_hundredths) over (partition by r.student_id) as last_year_gpa,
    row_number() over (partition by r.student_id order by r.school) as nth
  from students as r
  join this_period as p on p.school_year = r.school_year
),
strata as (
  select r.student_id, cast(r.last_year_attendance as hugeint) as last_year_attendance,
    cast(r.last_year_gpa as hugeint) as last_year_gpa{", " + selected if selected else ""}
  from roster as r{_groups(matching)}
  where r.nth = 1
),
targets as (
  select cohort_id, partner, program from cohorts where {f"(partner, program) in ({asked})" if asked else "false"}
),
members as (
  select distinct t.cohort_id, m.student_id
  from targets as t
  join cohort_members as m on m.cohort_id = t.cohort_id
  where m.period_id = {period_id}
),
with_partner as (
  select t.cohort_id, m.student_id
  from targets as t
  join cohorts as c on c.partner = t.partner
  join cohort_members as m on m.cohort_id = c.cohort_id
  where m.period_id <= {period_id}
  union
  select t.cohort_id, a.student_id
  from targets as t
  join cohorts as c on c.partner = t.partner
  join cohort_names as n on n.cohort_id = c.cohort_id
  join participants as a on a.partner = n.partner and a.program = n.program
  join this_period as p on a.start_date <= p.last_day
),
arms as (
  select t.cohort_id, t.partner, t.program, w.student_id, w.x, w.d, m.student_id is not null as participant
  from whole as w
  cross join targets as t
  left join members as m on m.cohort_id = t.cohort_id and m.student_id = w.student_id
  left join with_partner as e on e.cohort_id = t.cohort_id and e.student_id = w.student_id
  where m.student_id is not null or e.student_id is null
)
select
  a.partner, a.program, a.participant, s.student_id is not null as on_roster{listed},
  count(*) as n, count(distinct a.student_id) as distinct_students,{numbers}
  sum(a.x) as x, sum(a.d) as d, sum(a.x * a.x) as xx, sum(a.x * a.d) as xd, sum(a.d * a.d) as dd,
  bool_and(a.d = 1 and a.x in (0, 1)) as binary
from arms as a
left join strata as s on s.student_id = a.student_id
where a.participant or s.student_id is not null
group by a.partner, a.program, a.participant, s.student_id is not null{listed}
order by a.partner, a.program, s.student_id is not null{listed}, a.participant"""


def _whole(kpi: Kpi, period_id: int) -> str:
    """Who is compared: whom the KPI speaks of; of a total, where who has no row has nothing, everybody."""
    if kpi.measure is not Measure.TOTAL:
        return "\n  select student_id, x, d from known"
    return f"""
  select s.student_id, coalesce(k.x, 0) as x, coalesce(k.d, u.d) as d
  from students_by_period as s
  cross join (select max(d) as d from known) as u
  left join known as k on k.student_id = s.student_id
  where s.period_id = {period_id} and u.d is not null"""


def _stratum_of(name: str, matching: Matching) -> str:
    """A matching variable as SQL: exact, or the number of the band; unknown is a value of its own."""
    match name:
        case "school" | "grade_level":
            return f"r.{name}"
        case "last_year_attendance":
            return _band(f"r.{name}", matching.attendance_edges)
        case "last_year_gpa":
            return _band(f"r.{name}", matching.gpa_edges)
        case _:
            return f"{_alias(name, matching)}.group_value"


def _band(column: str, edges: Sequence[int]) -> str:
    """The number of edges a value has reached; null where there is no value."""
    reached = " + ".join(f"case when {column} >= {edge} then 1 else 0 end" for edge in edges)
    return f"case when {column} is not null then {reached or '0'} end"


def _groups(matching: Matching) -> str:
    """One join for each group of the roster that is a matching variable."""
    return "".join(
        f"""
  left join (
    select student_id, school_year, min(group_value) as group_value
    from student_group_values
    where group_by = {quoted(name)}
    group by student_id, school_year
  ) as {_alias(name, matching)}
    on {_alias(name, matching)}.student_id = r.student_id and {_alias(name, matching)}.school_year = r.school_year"""
        for name in matching.variables
        if name.startswith("group_")
    )


def _alias(name: str, matching: Matching) -> str:
    return f"g{matching.variables.index(name)}"
