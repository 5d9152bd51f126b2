"""How long every KPI takes, with trend, groups and comparison, of one quarter, for one partner and for 200 at once.

    .venv/bin/python benchmarks/kpis.py [ROWS]        (18,000,000 without an argument: 100,000 students)

Past start-up: the database is open and the KPI files are read. Beside it the sums of six of the KPIs for one partner in
one quarter, as somebody would write them by hand: over the quarter marts, and over the daily rows without any mart.
"""

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from kpi_district import PARTNERS, make_district, students_of

from partnerkpi.config.workspace import find_workspace
from partnerkpi.measure.catalogue import check_catalogue, columns_of, has_cohort
from partnerkpi.measure.results import measure
from partnerkpi.measure.settings import kpi_settings
from partnerkpi.measure.similar import comparing
from partnerkpi.models.kpi import Grain
from partnerkpi.models.school_year import Window
from partnerkpi.warehouse import Warehouse, open_for_reading

_BY = ("grade_level", "group_lunch")
_QUARTER_END = dt.date(2026, 5, 1)
_BY_HAND = {
    "attendance, from the mart": """
select sum(enrolled_hundredths - absent_hundredths), sum(enrolled_hundredths), sum(unexcused_hundredths),
  count(*) filter (where 10 * absent_hundredths >= enrolled_hundredths and enrolled_hundredths >= 1000)
from (
  select student_id, sum(enrolled_hundredths) as enrolled_hundredths, sum(absent_hundredths) as absent_hundredths,
    sum(unexcused_hundredths) as unexcused_hundredths
  from attendance_by_period semi join members using (student_id) where period_id = {period} group by student_id
)""",
    "grades, from the mart": """
select sum(passing_marks), sum(final_marks), sum(d_or_f_marks), sum(gpa_points / nullif(gpa_credits_hundredths, 0))
from grades_by_period semi join members using (student_id) where period_id = {period}""",
    "attendance, from the daily rows": """
select count(*), count(*) filter (where status <> 'present'), count(*) filter (where status = 'absent_unexcused')
from attendance semi join members using (student_id) where date <= (
  select last_day from periods where period_id = {period}
)""",
}


def main(rows: int) -> None:
    """Make the district and print the table."""
    with tempfile.TemporaryDirectory() as name:
        students = students_of(rows)
        print(
            f"a district of {students:,} students, {PARTNERS} partners, {students * 180:,} rows of attendance",
            flush=True,
        )
        measure_all(make_district(Path(name) / "district", students))


def measure_all(folder: Path) -> None:
    """Time one partner, all partners, and the sums by hand."""
    workspace = find_workspace(folder)
    calendar = workspace.settings.calendar()
    quarter = next(q for q in calendar.quarters if q.first_day <= _QUARTER_END <= q.last_day)
    with open_for_reading(workspace.database) as warehouse:
        catalogue = check_catalogue(warehouse, workspace.root)
        settings = kpi_settings(workspace, catalogue)
        now = {kpi.id: [p.period_id for p in calendar.told(kpi.window, [quarter])] for kpi in catalogue.kpis}
        past = calendar.latest(quarter, 8)
        trend = {kpi.id: [p.period_id for p in calendar.told(kpi.window, past)] for kpi in catalogue.kpis}
        of_students = [kpi for kpi in catalogue.kpis if kpi.grain is Grain.STUDENT and now[kpi.id]]
        comparable = [kpi for kpi in of_students if not has_cohort(columns_of(warehouse, kpi))]
        matching = workspace.settings.similar.matching()

        def results(partner: str | None, grouped_in: Collection[int] | None) -> None:
            measure(
                warehouse,
                catalogue.kpis,
                period_ids=trend,
                settings=settings,
                by=_BY,
                grouped_in=grouped_in,
                partner=partner,
            )

        def comparisons(partner: str | None) -> None:
            cohorts = [(partner, "")] if partner else [(f"p{number}", "") for number in range(PARTNERS)]
            for period in {now[kpi.id][0] for kpi in comparable}:
                kpis = [kpi for kpi in comparable if now[kpi.id][0] == period]
                with comparing(warehouse, period_id=period, cohorts=cohorts, matching=matching, kpis=kpis) as prepared:
                    prepared.compare_all(kpis, settings)

        print(f"{len(catalogue.kpis)} KPIs, {len(past)} quarters, the groups {', '.join(_BY)} of the last,")
        print(f"and {len(comparable)} comparisons; limits: 1 second for one partner, 4 for {PARTNERS}")
        asked = {period_id for period_ids in now.values() for period_id in period_ids}
        for who, partner in (("one partner", "p7"), (f"{PARTNERS} partners at once", None)):
            parts = (
                _timed(f"{who}: results", partial(results, partner, asked)),
                _timed(f"{who}: comparisons", partial(comparisons, partner)),
            )
            print(f"  {who:<40}{sum(parts):>8.2f} s")
            _timed(f"{who}: results, groups of all quarters", partial(results, partner, None))
        _by_hand(warehouse, calendar.period(quarter, Window.YEAR_TO_DATE).period_id)


def _by_hand(warehouse: Warehouse, period_id: int) -> None:
    warehouse.run(
        "create temp table members as select student_id from cohort_members join cohorts using (cohort_id) "
        f"where partner = 'p7' and program = '' and period_id = {period_id}"
    )
    for what, sql in _BY_HAND.items():
        _timed(f"by hand: {what}", lambda sql=sql: warehouse.rows(sql.format(period=period_id)))  # type: ignore[misc]


def _timed(what: str, work: Callable[[], object]) -> float:
    """Seconds of wall time, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    print(f"  {what:<40}{best:>8.2f} s", flush=True)
    return best


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 18_000_000)
