"""The files that people write: the district, its partners, and the README of the sample."""

from collections.abc import Iterable

from sample_calendar import YEARS, SchoolYear
from sample_warts import Wart, count_outcomes


def district_file() -> str:
    """The text of `partnerkpi.toml`."""
    return DISTRICT + "".join(_school_year(year) for year in YEARS)


def readme(warts: list[Wart]) -> str:
    """The text of `README.md`, with the flaws that were put in."""
    counts = ", ".join(f"{count} × {outcome}" for outcome, count in sorted(count_outcomes(warts).items()))
    return README.format(counts=counts, warts="\n".join(_wart_lines(warts)))


def _school_year(year: SchoolYear) -> str:
    """One `[[school_year]]` table: its quarters, and the quarter in which a term becomes known."""
    quarters = "".join(
        f'  {{ name = "{quarter.name}", first_day = {quarter.first_day}, last_day = {quarter.last_day} }},\n'
        for quarter in year.quarters
    )
    terms = "".join(f'{_key(term)} = "{quarter}"\n' for term, quarter in year.terms)
    return SCHOOL_YEAR.format(name=year.name, quarters=quarters, terms=terms)


def _key(term: str) -> str:
    """A term as a TOML key, in quotes when it begins with a digit: no reader shall take it for a number."""
    return f'"{term}"' if term[0].isdigit() else term


def _wart_lines(warts: Iterable[Wart]) -> list[str]:
    """The rows of the README's table of flaws."""
    return [f"| `{wart.file}` | {wart.line} | {wart.says} | {wart.outcome} |" for wart in warts]


DISTRICT = """\
# The sample district. Everything in it is invented; `make_sample.py` writes this file.

[district]
name = "Cedar Ridge Public Schools"

[privacy]
minimum_group = 10

[board]
paper = "letter"
"""

SCHOOL_YEAR = """
[[school_year]]
name = "{name}"
quarters = [
{quarters}]

# In which quarter a term's grades and credits become known.
[school_year.terms]
{terms}"""

HOSPITAL = """\
# A hospital that runs an academy for grades 6 to 12 and takes interns. It was renamed in July 2025.

name = "Riverbend Health"
aliases = ["RIVERBEND HEALTH SYSTEM"]
contact = "Office of Community Partnerships"
color = "#0b5c6e"

[[formerly]]
name = "Cedar County Memorial Hospital"
until = 2025-07-01

[[programs]]
id = "academy"
name = "Health Sciences Academy"
aliases = []

[[programs]]
id = "internships"
name = "Clinical Internships"
aliases = []

[vision]
text = "Every student who wants to care for people finds a way into a health career, close to home."
agreed = 2024-08-12
signed_by = ["Superintendent", "Chief executive"]

[[goals]]
kpi = "chronic_absence"
baseline = 18
baseline_period = "2024-25 Q1"
target = 12
due = "2026-27 Q4"

[[goals]]
kpi = "attendance_rate"
baseline = 95
baseline_period = "2024-25 Q1"
target = 97
due = "2026-27 Q4"

[[goals]]
kpi = "students_served"
baseline = 106
baseline_period = "2024-25 Q1"
target = 115
due = "2026-27 Q4"

[[goals]]
kpi = "completion_rate"
baseline = 94
baseline_period = "2024-25 Q1"
target = 96
due = "2026-27 Q4"

# Final marks come in twice a year, so this one has nothing new to say in the first quarter.
[[goals]]
kpi = "course_pass_rate"
baseline = 97
baseline_period = "2024-25 Q4"
target = 98
due = "2026-27 Q4"

[[checkins]]
on = 2026-06-16
attended = ["Superintendent", "Chief executive", "Academy lead"]
decisions = ["Interns keep one afternoon a week for classes they are behind in."]
next = 2026-09-15

[[checkins.actions]]
what = "Agree on internship dates that leave the exam weeks free"
owner = "Internship coordinator"
due = 2026-09-01
done = 2026-08-28
aims_at = "completion_rate"

[[checkins]]
on = 2026-09-15
attended = ["Superintendent", "Chief executive", "Academy lead"]
decisions = ["The lab takes one more group of ninth graders in spring."]
next = 2026-12-08

[[checkins.actions]]
what = "Call home on the second absence in a month"
owner = "Academy lead"
due = 2026-10-01
done = 2026-09-29
aims_at = "attendance_rate"

[[checkins.actions]]
what = "Name a mentor for every intern"
owner = "Nurse manager"
due = 2026-10-15

[[checkins.actions]]
what = "Find two more places for the spring internships"
owner = "Volunteer office"
due = 2026-12-01
"""

