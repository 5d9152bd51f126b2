"""The SQL of the comparison with similar students: strata and their sums, next to the data, in one scan per KPI."""

from collections.abc import Sequence

from partnerkpi.measure.beside import NUMBERS
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.similar import Matching


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def prepare_sql(matching: Matching, *, period_id: int, cohorts: Sequence[tuple[str, str]]) -> str:
    """Temporary tables of who is compared in a period, the same for every KPI.

    `compared_roster`: each student of the period's school year once, with the number of the stratum;
    `compared_cohorts`: those asked for, pairs of partner and program; `compared_members`: their students;
    `compared_gone`: students on the roster who are no controls of a cohort, because they were ever with its partner up
    to the period; `compared_strata`: the strata in which a cohort has students; `compared_students`: everybody in one
    of these.
    """
    asked = ", ".join(f"({quoted(partner)}, {quoted(program)})" for partner, program in cohorts)
    return f"""{_roster_sql(matching, period_id)};
create or replace temp table compared_cohorts as
select cohort_id, partner, program from cohorts where {f"(partner, program) in ({asked})" if asked else "false"};
create or replace temp table compared_members as
select distinct t.cohort_id, m.student_id, r.stratum
from compared_cohorts as t
join cohort_members as m on m.cohort_id = t.cohort_id and m.period_id = {period_id}
left join compared_roster as r on r.student_id = m.student_id;
create or replace temp table compared_gone as
with ever as (
  select t.cohort_id, m.student_id
  from compared_cohorts as t
  join cohorts as c on c.partner = t.partner
  join cohort_members as m on m.cohort_id = c.cohort_id and m.period_id <= {period_id}
  union
  select t.cohort_id, a.student_id
  from compared_cohorts as t
  join cohorts as c on c.partner = t.partner
  join cohort_names as n on n.cohort_id = c.cohort_id
  join participants as a on a.partner = n.partner and a.program = n.program and a.start_date <= n.last_day
  join periods as p on p.period_id = {period_id} and a.start_date <= p.last_day and n.first_day <= p.last_day
)
select e.cohort_id, e.student_id, r.stratum from ever as e join compared_roster as r on r.student_id = e.student_id;
create or replace temp table compared_strata as
select distinct cohort_id, stratum from compared_members where stratum is not null;
create or replace temp table compared_students as
select student_id from compared_roster where stratum in (select stratum from compared_strata)
union
select student_id from compared_members"""


def _roster_sql(matching: Matching, period_id: int) -> str:
    """The first of these tables, `compared_roster`."""
    keys = {f"v{number}": _stratum_of(name, matching) for number, name in enumerate(matching.variables)}
    selected = "".join(f", {sql} as {key}" for key, sql in keys.items())
    listed = ", ".join(keys) or "1 as one"
    same = " and ".join(f"n.{key} is not distinct from a.{key}" for key in keys) or "true"
    return f"""
create or replace temp table compared_roster as
with this_year as (
  select school_year from periods where period_id = {period_id}
),
-- Who stands on the rosters of two schools counts in the first by name, with whatever is known of the year before.
twice as (
  select
    r.student_id, min(r.school) as school, max(r.last_year_attendance_hundredths) as last_year_attendance_hundredths,
    max(r.last_year_gpa_hundredths) as last_year_gpa_hundredths
  from students as r
  join this_year as y on y.school_year = r.school_year
  group by r.student_id
  having count(*) > 1
),
roster as (
  select r.student_id, r.school_year, r.school, r.grade_level,
    {", ".join(f"coalesce(t.{name}_hundredths, r.{name}_hundredths) as {name}" for name in NUMBERS)}
  from students as r
  join this_year as y on y.school_year = r.school_year
  left join twice as t on t.student_id = r.student_id
  where t.student_id is null or t.school = r.school
),
alike as (
  select r.student_id, cast(r.last_year_attendance as bigint) as last_year_attendance,
    cast(r.last_year_gpa as bigint) as last_year_gpa{selected}
  from roster as r{_groups(matching)}
),
numbered as (
  select {listed}, row_number() over () as stratum from alike group by {", ".join(keys) or "1"}
)
select a.student_id, a.last_year_attendance, a.last_year_gpa, n.stratum
from alike as a join numbered as n on {same}"""


