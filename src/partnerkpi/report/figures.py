"""The figures of one board: every number the page needs, each turned from a result into a release."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from partnerkpi.disclosure import Policy, change_of, disclose, disclose_similar, told_after, unavailable
from partnerkpi.measure.evidence import Evidence
from partnerkpi.measure.interval import outside_noise
from partnerkpi.models.kpi import Domain, Grain, Kpi
from partnerkpi.models.release import Population, Release, State
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.models.similar import Comparison
from partnerkpi.report.breaks import Breaks

TREND_QUARTERS = 8
_LETTERS = {
    Domain.ATTENDANCE: "A",
    Domain.GRADES: "G",
    Domain.COLLEGE_CREDITS: "C",
    Domain.ENGAGEMENT: "E",
    Domain.INVESTMENT: "I",
}
NO_DATA = {
    "attendance": "no attendance data",
    "grades": "no grades data",
    "college_credits": "no college credits data",
    "engagement": "no engagement data",
    "investments": "no investments data",
    "staff_training": "no staff training data",
    "surveys": "no surveys data",
}
Key = tuple[str, str, str, int]
# What the figures printed beside one make of it.
Beside = Callable[[Release, Kpi, Quarter], Release]


@dataclass(frozen=True)
class KpiFigures:
    """The releases of one KPI on a board, and the quarter they tell of (an earlier one when the KPI is not due).

    `breaks` are the quarters of the trend with which something new begins, each with the reason; `similar` is the
    figure of similar students, None where they are not compared or the comparison is withheld.
    """

    kpi: Kpi
    quarter: Quarter
    now: Release
    last_year: Release
    change: Release
    trend: tuple[Release, ...]
    not_due: bool
    similar: Release | None = None
    breaks: tuple[tuple[Quarter, str], ...] = ()


@dataclass
class Figures:
    """Makes the releases of one partner and quarter and keeps every one of them, in order of their codes.

    `pipeline` are the steps of the pipeline in their order: none of them is told without those before it. `beside`
    has the last word on every figure.
    """

    partner: str
    quarter: Quarter
    calendar: SchoolCalendar
    results: dict[Key, Result]
    evidence: Evidence
    policy: Policy
    breaks: Breaks
    similar: Mapping[str, Comparison] = field(default_factory=dict)
    pipeline: Sequence[Kpi] = ()
    beside: Beside | None = None
    releases: list[Release] = field(default_factory=list)
    made: dict[str, KpiFigures] = field(default_factory=dict)

    def of_kpi(self, kpi: Kpi) -> KpiFigures:
        """Now, the same quarter last year, the change and the trend of the whole partner; made once."""
        if kpi.id not in self.made:
            self.made[kpi.id] = self._made(kpi)
        return self.made[kpi.id]

    def _made(self, kpi: Kpi) -> KpiFigures:
        code = self._next_code(kpi)
        quarter = self.telling_quarter(kpi)
        now = self._release(kpi, "", quarter, code)
        before = self.calendar.year_before(quarter)
        since = before.label if before else self.policy.language.say("a year before")
        last_year = self._release(kpi, "", before, f"{code}-y") if before else self._nothing(kpi, f"{code}-y")
        change = change_of(
            now,
            last_year,
            kpi,
            self.policy,
            code=f"{code}-d",
            outside_noise=before is not None and self._differs(kpi, quarter, before),
            since=since,
            series_break=self.policy.language.say(self.breaks.between(kpi, before, quarter)) if before else "",
        )
        told = self.calendar.latest(quarter, TREND_QUARTERS)
        trend = tuple(self._release(kpi, "", past, f"{code}-t{number}") for number, past in enumerate(told, start=1))
        similar = self._similar(kpi, f"{code}-s", now)
        self.releases += [now, last_year, change, *trend, *([similar] if similar else [])]
        breaks = tuple(self.breaks.at(kpi, told))
        return KpiFigures(kpi, quarter, now, last_year, change, trend, quarter != self.quarter, similar, breaks)

    def _similar(self, kpi: Kpi, code: str, now: Release) -> Release | None:
        """The figure of similar students in the board's own quarter, beside a figure that is shown and nowhere else."""
        compared = self.similar.get(kpi.id)
        if compared is None or compared.similar_value is None or now.state is not State.SHOWN:
            return None
        population = Population(self.partner, "", self.quarter.label, kpi.window.value, "similar students")
        return disclose_similar(
            compared.similar_value,
            int(min(compared.similar, compared.similar_effective)),
            kpi,
            self.policy,
            code=code,
            population=population,
        )

    def of_program(self, kpi: Kpi, program: str, code: str) -> Release:
        """One KPI of one program ("": the whole partner), in the quarter the partner's own figure tells of."""
        release = self._release(kpi, program, self.telling_quarter(kpi), code)
        self.releases.append(release)
        return release

    def of_quarter(self, kpi: Kpi, quarter: Quarter) -> Release:
        """One KPI of the whole partner in a quarter, as it would be told; it is not kept."""
        return self._release(kpi, "", quarter, "")

    def result(self, kpi: Kpi, quarter: Quarter, program: str = "") -> Result | None:
        """What was measured of a program ("": the whole partner), exact: never to be printed; None without data."""
        found = self.results.get((kpi.id, self.partner, program, self._period_id(kpi, quarter)))
        return found if self.evidence.covers(kpi, quarter) else None

    def _next_code(self, kpi: Kpi) -> str:
        used = sum(1 for r in self.releases if r.code[0] == _LETTERS[kpi.domain] and "-" not in r.code)
        return f"{_LETTERS[kpi.domain]}{used + 1}"

    def telling_quarter(self, kpi: Kpi) -> Quarter:
        """The board's quarter, or for a KPI that is not due yet the latest one before it that has data."""
        if self.evidence.covers(kpi, self.quarter) or self.evidence.due(kpi, self.quarter):
            return self.quarter
        for past in reversed(self.calendar.latest(self.quarter, TREND_QUARTERS)):
            if past.quarter_id in self.evidence.quarters[kpi.source_table] and self.evidence.covers(kpi, past):
                return past
        return self.quarter

    def _release(self, kpi: Kpi, program: str, quarter: Quarter, code: str) -> Release:
        population = Population(self.partner, program, quarter.label, kpi.window.value)
        result = self.results.get((kpi.id, self.partner, program, self._period_id(kpi, quarter)))
        if result is not None and self.evidence.covers(kpi, quarter):
            told = disclose(result, kpi, self.policy, code=code, population=population)
            told = told_after(told, self._steps_before(kpi, program, quarter), self.policy)
            return self.beside(told, kpi, quarter) if self.beside else told
        say = self.policy.language.say
        if not self.evidence.due(kpi, quarter):
            return unavailable(State.NOT_DUE, kpi, code=code, population=population, reason=say("not due yet"))
        nobody = "no students" if kpi.grain is Grain.STUDENT else "nothing on record"
        reason = say(nobody) if self.evidence.covers(kpi, quarter) else say(NO_DATA[kpi.source_table])
        return unavailable(State.MISSING, kpi, code=code, population=population, reason=reason)

    def _steps_before(self, kpi: Kpi, program: str, quarter: Quarter) -> list[Release]:
        steps = [step.id for step in self.pipeline]
        before = self.pipeline[: steps.index(kpi.id)] if kpi.id in steps else ()
        return [self._release(step, program, quarter, "") for step in before]

    def _nothing(self, kpi: Kpi, code: str) -> Release:
        population = Population(self.partner, "", "", kpi.window.value)
        return unavailable(
            State.MISSING,
            kpi,
            code=code,
            population=population,
            reason=self.policy.language.say("no school year before"),
        )

    def _differs(self, kpi: Kpi, quarter: Quarter, before: Quarter) -> bool:
        pair = [self.results.get((kpi.id, self.partner, "", self._period_id(kpi, q))) for q in (quarter, before)]
        ends = [(r.value, r.low, r.high) for r in pair if r is not None and r.low is not None and r.high is not None]
        if len(ends) < 2:
            return False
        (value, low, high), (value_before, low_before, high_before) = ends
        return outside_noise((value, low, high), (value_before, low_before, high_before))

    def _period_id(self, kpi: Kpi, quarter: Quarter) -> int:
        return self.calendar.period(quarter, kpi.window).period_id
