"""Numbers that depend on time: settings by date, cohorts held for a year, whole school years, series breaks, limits."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from given import HOSPITAL, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace, find_workspace
from partnerkpi.disclosure import Policy, disclose
from partnerkpi.errors import ConfigurationError, KpiFileError
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.results import measure, results_of
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.release import Population, State
from partnerkpi.models.school_year import Window
from partnerkpi.warehouse import open_for_reading

ATTENDANCE = "student_number,school,date,status"
PEOPLE = "student_number,partner,program,start,end"


def measured(made: Workspace, kpis: Sequence[str], quarters: Sequence[str], **options: object) -> pl.DataFrame:
    """Results of whole partners, `all` for all of them together."""
    catalogue, calendar = load_catalogue(made.root), made.settings.calendar()
    chosen = [catalogue.find(kpi) for kpi in kpis]
    told = [quarter for text in quarters if (quarter := calendar.quarter(text))]
    period_ids = {kpi.id: [period.period_id for period in calendar.told(kpi.window, told)] for kpi in chosen}
    with open_for_reading(made.database) as warehouse:
        frame = measure(
            warehouse,
            chosen,
            period_ids=period_ids,
            settings=kpi_settings(made, catalogue),
            **options,  # type: ignore[arg-type]
        )
    return frame.filter(pl.col("program") == "", pl.col("partner") == "hospital")


def days(student: int, month: str, count: int, absent: int = 0) -> list[str]:
    """So many days of a month, the first of them absent."""
    return [
        f"{student},North,{month}-{day:02d},{'absent_excused' if day <= absent else 'present'}"
        for day in range(1, count + 1)
    ]


def with_settings(tmp_path: Path, text: str) -> Workspace:
    """A workspace of two school years with more in partnerkpi.toml: keys first, tables after."""
    made = workspace(tmp_path / "d")
    path = made.root / "partnerkpi.toml"
    top, _, tables = text.partition("\n[")
    path.write_text(f"{top}\n{path.read_text()}" + (f"\n[{tables}\n" if tables else ""))
    return find_workspace(made.root)


def test_a_setting_that_changes_from_a_quarter_on_is_in_force_from_it(tmp_path: Path) -> None:
    made = with_settings(
        tmp_path, '\n[settings.chronic_absence]\nminimum_days = [{ value = 5 }, { from = "2026-27 Q1", value = 12 }]'
    )
    for year in ("2025", "2026"):
        export(made, f"{year}.csv", csv_text(ATTENDANCE, [*days(1, f"{year}-09", 8), *days(2, f"{year}-09", 14, 2)]))
    export(made, "p.csv", csv_text(PEOPLE, [f"{n},Riverbend Health,Health Academy,2025-08-25," for n in (1, 2)]))
    take_in(made)
    found = measured(made, ["chronic_absence"], ["2025-26 Q1", "2026-27 Q1"])
    assert found.select("period_id", "students", "numerator").rows() == [(202511, 2, 1), (202611, 1, 1)]


def test_a_setting_from_a_quarter_nobody_knows_is_refused(tmp_path: Path) -> None:
    made = with_settings(tmp_path, '\n[settings.chronic_absence]\nminimum_days = [{ from = "2031-32 Q1", value = 12 }]')
    with pytest.raises(ConfigurationError, match="2031-32 Q1"):
        kpi_settings(made, load_catalogue(made.root))


@pytest.mark.parametrize(("members", "in_second_quarter"), [("school year", [1, 2]), ("quarter", [2])])
def test_who_has_left_stays_in_a_cohort_that_is_held_for_the_year(
    tmp_path: Path, members: str, in_second_quarter: list[int]
) -> None:
    made = with_settings(tmp_path, f'\n[cohorts]\nmembers = "{members}"')
    second = next(quarter for quarter in made.settings.calendar().quarters if quarter.label == "2026-27 Q2")
    month = f"{second.first_day:%Y-%m}"[:5] + "11"
    export(made, "a.csv", csv_text(ATTENDANCE, [*days(1, "2026-09", 5), *days(1, month, 5), *days(2, month, 5)]))
    rows = ["1,Riverbend Health,Health Academy,2026-08-25,2026-09-20", f"2,Riverbend Health,Health Academy,{month}-01,"]
    export(made, "p.csv", csv_text(PEOPLE, rows))
    take_in(made)
    by_quarter = measured(made, ["attendance_rate"], ["2026-27 Q1", "2026-27 Q2"])
    assert by_quarter["students"].to_list() == [1, len(in_second_quarter)]


def test_what_is_told_of_a_school_year_is_told_at_its_end_only(tmp_path: Path) -> None:
    calendar = workspace(tmp_path / "d").settings.calendar()
    first, *_, last = [quarter for quarter in calendar.quarters if quarter.school_year == "2026-27"]
    assert calendar.told(Window.SCHOOL_YEAR, [first]) == ()
    (period,) = calendar.told(Window.SCHOOL_YEAR, [first, last])
    assert (period.period_id, period.first_day, period.last_day) == (
        last.quarter_id + 1,
        first.first_day,
        last.last_day,
    )


_SLOW = """\
-- name:       Slow
-- domain:     attendance
-- unit:       students
-- better:     higher
-- window:     quarter
-- definition: Never ends.
-- source:     none