MANUFACTURER = """\
# A machine shop that teaches with the two high schools.

name = "Tallgrass Machine Works"
aliases = []
contact = "Workforce office"
color = "#7a4a12"

[[programs]]
id = "machining"
name = "Machining Pathway"
aliases = []

[vision]
text = "Students leave high school with a skill, a credential and a first job they can be proud of."
agreed = 2024-08-20
signed_by = ["Superintendent", "Plant manager"]

[[goals]]
kpi = "attendance_rate"
baseline = 94
baseline_period = "2024-25 Q1"
target = 95
due = "2026-27 Q4"

[[goals]]
kpi = "chronic_absence"
baseline = 19
baseline_period = "2024-25 Q1"
target = 15
due = "2026-27 Q4"

[[checkins]]
on = 2026-06-10
attended = ["Superintendent", "Plant manager"]
decisions = ["Two machines move to the school shop."]
next = 2026-10-28

[[checkins.actions]]
what = "Fit guards and train the teachers on both machines"
owner = "Shop foreman"
due = 2026-09-30
aims_at = "attendance_rate"
"""

COLLEGE = """\
# The community college, where juniors and seniors earn college credit.

name = "Ridgeline Community College"
aliases = []
contact = "Office of High School Programs"
color = "#4b3f72"

[[programs]]
id = "college-now"
name = "College Now"
aliases = []

[vision]
text = "Every junior and senior who is ready takes a college course, and finishes it with credit."
agreed = 2024-09-03
signed_by = ["Superintendent", "College president"]

[[goals]]
kpi = "college_success_rate"
baseline = 84
baseline_period = "2024-25 Q4"
target = 86
due = "2026-27 Q4"

[[goals]]
kpi = "completion_rate"
baseline = 93
baseline_period = "2024-25 Q1"
target = 95
due = "2026-27 Q4"
"""

PARTNER_FILES = {"hospital.toml": HOSPITAL, "manufacturer.toml": MANUFACTURER, "college.toml": COLLEGE}

README = """\
# The sample district

Cedar Ridge Public Schools is invented, and so are its schools, partners and students. It has about 1,500
students in grades 6 to 12, three middle schools, two high schools and an early college. The exports cover the
school years 2024-25 and 2025-26 and the first quarter of 2026-27, in the plain layout.

| partner | programs | students a year |
|---|---|---|
| `hospital`, Riverbend Health | Health Sciences Academy | about 120 |
| | Clinical Internships | about 40 |
| `manufacturer`, Tallgrass Machine Works | Machining Pathway | about 60 |
| `college`, Ridgeline Community College | College Now | about 90 |

Some students are in two programs. The academy's first 13 seniors graduated in June 2026. Participants miss
fewer days and fail fewer courses than others, a little; their grade points and their success in college
courses are about the same.

## Making it again

    python sample_data/make_sample.py            # into this folder
    python sample_data/make_sample.py FOLDER     # or into another

It needs Python and nothing else, takes a few seconds, and always writes the same exports, the same partner
files and this README. Only the compressed bytes may differ, where Python uses another version of zlib.
Change the code, not the files.

## Its warts

Real exports have flaws; these were put in on purpose. Lines are counted from the header, which is line 1.
In all: {counts}.

| file | line | what is there | what becomes of it |
|---|---|---|---|
{warts}

Five more are not in single lines:

* **A corrected export.** `attendance_2025-26.csv.gz` has 12 rows in October 2025 for students who had left by
  then. `attendance_2025-26_corrected_2025-10.csv.gz` is that month exported again for every school: the 12
  rows are gone, and 20 absences turned out to be excused or no absence at all. It comes later by name.
* **A renamed partner.** The hospital was called Cedar County Memorial Hospital until 1 July 2025. Rows from
  before that day, and participants who started before it, carry the old name.
* **A second spelling.** In February and March 2026 somebody wrote RIVERBEND HEALTH SYSTEM, in capitals.
* **Two levels of marks.** Quarter marks (`final` is no) stand beside semester marks (`final` is yes), each
  with credits: whoever adds both counts every course twice.
* **Equal answers.** `surveys.csv` has lines that are the same and still are answers of different people.
"""
