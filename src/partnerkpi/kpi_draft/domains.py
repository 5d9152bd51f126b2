"""What a new KPI of each domain begins with: a mart, sums from it, and two students whose sums are known."""

from dataclasses import dataclass

from partnerkpi.models.kpi import UNITS, Domain, Measure


@dataclass(frozen=True)
class Sums:
    """Numerator and denominator as SQL, in words, and what they are for the example's two students."""

    numerator: str
    denominator: str
    says: str
    gives: tuple[tuple[int, int], tuple[int, int]]
    better: str = "higher"


@dataclass(frozen=True)
class Beginning:
    """A domain's mart and three ways to count: a share of something, an amount in minor units, students one by one.

    `export` is the example's export, a line per row; names in braces are filled in from the district's own calendar,
    scale and partners. `having` leaves out students with nothing to divide by.
    """

    mart: str
    share: Sums
    amount: Sums
    students: Sums
    export: tuple[str, ...]
    having: str = ""

    def sums(self, unit: str) -> Sums:
        """The way of counting that gives figures of a unit."""
        if unit in ("percent of students", "students"):
            return self.students
        if unit == "placements":
            (first, _), (second, _) = self.share.gives
            return Sums(self.share.numerator, "1", self.share.says, ((first, 1), (second, 1)), self.share.better)
        return self.share if UNITS[unit] is Measure.SHARE else self.amount


BEGINNINGS: dict[Domain, Beginning] = {
    Domain.ATTENDANCE: Beginning(
        mart="attendance_by_period",
        share=Sums(
            "sum(absent_hundredths)",
            "sum(enrolled_hundredths)",
            "Days absent, for any reason, of the days enrolled.",
            ((100, 200), (0, 200)),
            "lower",
        ),
        amount=Sums("sum(absent_hundredths)", "100", "Days absent, for any reason.", ((100, 100), (0, 100)), "lower"),
        students=Sums(
            "case when sum(absent_hundredths) > 0 then 1 else 0 end",
            "1",
            "Students absent at least once, for any reason.",
            ((1, 1), (0, 1)),
            "lower",
        ),
        export=(
            "student_number,school,date,status",
            "1,North High,{first_day},present",
            "1,North High,{second_day},absent_excused",
            "2,North High,{first_day},present",
            "2,North High,{second_day},present",
        ),
        having="sum(enrolled_hundredths) > 0",
    ),
    Domain.GRADES: Beginning(
        mart="grades_by_period",
        share=Sums(
            "sum(passing_marks)", "sum(final_marks)", "Passing final marks, of all final marks.", ((1, 2), (2, 2))
        ),
        amount=Sums("sum(passing_marks)", "1", "Passing final marks.", ((1, 1), (2, 1))),
        students=Sums(
            "case when sum(passing_marks) < sum(final_marks) then 1 else 0 end",
            "1",
            "Students with a final mark that does not pass.",
            ((1, 1), (0, 1)),
            "lower",
        ),
        export=(
            "student_number,school_year,term,course,mark,final",
            "1,{school_year},{term},English 9,{passing},yes",
            "1,{school_year},{term},Biology,{failing},yes",
            "2,{school_year},{term},English 9,{passing},yes",
            "2,{school_year},{term},Biology,{passing},yes",
        ),
        having="sum(final_marks) > 0",
    ),
    Domain.COLLEGE_CREDITS: Beginning(
        mart="college_credits_by_period",
        share=Sums(
            "sum(earned_hundredths)",
            "sum(attempted_hundredths)",
            "College credit hours earned, of those attempted.",
            ((300, 600), (300, 300)),
        ),
        amount=Sums("sum(earned_hundredths)", "100", "College credit hours earned.", ((300, 100), (300, 100))),
        students=Sums(
            "case when sum(earned_hundredths) < sum(attempted_hundredths) then 1 else 0 end",
            "1",
            "Students who earned fewer college credit hours than they attempted.",
            ((1, 1), (0, 1)),
            "lower",
        ),
        export=(
            "student_number,institution,term,course,hours_attempted,hours_earned",
            "1,Ridgeline CC,{college_term},ENG 101,3,3",
            "1,Ridgeline CC,{college_term},MTH 110,3,0",
            "2,Ridgeline CC,{college_term},ENG 101,3,3",
        ),
        having="sum(attempted_hundredths) > 0",
    ),
    Domain.ENGAGEMENT: Beginning(
        mart="engagement_by_period",
        share=Sums("sum(completed)", "sum(started)", "Completed activities, of those started.", ((1, 2), (1, 1))),
        amount=Sums("sum(minutes)", "60", "Hours of completed activities.", ((120, 60), (90, 60))),
        students=Sums(
            "case when sum(completed) < sum(started) then 1 else 0 end",
            "1",
            "Students with an activity they did not complete.",
            ((1, 1), (0, 1)),
            "lower",
        ),
        export=(
            "student_number,partner,program,activity,date,hours,status",
            "1,{partner},an example,Lab visit,{first_day},2,completed",
            "1,{partner},an example,Job shadow,{second_day},6,withdrawn",
            "2,{partner},an example,Lab visit,{first_day},1.5,completed",
        ),
    ),
}