with recursive counted as (
  select 1 as number
  union all
  select number + 1 from counted where number < 100000000
)

select
  a.student_id,
  a.period_id,
  max(c.number) as numerator,
  1 as denominator
from attendance_by_period as a
cross join counted as c
group by a.student_id, a.period_id
"""


def test_a_kpi_that_takes_too_long_is_broken_off_and_the_others_go_on(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "queries" / "kpis").mkdir(parents=True)
    (made.root / "queries" / "kpis" / "slow.sql").write_text(_SLOW)
    export(made, "a.csv", csv_text(ATTENDANCE, days(1, "2026-09", 5)))
    export(made, "p.csv", csv_text(PEOPLE, ["1,Riverbend Health,Health Academy,2026-08-25,"]))
    take_in(made)
    failed: list[tuple[Kpi, KpiFileError]] = []
    found = measured(
        made,
        ["slow", "attendance_rate"],
        ["2026-27 Q1"],
        seconds=0.5,
        failed=lambda kpi, error: failed.append((kpi, error)),
    )
    assert found["kpi"].to_list() == ["attendance_rate"]
    ((kpi, error),) = failed
    assert kpi.id == "slow" and "longer than 0.5 seconds" in error.what and "slow.sql" in error.where


def test_two_rows_of_a_partner_are_a_join_that_fans_out(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    (made.root / "queries" / "kpis").mkdir(parents=True)
    shipped = load_catalogue(made.root).find("investment_balance").sql
    fanned = shipped.replace("from investments_by_period", "from investments_by_period as i cross join cohorts as c")
    doubled = fanned.replace("group by partner_id, period_id", "group by partner_id, period_id, c.cohort_id")
    (made.root / "queries" / "kpis" / "investment_balance.sql").write_text(doubled)
    rows = ["Riverbend Health,partner,cash,2026-09-01,100", "Riverbend Health,district,space,2026-09-01,300"]
    export(made, "i.csv", csv_text("partner,side,kind,date,amount", rows))
    take_in(made)
    with pytest.raises(KpiFileError, match="fans out"):
        measured(made, ["investment_balance"], ["2026-27 Q1"])


def test_what_both_sides_put_in_comes_by_kind_too(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL})
    rows = [
        "Riverbend Health,partner,cash,2026-09-01,100.50,,,actual",
        "Riverbend Health,partner,hours,2026-09-02,,10,,actual",
        "RIVERBEND,partner,fte,2026-09-02,,1.5,2000,actual",
        "Riverbend Health,partner,cash,2026-09-01,900,,,planned",
    ]
    export(made, "i.csv", csv_text("partner,side,kind,date,amount,quantity,rate,plan", rows))
    take_in(made)
    found = measured(made, ["investment_partner"], ["2026-27 Q1"], by=("kind",))
    # An hour is worth 31.80 since 2022.
    assert found.select("by", "group", "value").rows() == [
        ("", "", 100.5 + 318 + 3000),
        ("kind", "cash", 100.5),
        ("kind", "fte", 3000.0),
        ("kind", "hours", 318.0),
    ]


def test_hours_of_training_that_are_mostly_one_teachers_are_hidden(tmp_path: Path) -> None:
    """Rule R4 holds for staff as for students: ten teachers, of whom one has more hours than all others."""
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL})
    rows = [f"Riverbend Health,T{n},Ward visit,2026-09-0{1 + n % 9},{100 if n == 0 else 5}" for n in range(10)]
    export(made, "t.csv", csv_text("partner,staff_number,activity,date,hours", rows))
    take_in(made)
    kpi = load_catalogue(made.root).find("training_hours")
    (result,) = results_of(measured(made, [kpi.id], ["2026-27 Q1"]))
    assert (result.students, result.numerator, result.largest) == (10, 145 * 60, 100 * 60)
    population = Population("hospital", "", "2026-27 Q1", "year to date")
    release = disclose(result, kpi, Policy(), code="I1", population=population)
    assert (release.state, release.low) == (State.HIDDEN, None)
