"""Results: every partner, program, period and group of a KPI, from one scan and without double counting."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from given import HOSPITAL, csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError
from partnerkpi.measure import taking
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.frame import SCHEMA
from partnerkpi.measure.narrow import narrowed_to
from partnerkpi.measure.results import measure, measure_partner, results_of
from partnerkpi.refresh import ensure_fresh
from partnerkpi.warehouse import Warehouse, open_for_reading

Q1, Q1_YTD = 202510, 202511


def _measured(made: Workspace, kpi: str, periods: Sequence[int], by: Sequence[str] = ()) -> pl.DataFrame:
    chosen = load_catalogue(made.root).find(kpi)
    with open_for_reading(made.database) as warehouse:
        return measure(warehouse, [chosen], period_ids={kpi: periods}, settings={}, by=by)


def _two_partners(tmp_path: Path) -> Workspace:
    """Student 1 with the hospital and the mill, 2 with the hospital, 3 with the mill, 4 with nobody."""
    mill = 'name = "The Mill"\n'
    made = workspace(tmp_path / "d", partners={"hospital": HOSPITAL, "mill": mill})
    days = [f"{n},{'South' if n % 2 == 0 else 'North'},2025-09-01,present" for n in (1, 2, 3, 4)]
    days += [day.replace("09-01", "09-02") for day in days]
    days[5] = days[5].replace("present", "absent_excused")
    export(made, "attendance.csv", csv_text("student_number,school,date,status", days))
    people = ["1,Riverbend Health,Health Academy,2025-08-25", "1,The Mill,Lathe,2025-08-25",
              "2,RIVERBEND,Health Academy,2025-08-25", "3,the mill,Lathe,2025-08-25"]  # fmt: skip
    export(made, "participants.csv", csv_text("student_number,partner,program,start", people))
    roster = ["1,2025-26,North,11,yes", "2,2025-26,South,12,no", "3,2025-26,North,11,no", "4,2025-26,South,12,yes"]
    export(made, "students.csv", csv_text("student_number,school_year,school,grade_level,group_lunch", roster))
    assert [load.status.value for load in take_in(made)] == ["loaded"] * 3
    return made


def test_a_student_of_two_partners_counts_in_each_and_once_in_all(tmp_path: Path) -> None:
    frame = _measured(_two_partners(tmp_path), "attendance_rate", [Q1])
    assert frame.schema == SCHEMA
    assert frame.select("partner", "program", "students", "numerator", "denominator").rows() == [
        ("", "", 3, 500, 600),
        ("hospital", "", 2, 300, 400),
        ("hospital", "academy", 2, 300, 400),
        ("mill", "", 2, 400, 400),
    ]


def test_groups_split_the_cohort_and_add_up_to_it(tmp_path: Path) -> None:
    frame = _measured(_two_partners(tmp_path), "attendance_rate", [Q1], by=("school", "grade_level", "group_lunch"))
    of_hospital = frame.filter(pl.col("partner") == "hospital", pl.col("program") == "")
    found = of_hospital.select("by", "group", "students", "numerator", "denominator").rows()
    assert found == [
        ("", "", 2, 300, 400),
        ("grade_level", "11", 1, 200, 200),
        ("grade_level", "12", 1, 100, 200),
        ("group_lunch", "no", 1, 100, 200),
        ("group_lunch", "yes", 1, 200, 200),
        ("school", "North", 1, 200, 200),
        ("school", "South", 1, 100, 200),
    ]


def test_groups_are_told_in_the_periods_that_are_asked_for(sample: Workspace) -> None:
    kpis, by = load_catalogue(sample.root).kpis, ("school", "hours", "kind")
    period_ids = {kpi.id: [202540, 202541, Q1_YTD] for kpi in kpis}
    with open_for_reading(sample.database) as warehouse:
        whole = measure(warehouse, kpis, period_ids=period_ids, settings={}, by=by)
        one = measure(warehouse, kpis, period_ids=period_ids, settings={}, by=by, grouped_in=[202541])
    wanted = whole.filter((pl.col("by") == "") | (pl.col("period_id") == 202541))
    assert set(wanted["by"]) == {"", *by} and wanted.height < whole.height
    assert one.equals(wanted)


def test_the_year_to_date_is_the_sum_of_its_quarters(sample: Workspace) -> None:
    ids = [202510, 202520, 202530, 202540, 202541]
    frame = _measured(sample, "unexcused_absence_rate", ids).filter(pl.col("partner") == "hospital")
    quarters = frame.filter(pl.col("program") == "", pl.col("period_id") % 10 == 0)
    to_date = frame.filter(pl.col("program") == "", pl.col("period_id") == 202541)
    assert quarters.height == 4
    # A quarter counts who takes part in it; the year counts everybody who did, also before and after.
    assert quarters["denominator"].sum() <= to_date["denominator"][0]
    assert quarters["students"].max() <= to_date["students"][0]


def test_a_new_alias_in_the_partner_file_counts_at_once_without_loading_again(tmp_path: Path) -> None:
    made = _two_partners(tmp_path)
    (made.partners / "mill.toml").write_text('name = "The Mill"\naliases = ["Riverbend Health"]\n')
    (made.partners / "hospital.toml").write_text('name = "Another"\n')
    ensure_fresh(made)
    frame = _measured(made, "attendance_rate", [Q1])
    assert frame.select("partner", "students").rows() == [("", 2), ("mill", 2)]


def test_a_workspace_setting_changes_who_counts(tmp_path: Path) -> None:
    made = _two_partners(tmp_path)
    kpi = load_catalogue(made.root).find("chronic_absence")
    with open_for_reading(made.database) as warehouse:
        for days, students in ((10, 0), (2, 4)):
            settings = {kpi.id: {"minimum_days": days}}
            frame = measure(warehouse, [kpi], period_ids={kpi.id: [Q1_YTD]}, settings=settings)
            of_partners = frame.filter(pl.col("program") == "", pl.col("partner") != "")
            assert of_partners["students"].sum() == students


def test_without_participants_whoever_took_part_is_the_cohort(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    header = "student_number,partner,program,activity,date"
    export(made, "e.csv", csv_text(header, ["1,County Memorial Hospital,Health Academy,visit,2025-09-05"]))
    days = ["1,North,2025-09-01,present", "2,North,2025-09-01,present"]
    export(made, "a.csv", csv_text("student_number,school,date,status", days))
    take_in(made)
    found = _measured(made, "attendance_rate", [Q1]).select("partner", "program", "students").rows()
    assert found == [("", "", 1), ("hospital", "", 1), ("hospital", "academy", 1)]


def test_one_partner_alone_is_measured_as_among_all(sample: Workspace) -> None:
    wanted = ("attendance_rate", "college_hours_earned", "students_served", "investment_balance")
    kpis = [kpi for kpi in load_catalogue(sample.root).kpis if kpi.id in wanted]
    period_ids = {kpi.id: [202540, 202541, Q1_YTD] for kpi in kpis}
    with open_for_reading(sample.database) as warehouse:
        among = results_of(measure(warehouse, kpis, period_ids=period_ids, settings={}))
        alone = measure_partner(warehouse, kpis, "hospital", period_ids=period_ids, settings={})
    assert {result.kpi for result in alone} == set(wanted)
    assert set(alone) == {result for result in among if result.partner == "hospital"}
    assert len(alone) == len(set(alone))


@pytest.mark.parametrize("kept", [0, 300])
def test_however_many_kpis_are_summed_at_once_the_figures_are_the_same(
    sample: Workspace, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    kpis = load_catalogue(sample.root).kpis
    period_ids = {kpi.id: [202540, 202541, Q1_YTD] for kpi in kpis}
    with open_for_reading(sample.database) as warehouse:
        together = measure_partner(warehouse, kpis, "hospital", period_ids=period_ids, settings={})
        monkeypatch.setattr(taking, "_KEPT", kept)
        apart = measure_partner(warehouse, kpis, "hospital", period_ids=period_ids, settings={})
    assert len(apart) > len(kpis) and set(apart) == set(together)


def test_the_students_of_all_partners_are_summed_as_those_of_each_alone(sample: Workspace) -> None:
    """Two ways to the same sums: sheets of KPIs that look at the same rows, and one after the other."""
    kpis, by = load_catalogue(sample.root).kpis, ("school", "hours", "kind")
    period_ids = {kpi.id: [202540, 202541, Q1_YTD] for kpi in kpis}
    with open_for_reading(sample.database) as warehouse:
        among = measure(warehouse, kpis, period_ids=period_ids, settings={}, by=by, grouped_in=[202541])
        for partner in ("hospital", "manufacturer"):
            alone = measure(
                warehouse, kpis, period_ids=period_ids, settings={}, by=by, grouped_in=[202541], partner=partner
            )
            wanted = among.filter(pl.col("partner") == partner)
            exact = [name for name, kind in SCHEMA.items() if kind != pl.Float64]
            assert alone.height > 100 and alone.select(exact).equals(wanted.select(exact))
            for name in ("value", "low", "high"):
                assert alone[name].is_null().equals(wanted[name].is_null())
                assert ((alone[name] - wanted[name]).abs() < 1e-9 * alone[name].abs().clip(1)).drop_nulls().all()


def test_however_many_sheets_are_told_at_once_the_figures_are_the_same(
    sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    kpis = load_catalogue(sample.root).kpis
    period_ids = {kpi.id: [202540, 202541, Q1_YTD] for kpi in kpis}
    with open_for_reading(sample.database) as warehouse:
        together = measure(warehouse, kpis, period_ids=period_ids, settings={})
        monkeypatch.setattr(taking, "_KEPT", 0)
        apart = measure(warehouse, kpis, period_ids=period_ids, settings={})
    assert apart.height > len(kpis) and apart.equals(together)


@pytest.mark.parametrize(
    ("number", "more", "says"),
    [
        ("10000000000000000000000000", "", "outofrange"),
        ("1", "cross join (select 1 as one union all select 2 as one) as t", "more than one row"),
    ],
    ids=["squares beyond 38 digits", "two rows for a student"],
)
def test_a_kpi_whose_sums_fail_fails_alone(tmp_path: Path, number: str, more: str, says: str) -> None:
    """What the KPIs give is summed in one query; each is answerable for its own."""
    made = _two_partners(tmp_path)
    known = load_catalogue(made.root)
    good, others = (
        known.find("attendance_rate"),
        [known.find(name) for name in ("chronic_absence", "unexcused_absence_rate")],
    )
    sql = f"select student_id, period_id, {number} as numerator, 2 as denominator from students_by_period {more}\n"
    bad = replace(good, id="bad", sql=sql, columns=frozenset())
    said: dict[str, str] = {}
    with open_for_reading(made.database) as warehouse:
        found = measure_partner(
            warehouse,
            [good, bad, *others],
            None,
            period_ids={kpi.id: [Q1, Q1_YTD] for kpi in (good, bad, *others)},
            settings={other.id: {"minimum_days": 1} for other in others if other.settings},
            failed=lambda kpi, error: said.update({kpi.id: error.what}),
        )
    assert list(said) == ["bad"] and says in said["bad"].lower()
    assert {result.kpi for result in found} == {good.id, *(other.id for other in others)}


def test_only_what_is_read_is_cut_down_and_all_is_whole_again(sample: Workspace) -> None:
    students, queries = (
        "select 1 as student_id",
        ["select 1 from Grades_by_period", "select 1 from attendance_by_period"],
    )
    marts = ("attendance_by_period", "grades_by_period", "college_credits_by_period")

    def rows(warehouse: Warehouse) -> list[bool]:
        return [warehouse.value(f"select count(*) from {mart}") > 0 for mart in marts]

    with open_for_reading(sample.database) as warehouse:
        with narrowed_to(warehouse, students, queries):
            assert rows(warehouse) == [False, False, True]
        with narrowed_to(warehouse, students, [*queries, queries[1]], least=2):
            assert rows(warehouse) == [False, True, True]
        with narrowed_to(warehouse, students, None):
            assert rows(warehouse) == [False, False, False]
        assert rows(warehouse) == [True, True, True]


def test_a_mart_file_that_breaks_after_the_marts_were_built_is_told(tmp_path: Path) -> None:
    made = _two_partners(tmp_path)
    overlay = made.root / "queries" / "marts" / "grades_by_period.sql"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("select 1 as student_id; select 2 as student_id\n")
    with pytest.raises(KpiFileError, match="2 statements"):
        ensure_fresh(made)
    overlay.unlink()
    ensure_fresh(made)
