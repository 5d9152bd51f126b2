"""KPIs about partners: one pair for each partner and for all of them together, by the words of the definition."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from oracle.district import Cohort, Period
from oracle.ledgers import InvestmentRow, SurveyRow, TrainingRow
from oracle.rows import hundredths
from oracle.world import World


class Figure(NamedTuple):
    """What a KPI comes to; `people` are those behind it, where it is about people. `kind` is a kind of investment."""

    numerator: int
    denominator: int
    people: int = 0
    kind: str = ""
    largest: int = 0


Recount = Callable[[World, Period, Cohort], Iterable[Figure]]
CENTS_HUNDREDTHS = 10_000


def _lines(figure: Callable[[list[InvestmentRow]], Iterable[Figure]]) -> Recount:
    return lambda world, period, cohort: figure(world.books.investments.of(period, cohort))


def _trainings(figure: Callable[[list[TrainingRow]], Figure | None]) -> Recount:
    def figures(world: World, period: Period, cohort: Cohort) -> Iterable[Figure]:
        found = figure(world.books.training.of(period, cohort))
        return [found] if found else []

    return figures


def _worth(lines: Iterable[InvestmentRow]) -> int:
    return sum(line.worth for line in lines if line.actual)


def _invested(side: str, *, planned: bool = False) -> Recount:
    """Actual lines of one side, or its planned ones, in all and by kind."""

    def figures(lines: list[InvestmentRow]) -> Iterator[Figure]:
        own = [line for line in lines if line.actual is not planned and line.side.lower() == side]
        if own:
            yield Figure(sum(line.worth for line in own), CENTS_HUNDREDTHS)
        for kind in {line.kind.lower() for line in own}:
            worth = sum(line.worth for line in own if line.kind.lower() == kind)
            yield Figure(worth, CENTS_HUNDREDTHS, kind=kind)

    return _lines(figures)


def _balance(lines: list[InvestmentRow]) -> Iterator[Figure]:
    if both := _worth(lines):
        yield Figure(_worth(line for line in lines if line.side.lower() == "partner"), both)


def _of_plan(lines: list[InvestmentRow]) -> Iterator[Figure]:
    if planned := sum(line.worth for line in lines if not line.actual):
        yield Figure(_worth(lines), planned)


def _fte(lines: list[InvestmentRow]) -> Iterator[Figure]:
    own = [line for line in lines if line.actual and (line.side.lower(), line.kind.lower()) == ("partner", "fte")]
    if own:
        yield Figure(sum(hundredths(line.quantity) for line in own), 100)


def _per_participant(world: World, period: Period, cohort: Cohort) -> Iterator[Figure]:
    """What was spent over the students served who are in the cohort."""
    lines = [line for line in world.books.investments.of(period, cohort) if line.actual]
    served = {each.student for each in world.activities(period, cohort)} & world.members(period, cohort)
    if lines and served:
        yield Figure(_worth(lines), CENTS_HUNDREDTHS * len(served), len(served))


def _per_credit_hour(world: World, period: Period, cohort: Cohort) -> Iterator[Figure]:
    """What was spent over the college credit hours of the cohort's students."""
    lines = [line for line in world.books.investments.of(period, cohort) if line.actual]
    hours = world.hours(period)
    earned = [hours[one].earned for one in world.members(period, cohort) & hours.keys() if hours[one].earned]
    if lines and earned:
        # Hundredths of cents over hundredths of hours.
        yield Figure(_worth(lines), 100 * sum(earned), len(earned))


def _participation(world: World, period: Period, cohort: Cohort) -> Iterator[Figure]:
    students = world.students(period)
    if taking_part := len(world.members(period, cohort) & students):
        yield Figure(taking_part, len(students), taking_part)


def _staff(lines: Iterable[TrainingRow]) -> int:
    return len({line.staff_number for line in lines})


def _teachers(lines: list[TrainingRow]) -> Figure | None:
    return Figure(_staff(lines), 1, _staff(lines)) if lines else None


def _training_hours(lines: list[TrainingRow]) -> Figure | None:
    if not lines:
        return None
    minutes = Counter[str]()
    for line in lines:
        minutes[line.staff_number] += line.minutes
    return Figure(minutes.total(), 60, len(minutes), largest=max(minutes.values()))


def _externships(lines: list[TrainingRow]) -> Figure | None:
    own = [line for line in lines if "externship" in line.activity.lower()]
    most = max(Counter(line.staff_number for line in own).values(), default=0)
    return Figure(len(own), 1, _staff(own), largest=most) if own else None


def _most_to_a_question(lines: Iterable[SurveyRow]) -> int:
    """How many are behind some answers at least: those to one question of one survey.

    Who answers stays unknown, and may answer again another day, or for another partner or program.
    """
    surveys = ((one.partner, one.program, one.date, one.respondent.lower(), one.question) for one in lines)
    return max(Counter(surveys).values())


def _answers(world: World, period: Period, cohort: Cohort) -> Iterator[Figure]:
    if lines := world.books.surveys.of(period, cohort):
        yield Figure(len(lines), 1, _most_to_a_question(lines))


def _favorable(respondent: str) -> Recount:
    def figures(world: World, period: Period, cohort: Cohort) -> Iterator[Figure]:
        own = [line for line in world.books.surveys.of(period, cohort) if line.respondent.lower() == respondent]
        if own:
            yield Figure(sum(line.favorable for line in own), len(own), _most_to_a_question(own))

    return figures


KPIS: dict[str, Recount] = {
    "investment_partner": _invested("partner"),
    "investment_district": _invested("district"),
    "investment_partner_planned": _invested("partner", planned=True),
    "investment_district_planned": _invested("district", planned=True),
    "investment_balance": _lines(_balance),
    "investment_of_plan": _lines(_of_plan),
    "partner_fte": _lines(_fte),
    "cost_per_participant": _per_participant,
    "cost_per_credit_hour": _per_credit_hour,
    "participation_rate": _participation,
    "teachers_trained": _trainings(_teachers),
    "training_hours": _trainings(_training_hours),
    "externships": _trainings(_externships),
    "survey_answers": _answers,
    "survey_favorable_students": _favorable("student"),
    "survey_favorable_staff": _favorable("staff"),
    "survey_favorable_parents": _favorable("parent"),
}
