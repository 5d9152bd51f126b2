"""A large district for measuring: 100,000 students, 18 million rows of attendance in eight quarters, 200 partners.

Made up by rule, so that it is the same each time; written as exports and taken in.
"""

import sys
from pathlib import Path

from ingest import DAYS, make
from measuring import run

PARTNERS = 200
MEMBERS = 130
_EXPORTS = {
    "students": """
select lpad(cast(1000000 + s as varchar), 7, '0') as student_number, '2025-26' as school_year,
  'School ' || (s % 60) as school, cast(6 + s % 7 as varchar) as grade_level,
  case when s % 3 = 0 then 'yes' else 'no' end as group_lunch,
  round(1.5 + (hash(s, 1) % 250) / 100, 2) as last_year_gpa, 80 + hash(s, 2) % 20 as last_year_attendance
from range({students}) as t(s)""",
    "participants": """
select lpad(cast(1000000 + (p * {apart} + n) % {students} as varchar), 7, '0') as student_number,
  'Partner ' || p as partner, 'Program ' || (n % 2) as program, '2024-08-26' as "start"
from range({partners}) as a(p), range({members}) as b(n)""",
    "engagement": """
select lpad(cast(1000000 + (p * {apart} + n) % {students} as varchar), 7, '0') as student_number,
  'Partner ' || p as partner, 'Program ' || (n % 2) as program, 'Activity ' || k as activity,
  ['awareness', 'exploration', 'preparation', 'training'][1 + (n + k) % 4] as tier,
  cast(date '2024-09-01' + cast(140 * k + n % 30 as integer) as varchar) as date, 2 + (n + k) % 60 as hours,
  case when n % 9 = 0 then 'in_progress' else 'completed' end as status,
  case when n % 11 = 0 then 'Credential ' || k else '' end as credential
from range({partners}) as a(p), range({members}) as b(n), range(4) as c(k)""",
    "grades": """
select lpad(cast(1000000 + s as varchar), 7, '0') as student_number, '2025-26' as school_year,
  'S' || (1 + k // 4) as term, 'Course ' || k as course, ['English', 'Math', 'Science', 'Art'][1 + k % 4] as subject,
  ['A', 'B', 'C', 'D', 'F', 'A', 'B'][1 + cast(hash(s, k) % 7 as bigint)] as mark,
  0.5 as credits_attempted, 0.5 as credits_earned,
  ['standard', 'honors', 'ap', 'college'][1 + k % 4] as level
from range({students}) as t(s), range(8) as u(k)""",
    "college_credits": """
select lpad(cast(1000000 + s as varchar), 7, '0') as student_number, 'College' as institution,
  ['2025FA', '2026SP'][1 + k % 2] as term, 'Course ' || k as course, 3 as hours_attempted,
  case when hash(s, k) % 5 = 0 then 0 else 3 end as hours_earned
from range(0, {students}, 10) as t(s), range(3) as u(k)""",
    "investments": """
select 'Partner ' || p as partner, ['partner', 'district'][1 + k % 2] as side,
  ['cash', 'fte', 'space', 'in_kind'][1 + k % 4] as kind,
  cast(date '2025-09-01' + cast(30 * k as integer) as varchar) as date, 100 + 7 * k as amount,
  case when k % 4 = 1 then 1.5 end as quantity
from range({partners}) as a(p), range(8) as b(k)""",
    "staff_training": """
select 'Partner ' || p as partner, 'T' || n as staff_number, 'Teacher externship' as activity,
  '2025-10-01' as date, 6 as hours
from range({partners}) as a(p), range(12) as b(n)""",
    "surveys": """
select 'Partner ' || p as partner, 'Program ' || (n % 2) as program, '2025-11-01' as date, 'student' as respondent,
  lpad(cast(1000000 + (p * {apart} + n) % {students} as varchar), 7, '0') as student_number, 'Useful' as question,
  1 + n % 5 as score, 5 as scale_max
from range({partners}) as a(p), range({members}) as b(n)""",
}


# Every third day of two school years.
_TWO_YEARS = (
    "case when d < 90 then date '2024-08-26' + cast(3 * d as integer) "
    "else date '2025-08-25' + cast(3 * d - 270 as integer) end"
)
_YEAR_BEFORE = """\
[[school_year]]
name = "2024-25"
quarters = [
  { name = "Q1", first_day = 2024-08-26, last_day = 2024-10-25 },
  { name = "Q2", first_day = 2024-10-26, last_day = 2025-01-17 },
  { name = "Q3", first_day = 2025-01-18, last_day = 2025-03-28 },
  { name = "Q4", first_day = 2025-03-29, last_day = 2025-06-11 },
]

"""


def make_district(folder: Path, students: int) -> Path:
    """A workspace with everything taken in."""
    run([sys.executable, "-m", "partnerkpi", "init", str(folder), "--district", "Benchmark"])
    described = folder / "partnerkpi.toml"
    described.write_text(described.read_text().replace("[[school_year]]", f"{_YEAR_BEFORE}[[school_year]]", 1))
    (folder / "partners").mkdir(exist_ok=True)
    for number in range(PARTNERS):
        programs = "".join(f'[[programs]]\nid = "p{k}"\nname = "Program {k}"\n' for k in range(2))
        (folder / "partners" / f"p{number}.toml").write_text(f'name = "Partner {number}"\n{programs}')
    exports = folder / "exports"
    make(exports / "attendance.csv", students, day=_TWO_YEARS)
    sizes = {"students": students, "partners": PARTNERS, "members": MEMBERS, "apart": max(students // PARTNERS, 1)}
    for table, sql in _EXPORTS.items():
        copy = f"copy ({sql.format(**sizes)}) to '{exports / table}.csv' (header)"
        run([sys.executable, "-c", "import duckdb, sys; duckdb.execute(sys.argv[1])", copy])
    run([sys.executable, "-m", "partnerkpi", "ingest", "--workspace", str(folder)])
    return folder


def students_of(rows: int) -> int:
    """How many students make so many rows of attendance in a year."""
    return max(rows // DAYS, PARTNERS)
