"""KPIs about students: the numerator and denominator of each, by the words of the definition."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oracle.attendance import Days
from oracle.college import Hours
from oracle.district import Cohort, Period
from oracle.engagement import Activity
from oracle.grades import Marks
from oracle.world import World

Pair = tuple[int, int]
Pairs = Mapping[str, Pair]
Recount = Callable[[World, Period, Cohort], Pairs]

MINIMUM_DAYS = 10
CREDIT_LINE_HOURS = 135
ON_TRACK_CREDITS, ON_TRACK_CORE_F = 5, 1


@dataclass(frozen=True)
class OfStudents:
    """How one KPI is recounted. `unit`: how many minor units make one of a total, 0 where it is no total.

    `own`: it says itself whom it counts for a cohort; else the members of the period count.
    """

    pairs: Recount
    unit: int = 0
    own: bool = False
    of_activities: bool = True


def _days(one: Callable[[Days], Pair | None]) -> OfStudents:
    return OfStudents(lambda world, period, _: _kept(world.days(period), one), of_activities=False)


def _marks(one: Callable[[Marks], Pair | None]) -> OfStudents:
    return OfStudents(lambda world, period, _: _kept(world.marks(period), one), of_activities=False)


def _hours(one: Callable[[Hours], Pair | None], unit: int = 0) -> OfStudents:
    return OfStudents(lambda world, period, _: _kept(world.hours(period), one), unit, of_activities=False)


def _placements(one: Callable[[list[Activity]], Pair], unit: int = 0, tier: str = "") -> OfStudents:
    def pairs(world: World, period: Period, cohort: Cohort) -> Pairs:
        own: defaultdict[str, list[Activity]] = defaultdict(list)
        for activity in world.activities(period, cohort, tier):
            own[activity.student].append(activity)
        return {student: one(activities) for student, activities in own.items()}

    return OfStudents(pairs, unit)


def _kept(
    amounts: Mapping[str, Days] | Mapping[str, Marks] | Mapping[str, Hours], one: Callable[..., Pair | None]
) -> Pairs:
    """The pairs of those who count."""
    found = {student: one(each) for student, each in amounts.items()}
    return {student: pair for student, pair in found.items() if pair is not None}


def _absent_share(percent: int) -> Callable[[Days], Pair | None]:
    """Whether a student was absent on this percentage of days or more, of those enrolled long enough."""

    def one(days: Days) -> Pair | None:
        if days.enrolled < 100 * MINIMUM_DAYS:
            return None
        return int(100 * days.absent >= percent * days.enrolled), 1

    return one


def _minutes(activities: list[Activity]) -> Pair:
    return sum(each.minutes for each in activities), 60


def _at_credit_line(activities: list[Activity]) -> Pair:
    return int(_minutes(activities)[0] >= 60 * CREDIT_LINE_HOURS), 1


def _on_track(world: World, period: Period, _: Cohort) -> Pairs:
    """Grade 9: at least five credits and at most one semester F in a core subject."""
    found = {}
    for student, marks in world.marks(period).items():
        if ("grade_level", "9") in world.roster.groups[student, period.school_year]:
            on = marks.credits_earned >= 100 * ON_TRACK_CREDITS and marks.core_f <= ON_TRACK_CORE_F
            found[student] = (int(on), 1)
    return found


def _with_college_credit(world: World, period: Period, _: Cohort) -> Pairs:
    hours = world.hours(period)
    return {student: (int(student in hours and hours[student].earned >= 100), 1) for student in world.students(period)}


def _completing(tier: str) -> OfStudents:
    """Each student who has seen at least one activity of a tier through."""

    def pairs(world: World, period: Period, cohort: Cohort) -> Pairs:
        return {each.student: (1, 1) for each in world.activities(period, cohort, tier) if each.completed}

    return OfStudents(pairs, 1)


def _with_credential(world: World, period: Period, cohort: Cohort) -> Pairs:
    having = {each.student for each in world.activities(period, cohort) if each.credential}
    return {student: (int(student in having), 1) for student in world.members(period, cohort)}


def _returning(world: World, period: Period, cohort: Cohort) -> Pairs:
    """Of those of the whole school year before who are still students of the district."""
    before = world.district.year_before(period)
    if before is None:
        return {}
    still = world.members(before, cohort) & world.students(period)
    now = world.members(period, cohort)
    return {student: (int(student in now), 1) for student in still}


def _answered(world: World, period: Period, cohort: Cohort) -> Pairs:
    answers = world.books.surveys.of(period, cohort)
    known = {line.student_number for line in answers if line.respondent.lower() == "student"}
    return {student: (int(student in known), 1) for student in world.members(period, cohort)}


def _pipeline(step: int) -> OfStudents:
    """Who has ever begun, and whether they have come as far as a step: each step is one of those before it."""

    def pairs(world: World, period: Period, cohort: Cohort) -> Pairs:
        so_far = [each for each in world.district.periods if each.last_day <= period.last_day]
        begun = {student for each in so_far for student in world.members(each, cohort)}
        found = {}
        for student in begun:
            levels = {
                value
                for year in {each.school_year for each in so_far}
                for name, value in world.roster.groups[student, year]
                if name == "grade_level"
            }
            completed, hired = world.endings[cohort].get(student, (None, None))
            made = (
                True,
                bool(levels & {"9", "09", "10", "11", "12"}),
                completed is not None and completed <= period.last_day,
                student in world.certified(period, cohort),
                hired is not None and hired <= period.last_day,
            )
            found[student] = (int(all(made[: step + 1])), 1)
        return found

    return OfStudents(pairs, 1, own=True)


KPIS: dict[str, OfStudents] = {
    "attendance_rate": _days(lambda days: (days.enrolled - days.absent, days.enrolled)),
    "chronic_absence": _days(_absent_share(10)),
    "severe_chronic_absence": _days(_absent_share(20)),
    "unexcused_absence_rate": _days(lambda days: (days.unexcused, days.enrolled)),
    "course_pass_rate": _marks(lambda marks: (marks.passing, marks.final)),
    "d_f_rate": _marks(lambda marks: (marks.d_or_f, marks.final)),
    "gpa_unweighted": _marks(lambda m: (m.average(m.points), 1_000_000) if m.gpa_credits else None),
    "gpa_weighted": _marks(lambda m: (m.average(m.weighted), 1_000_000) if m.gpa_credits else None),
    "on_track_grade_9": OfStudents(_on_track, of_activities=False),
    "college_hours_attempted": _hours(lambda hours: (hours.attempted, 100), 100),
    "college_hours_earned": _hours(lambda hours: (hours.earned, 100), 100),
    "college_success_rate": _hours(lambda hours: (hours.earned, hours.attempted) if hours.attempted else None),
    "college_tuition_value": _hours(lambda hours: (hours.tuition, 10_000) if hours.earned else None, 10_000),
    "students_with_college_credit": OfStudents(_with_college_credit, of_activities=False),
    "students_served": _placements(lambda _: (1, 1), 1),
    "placements": _placements(lambda all_of: (len(all_of), 1), 1),
    "completion_rate": _placements(lambda all_of: (sum(each.completed for each in all_of), len(all_of))),
    "engagement_hours": _placements(_minutes, 60),
    "hours_awareness": _placements(_minutes, 60, "awareness"),
    "hours_exploration": _placements(_minutes, 60, "exploration"),
    "hours_preparation": _placements(_minutes, 60, "preparation"),
    "hours_training": _placements(_minutes, 60, "training"),
    "students_awareness": _completing("awareness"),
    "students_exploration": _completing("exploration"),
    "students_preparation": _completing("preparation"),
    "students_training": _completing("training"),
    "hours_per_participant": _placements(_minutes),
    "credit_line_reached": _placements(_at_credit_line, tier="preparation"),
    "credentials_earned": _placements(lambda all_of: (sum(each.credential for each in all_of), 1), 1),
    "students_with_credential": OfStudents(_with_credential),
    "retention_rate": OfStudents(_returning, own=True),
    "pipeline_started": _pipeline(0),
    "pipeline_high_school": _pipeline(1),
    "pipeline_completed": _pipeline(2),
    "pipeline_credential": _pipeline(3),
    "pipeline_hired": _pipeline(4),
    "places_filled": OfStudents(lambda world, period, cohort: dict.fromkeys(world.members(period, cohort), (1, 1)), 1),
    "survey_response_rate": OfStudents(_answered),
}
