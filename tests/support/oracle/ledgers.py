"""What both sides put in, the training of staff, and surveys."""

from collections.abc import Iterable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from oracle.district import Cohort, District, Period
from oracle.rows import Table, a_day, amount, anything, day, filled, hundredths, number, one_of, or_blank

# Independent Sector, the value of a volunteer's hour.
VOLUNTEER_CENTS = {"1900-01-01": 2_995, "2022-01-01": 3_180}


class InvestmentRow(NamedTuple):
    """A line of investments.csv."""

    partner: str
    side: str
    kind: str
    date: str
    amount: str
    quantity: str
    rate: str
    plan: str

    @property
    def actual(self) -> bool:
        """Put in, not only planned; a blank says so too."""
        return self.plan.lower() in ("actual", "")

    @property
    def worth(self) -> int:
        """Hundredths of a cent: the amount, else quantity times rate, else the value of a volunteer's hours."""
        cents, quantity = hundredths(self.amount), hundredths(self.quantity)
        if self.amount:
            return 100 * cents
        if self.quantity and self.rate:
            return quantity * hundredths(self.rate)
        if self.kind.lower() == "hours":
            return quantity * max((since, value) for since, value in VOLUNTEER_CENTS.items() if since <= self.date)[1]
        return 0


class TrainingRow(NamedTuple):
    """A line of staff_training.csv."""

    partner: str
    staff_number: str
    activity: str
    date: str
    hours: str

    @property
    def minutes(self) -> int:
        """Minutes of training."""
        return round(60 * (number(self.hours) or 0))


class SurveyRow(NamedTuple):
    """A line of surveys.csv."""

    partner: str
    program: str
    date: str
    respondent: str
    student_number: str
    question: str
    score: str
    scale_max: str

    @property
    def favorable(self) -> bool:
        """At least three quarters of the highest score."""
        score, highest = number(self.score), number(self.scale_max)
        assert score is not None and highest is not None
        return 4 * score >= 3 * highest


INVESTMENTS = Table(
    "investments",
    InvestmentRow,
    {
        "partner": filled,
        "side": one_of("partner", "district"),
        "kind": one_of("fte", "hours", "cash", "in_kind", "space", "stipend"),
        "date": a_day,
        "amount": or_blank(amount(0)),
        "quantity": or_blank(amount(0)),
        "rate": or_blank(amount(0)),
        "plan": or_blank(one_of("planned", "actual")),
    },
)
TRAINING = Table(
    "staff_training",
    TrainingRow,
    {
        "partner": filled,
        "staff_number": filled,
        "activity": filled,
        "date": a_day,
        "hours": or_blank(amount(0, 500)),
    },
    key=("partner", "staff_number", "activity", "date"),
)
SURVEYS = Table(
    "surveys",
    SurveyRow,
    {
        "partner": filled,
        "program": anything,
        "date": a_day,
        "respondent": one_of("student", "staff", "parent"),
        "student_number": anything,
        "question": anything,
        "score": amount(0),
        "scale_max": amount(1),
    },
)
Line = TypeVar("Line", InvestmentRow, TrainingRow, SurveyRow)


class Ledger(Generic[Line]):
    """The lines of a book of a partner, by cohort, in the quarter of their day."""

    def __init__(self, lines: Iterable[Line], district: District) -> None:
        self._lines: list[tuple[Cohort, int, Line]] = []
        for line in lines:
            when = day(line.date)
            if when and when in district.quarter_of:
                program = line.program if isinstance(line, SurveyRow) else ""
                placed = [(cohort, district.quarter_of[when]) for cohort in district.cohorts_of(line.partner, program)]
                self._lines += [(cohort, quarter, line) for cohort, quarter in placed]

    def of(self, period: Period, cohort: Cohort) -> list[Line]:
        """The lines of a cohort in a period."""
        return [line for of, quarter, line in self._lines if of == cohort and quarter in period.quarters]


class Books(NamedTuple):
    """The three books."""

    investments: Ledger[InvestmentRow]
    training: Ledger[TrainingRow]
    surveys: Ledger[SurveyRow]


def read_books(exports: Path, district: District) -> Books:
    """The three books of the exports."""
    return Books(
        Ledger(INVESTMENTS.facts(exports), district),
        Ledger(TRAINING.facts(exports), district),
        Ledger(SURVEYS.facts(exports), district),
    )
