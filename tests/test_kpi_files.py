"""The contract of KPI files: what one may hold is loaded, what it may not is refused with file and line."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from given import csv_text, export, take_in, workspace

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import KpiFileError, UsageError
from partnerkpi.measure.catalogue import Catalogue, load_catalogue
from partnerkpi.measure.results import measure, results_of
from partnerkpi.models.kpi import Domain, KpiSetting
from partnerkpi.models.result import Result
from partnerkpi.models.school_year import Window
from partnerkpi.warehouse import open_for_reading

GOOD = """\
-- name:       Days missed
-- domain:     attendance
-- unit:       percent of days
-- better:     lower
-- window:     year to date
-- setting:    minimum_days = 10 (school days enrolled before a student counts)
-- definition: Days missed as a share of days enrolled, among students enrolled at least
--             {minimum_days} days.
-- source:     This test

select
  student_id,
  period_id,
  sum(absent_hundredths) as numerator,
  sum(enrolled_hundredths) as denominator
from attendance_by_period
group by student_id, period_id
having sum(enrolled_hundredths) >= 100 * $minimum_days
"""
NUMERATOR = "sum(absent_hundredths)"
GROUPED = "group by student_id, period_id"


@dataclass(frozen=True)
class Bad:
    """The good file with one thing exchanged; `at` is a text in the line that is blamed, "" for the first line."""

    name: str
    old: str
    new: str
    says: str
    at: str = ""

    @property
    def sql(self) -> str:
        """The bad file."""
        assert self.old in GOOD
        return GOOD.replace(self.old, self.new, 1)

    @property
    def line(self) -> int:
        """The line that is blamed."""
        return next(number for number, line in enumerate(self.sql.splitlines(), 1) if self.at in line)


def numerator(name: str, new: str, says: str, at: str | None = None) -> Bad:
    """A bad file with another numerator, by default blamed on its own line."""
    return Bad(name, NUMERATOR, new, says, new if at is None else at)


BAD = [
    Bad("aloud_without_figure", "-- domain:", "-- aloud:      Days were missed\n-- domain:", "{figure}", "-- aloud"),
    Bad("aloud_of_more", "-- domain:", "-- aloud:      {figure} of {all}\n-- domain:", "{figure}", "-- aloud"),
    Bad("aloud_with_stop", "-- domain:", "-- aloud:      Missed: {figure}.\n-- domain:", "full stop", "-- aloud"),
    Bad("unknown_key", "-- source:", "-- sorce:", "did you mean source", "-- sorce"),
    Bad("key_twice", "-- source:", "-- name:       Twice\n-- source:", "twice", "Twice"),
    Bad("no_key_at_all", "-- source:     This test", "-- This test", "neither", "-- This test"),
    Bad("no_source", "-- source:     This test\n", "", 'lacks "source"'),
    Bad("no_name", "-- name:       Days missed\n", "", 'lacks "name"'),
    Bad("no_definition", GOOD[GOOD.index("-- definition") : GOOD.index("-- source")], "", 'lacks "definition"'),
    Bad("unknown_unit", "percent of days", "percent of day", "did you mean percent of days", "-- unit"),
    Bad("unknown_domain", "domain:     attendance", "domain:     presence", 'domain "presence"', "-- domain"),
    Bad("unknown_window", "year to date", "fortnight", 'window "fortnight"', "-- window"),
    Bad("unknown_better", "better:     lower", "better:     less", 'better "less"', "-- better"),
    Bad(
        "setting_without_meaning", " (school days enrolled before a student counts)", "", "name = number", "-- setting"
    ),
    Bad("setting_without_number", "minimum_days = 10 ", "minimum_days = ten ", "name = number", "-- setting"),
    Bad("undeclared_setting", "$minimum_days", "$minimum_day", "$minimum_day is used", "$minimum_day"),
    Bad("unused_setting", "100 * $minimum_days", "1000", "declared but not used", "-- setting"),
    Bad("definition_of_nothing", "{minimum_days}", "{least_days}", "names least_days", "{least_days}"),
    Bad("two_statements", "$minimum_days\n", "$minimum_days;\nselect 1\n", "2 statements"),
    Bad("no_statement", GOOD[GOOD.index("\nselect") :], "", "0 statements"),
    Bad("insert", GOOD[GOOD.index("select") :], "insert into periods select * from periods\n", "INSERT"),
    Bad("copy_out", GOOD[GOOD.index("select") :], "copy periods to 'periods.csv'\n", "COPY"),
    Bad("attach", GOOD[GOOD.index("select") :], "attach 'other.duckdb' as other\n", "ATTACH"),
    Bad(
        "pivot_statement", GOOD[GOOD.index("select") :], "pivot periods on school_year using count(*)\n", "not a SELECT"
    ),
    Bad("syntax_error", "from attendance", "form attendance", "syntax error"),
    Bad("unknown_column", NUMERATOR, "sum(missing_hundredths)", "missing_hundredths", "select"),
    Bad("unknown_table", "from attendance_by_period", "from attendance_by_week", "attendance_by_week", "select"),
    Bad("file_by_name", "from attendance_by_period", "from 'other.csv'", "breaks the contract", "select"),
    Bad("file_by_function", "from attendance_by_period", "from read_csv('o.csv')", "reading files", "read_csv"),
    Bad("fifth_column", "  period_id,\n", "  period_id,\n  0 as fifth,\n", "fifth", "select"),
    Bad("three_columns", "  period_id,\n", "", "they must be", "select"),
    Bad("text_numerator", NUMERATOR, "max(school)", "VARCHAR", "select"),
    Bad("flag_numerator", NUMERATOR, "bool_or(absent_hundredths > 0)", "BOOLEAN", "select"),
    Bad("broken_numerator", NUMERATOR, "1.5 * sum(absent_hundredths)", "DECIMAL", "select"),
    Bad("group_by_all", GROUPED, "group by all", "GROUP BY ALL", "group by all"),
    Bad("qualify", "$minimum_days\n", "$minimum_days\nqualify true\n", "QUALIFY", "qualify"),
    Bad(
        "pivot",
        "from attendance_by_period",
        "from attendance_by_period\npivot (count(*) for school in ('N'))",
        "PIVOT",
        "pivot (",
    ),
    Bad("star", "from attendance_by_period", "from (select * from attendance_by_period)", "SELECT *", "select *"),
    numerator("integer_cast", "sum(absent_hundredths::int)", "a cast to an integer"),
    numerator("integer_cast_in_full", "sum(cast(absent_hundredths as integer))", "a cast to an integer"),
    numerator("division", "sum(absent_hundredths / 2)", "nullif"),
    numerator("quantile", "median(absent_hundredths)", "quantiles"),
    numerator("logarithm", "sum(log(absent_hundredths))", "log()"),
    numerator("months", "sum(date_diff('month', date '2026-01-01', date '2026-02-01'))", "in days"),
    numerator("chance", "sum(random())", "chance"),
    Bad("Not-An-Id", "-- name:", "-- name:", "not a KPI id"),
]

ODD_BUT_GOOD = {
    "days_between": GOOD.replace(NUMERATOR, "sum(date_diff('day', date '2026-01-01', date '2026-02-01'))"),
    "guarded_division": GOOD.replace(NUMERATOR, "sum(round(absent_hundredths / nullif(enrolled_hundredths, 0)))"),
    "words_in_comments": GOOD.replace(
        "from attendance",
        "-- group by all, pivot, select * and 1 / 2 are words here\n/* qualify\nlog(1) */\nfrom attendance",
    ),
    "words_in_texts": GOOD.replace(NUMERATOR, "sum(case when school = 'select * -- it''s a pivot' then 1 else 0 end)"),
    "with_a_cte": GOOD.replace("select\n", "with none as (\n  select 1 as one\n)\n\nselect\n").replace(
        "lower", "higher"
    ),
    "own_cohort": GOOD.replace("  student_id,\n", "  student_id,\n  cohort_id,\n")
    .replace("absent_hundredths", "completed")
    .replace("enrolled_hundredths", "started")
    .replace("attendance_by_period", "engagement_by_period")
    .replace(GROUPED, f"{GROUPED}, cohort_id"),
}


def written(root: Path, files: dict[str, str]) -> Path:
    """A workspace's own KPI files."""
    folder = root / "queries" / "kpis"
    folder.mkdir(parents=True)
    for name, sql in files.items():
        (folder / f"{name}.sql").write_text(sql, "utf-8")
    return root


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """The KPIs without any workspace."""
    return load_catalogue()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Every bad file of this module beside every good one, loaded together."""
    files = {"good": GOOD, **ODD_BUT_GOOD, **{bad.name: bad.sql for bad in BAD}}
    return load_catalogue(written(tmp_path_factory.mktemp("mixed"), files))


def complaint(catalogue: Catalogue, name: str) -> KpiFileError:
    """The one error about a file."""
    (found,) = [error for error in catalogue.broken if f"/{name}.sql" in error.where]
    return found


# What is loaded.


def test_every_shipped_file_keeps_the_contract(shipped: Catalogue) -> None:
    assert shipped.broken == ()
    assert {kpi.domain for kpi in shipped.kpis} == set(Domain)
    assert {kpi.origin for kpi in shipped.kpis} == {"shipped"}


def test_kpis_come_in_the_order_of_the_page(shipped: Catalogue) -> None:
    order = [(list(Domain).index(kpi.domain), kpi.id) for kpi in shipped.kpis]

    assert order == sorted(order)


def test_a_good_file_says_what_its_header_says(mixed: Catalogue) -> None:
    kpi = mixed.find("good")

    assert (kpi.name, kpi.domain, kpi.unit, kpi.better) == (
        "Days missed",
        Domain.ATTENDANCE,
        "percent of days",
        "lower",
    )
    assert (kpi.window, kpi.grain, kpi.source, kpi.origin) == (
        Window.YEAR_TO_DATE,
        "student",
        "This test",
        "workspace",
    )
    assert kpi.settings == (KpiSetting("minimum_days", 10, "school days enrolled before a student counts"),)
    assert kpi.definition.endswith("among students enrolled at least {minimum_days} days.")


@pytest.mark.parametrize("name", ODD_BUT_GOOD)
def test_an_unusual_file_may_be_good(mixed: Catalogue, name: str) -> None:
    assert mixed.find(name).path.stem == name


def test_bad_files_do_not_keep_the_others_from_loading(mixed: Catalogue, shipped: Catalogue) -> None:
    assert {kpi.id for kpi in mixed.kpis} == {kpi.id for kpi in shipped.kpis} | {"good", *ODD_BUT_GOOD}
    assert len(mixed.broken) == len(BAD)


def test_a_workspace_file_stands_in_for_the_shipped_one_of_its_name(tmp_path: Path, shipped: Catalogue) -> None:
    catalogue = load_catalogue(written(tmp_path, {"chronic_absence": GOOD}))

    assert catalogue.find("chronic_absence").name == "Days missed"
    assert catalogue.find("chronic_absence").origin == "workspace"
    assert [kpi.id for kpi in catalogue.kpis] == [kpi.id for kpi in shipped.kpis]


def test_a_broken_workspace_file_does_not_fall_back_to_the_shipped_one(tmp_path: Path, shipped: Catalogue) -> None:
    catalogue = load_catalogue(written(tmp_path, {"chronic_absence": BAD[0].sql}))

    assert {kpi.id for kpi in shipped.kpis} - {kpi.id for kpi in catalogue.kpis} == {"chronic_absence"}


def test_an_unknown_kpi_names_the_nearest_one(shipped: Catalogue) -> None:
    with pytest.raises(UsageError, match="chronic_absence"):
        shipped.find("chronic_absense")


# What is refused.


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_and_told_why(mixed: Catalogue, bad: Bad) -> None:
    error = complaint(mixed, bad.name)

    assert error.exit_code == 8
    assert bad.says in error.what


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad.name != "syntax_error"], ids=lambda bad: bad.name)
def test_a_bad_file_is_told_by_path_and_line(mixed: Catalogue, bad: Bad) -> None:
    where = re.fullmatch(r"(?P<path>.+), line (?P<line>\d+)", complaint(mixed, bad.name).where)

    assert where is not None
    assert Path(where["path"]).read_text("utf-8") == bad.sql
    assert int(where["line"]) == bad.line


# What only the data can tell.

HEADER = GOOD[: GOOD.index("select")]
FANS_OUT = f"""{HEADER}
select
  a.student_id,
  a.period_id,
  a.absent_hundredths as numerator,
  a.enrolled_hundredths as denominator