TEMPORARY = (
    "sheet",
    "compared_figures",
    "compared_people",
    "compared_students",
    "compared_strata",
    "compared_gone",
    "compared_members",
    "compared_cohorts",
    "compared_roster",
)


def others_sql() -> str:
    """Per cohort how many others stand on the roster with each number of last year, and its sum and sum of squares."""
    sums = ", ".join(
        f"count({name}) as {name}_n, sum({name}) as {name}_x, sum({name} * {name}) as {name}_xx" for name in NUMBERS
    )
    left = ", ".join(
        f"a.{name}_{part} - coalesce(g.{name}_{part}, 0) as {name}_{part}"
        for name in NUMBERS
        for part in ("n", "x", "xx")
    )
    return f"""
with everybody as (select {sums} from compared_roster),
gone as (
  select g.cohort_id, {sums}
  from compared_gone as g join compared_roster as r on r.student_id = g.student_id
  group by g.cohort_id
)
select t.partner, t.program, {left}
from compared_cohorts as t cross join everybody as a left join gone as g on g.cohort_id = t.cohort_id"""


def arms_sql(kpi: Kpi, period_id: int) -> str:
    """One row per cohort, stratum (null off the roster) and arm: students, and sums of the KPI and of last year.

    The controls of a stratum are all its students less those who are none. `given` is above 1 when the KPI gives a
    student several rows, `others` counts students whose figure is not 0 or 1.
    """
    sums = [("n", "1"), ("x", "w.x"), ("d", "w.d"), ("xx", "w.x * w.x"), ("xd", "w.x * w.d"), ("dd", "w.d * w.d")]
    sums.append(("others", "case when w.d = 1 and w.x in (0, 1) then 0 else 1 end"))
    for name in NUMBERS:
        known = f"case when r.{name} is null then 0 else 1 end"
        sums += [(f"{name}_n", known), (f"{name}_x", f"coalesce(r.{name}, 0)")]
        sums.append((f"{name}_xx", f"coalesce(r.{name} * r.{name}, 0)"))
    added = ", ".join(f"sum({sql}) as {name}" for name, sql in sums)
    left = ", ".join(f"a.{name} - coalesce(g.{name}, 0) as {name}" for name, _ in sums)
    names = ", ".join(f"m.{name}" for name, _ in sums)
    return f"""
with measures as (
{kpi.sql}
),
known as (
  select student_id, count(*) as given,
    cast(sum(round(numerator)) as hugeint) as x, cast(sum(round(denominator)) as hugeint) as d
  from measures
  where period_id = {period_id} and numerator is not null and denominator > 0
  group by student_id
),
whole as ({_whole(kpi, period_id)}
),
everybody as (
  select r.stratum, max(w.given) as given, {added}
  from whole as w join compared_roster as r on r.student_id = w.student_id
  group by r.stratum
),
gone as (
  select g.cohort_id, g.stratum, {added}
  from whole as w
  join compared_gone as g on g.student_id = w.student_id
  join compared_roster as r on r.student_id = w.student_id
  group by g.cohort_id, g.stratum
),
mine as (
  select m.cohort_id, m.stratum, max(w.given) as given, {added}
  from whole as w
  join compared_members as m on m.student_id = w.student_id
  left join compared_roster as r on r.student_id = w.student_id
  group by m.cohort_id, m.stratum
),
theirs as (
  select s.cohort_id, s.stratum, a.given, {left}
  from compared_strata as s
  join everybody as a on a.stratum = s.stratum
  left join gone as g on g.cohort_id = s.cohort_id and g.stratum = s.stratum
)
select c.partner, c.program, m.stratum, true as participant, m.given, {names}
from mine as m join compared_cohorts as c on c.cohort_id = m.cohort_id
union all
select c.partner, c.program, m.stratum, false as participant, m.given, {names}
from theirs as m join compared_cohorts as c on c.cohort_id = m.cohort_id
where m.n > 0
order by all"""


def _whole(kpi: Kpi, period_id: int) -> str:
    """Who is compared: whom the KPI speaks of; of a total, where who has no row has nothing, everybody."""
    if kpi.measure is not Measure.TOTAL:
        return "\n  select student_id, given, x, d from known"
    return f"""
  select s.student_id, coalesce(k.given, 1) as given, coalesce(k.x, 0) as x, coalesce(k.d, u.d) as d
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