from attendance_by_period as a
join attendance_by_period as b on b.student_id = a.student_id and b.period_id = a.period_id
where a.enrolled_hundredths >= $minimum_days
"""


@pytest.fixture
def two_schools(tmp_path: Path) -> Workspace:
    """One student of the hospital who went to two schools in one quarter, ten days each."""
    made = workspace(tmp_path / "district")
    participants = ["1,RIVERBEND,Health Academy,2025-08-25"]
    export(made, "participants.csv", csv_text("student_number,partner,program,start", participants))
    days = [("North", day) for day in range(1, 11)] + [("South", day) for day in range(15, 25)]
    attendance = [f"1,{school},2025-09-{day:02},present" for school, day in days]
    export(made, "attendance.csv", csv_text("student_number,school,date,status", attendance))
    take_in(made)
    return made


def results_from(made: Workspace, sql: str) -> tuple[Result, ...]:
    """What a workspace's own KPI gives for the first quarter of 2025-26."""
    kpi = load_catalogue(written(made.root, {"days_missed": sql})).find("days_missed")
    with open_for_reading(made.database) as warehouse:
        return results_of(measure(warehouse, [kpi], period_ids={kpi.id: [202511]}, settings={}))


def test_a_student_at_two_schools_is_one_student(two_schools: Workspace) -> None:
    sums = {(r.program, r.students, r.numerator, r.denominator) for r in results_from(two_schools, GOOD)}

    assert sums == {("", 1, 0, 2000), ("academy", 1, 0, 2000)}


def test_a_file_that_gives_a_student_two_rows_for_a_period_is_refused(two_schools: Workspace) -> None:
    with pytest.raises(KpiFileError, match="more than one row") as caught:
        results_from(two_schools, FANS_OUT)

    assert caught.value.exit_code == 8
    assert "days_missed.sql" in caught.value.where
