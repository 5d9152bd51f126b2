"""KPIs that look at the same rows are told in one query, and what each of them gives is what it gives alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import Catalogue, has_cohort, load_catalogue
from partnerkpi.measure.results import measure_partner
from partnerkpi.measure.settings import setting_values
from partnerkpi.measure.together import Sheet, alone, sheets
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.result import Result
from partnerkpi.warehouse import Warehouse, open_for_reading

PERIODS = (202510, 202511, 202541)


@pytest.fixture(scope="module")
def catalogue(sample: Workspace) -> Catalogue:
    return load_catalogue(sample.root)


def _sheets(kpis: Sequence[Kpi]) -> tuple[Sheet, ...]:
    return sheets((kpi, kpi.columns, [(setting_values(kpi, {}), PERIODS)]) for kpi in kpis)


def _rows(warehouse: Warehouse, sheet: Sheet) -> dict[str, Counter[tuple[object, ...]]]:
    """By KPI what a sheet's query gives of it, without the rows that are not its own."""
    (part,) = sheet.parts
    found = warehouse.records(part.sql, part.values)
    return {
        kpi.id: Counter(
            (*(row[key] for key in sheet.keys), row[f"n{number}"], row[f"d{number}"])
            for row in found
            if row[f"kept{number}"]
        )
        for number, kpi in enumerate(sheet.kpis)
    }


def test_every_shipped_kpi_gives_together_what_it_gives_alone(sample: Workspace, catalogue: Catalogue) -> None:
    kpis = [kpi for kpi in catalogue.kpis if kpi.grain is Grain.STUDENT]
    together = _sheets(kpis)
    assert sorted(kpi.id for sheet in together for kpi in sheet.kpis) == sorted(kpi.id for kpi in kpis)
    assert len(together) < len(kpis) / 2
    with open_for_reading(sample.database) as warehouse:
        for sheet in together:
            rows = _rows(warehouse, sheet)
            for kpi in sheet.kpis:
                own = alone(kpi, has_cohort(kpi.columns), [(setting_values(kpi, {}), PERIODS)])
                assert rows[kpi.id] == _rows(warehouse, own)[kpi.id], kpi.id
            assert not sheet.unique or all(max(_keys(found).values(), default=1) == 1 for found in rows.values())


def _keys(found: Counter[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    keys: Counter[tuple[object, ...]] = Counter()
    for row, times in found.items():
        keys[row[:-2]] += times
    return keys


_ONE = "select student_id, period_id, 1 as numerator, 1 as denominator from attendance_by_period"
_KEYS = "group by student_id, period_id"


@pytest.mark.parametrize(
    ("sql", "together"),
    [
        (f"{_ONE} {_KEYS}", True),
        (f"{_ONE} {_KEYS} having true", True),
        (_ONE, False),
        (f"{_ONE} where true {_KEYS}", False),
        (f"{_ONE} {_KEYS}, school", False),
        (f"{_ONE} {_KEYS} limit 9", False),
        (f"{_ONE} {_KEYS} order by student_id", False),
        (f"{_ONE.replace('1 as numerator', 'sum(count(*)) over () as numerator')} {_KEYS}", False),
        (f"{_ONE.replace(' period_id', ' max(period_id) as period_id')} group by student_id", False),
        (f"{_ONE} {_KEYS} union all {_ONE}", False),
    ],
    ids=["same", "having", "all rows", "where", "groups", "limit", "order", "window", "another key", "union"],
)
def test_only_what_looks_at_the_same_rows_is_told_together(catalogue: Catalogue, sql: str, together: bool) -> None:
    rate = catalogue.find("attendance_rate")
    other = replace(rate, id="other", sql=sql)
    assert (len(_sheets([rate, other])) == 1) is together


def _measured(sample: Workspace, kpis: Sequence[Kpi], settings: dict[str, dict[str, float]]) -> set[Result]:
    with open_for_reading(sample.database) as warehouse:
        found = measure_partner(
            warehouse, kpis, None, period_ids={kpi.id: PERIODS for kpi in kpis}, settings=dict(settings)
        )
    return set(found)


def test_two_settings_of_one_name_stay_apart(sample: Workspace, catalogue: Catalogue) -> None:
    kpis = [catalogue.find(name) for name in ("chronic_absence", "severe_chronic_absence")]
    settings = {"chronic_absence": {"minimum_days": 40.0}, "severe_chronic_absence": {"minimum_days": 170.0}}
    assert len(_sheets(kpis)) == 1
    apart = [_measured(sample, [kpi], settings) for kpi in kpis]
    assert _measured(sample, kpis, settings) == apart[0] | apart[1]
    assert _students(apart[0]) != _students(apart[1])


def _students(results: set[Result]) -> set[tuple[str, str, int, int]]:
    return {(result.partner, result.program, result.period_id, result.students) for result in results}


def test_a_kpi_that_fails_among_others_of_the_same_rows_fails_alone(sample: Workspace, catalogue: Catalogue) -> None:
    rate, chronic = catalogue.find("attendance_rate"), catalogue.find("chronic_absence")
    large = "sum(enrolled_hundredths) * 100000000000000000000000000000000000000"
    bad = replace(rate, id="bad", sql=rate.sql.replace("sum(enrolled_hundredths - absent_hundredths)", large))
    kpis = [rate, bad, chronic]
    assert len(_sheets(kpis)) == 1
    said: dict[str, str] = {}
    with open_for_reading(sample.database) as warehouse:
        found = measure_partner(
            warehouse,
            kpis,
            None,
            period_ids={kpi.id: PERIODS for kpi in kpis},
            settings={},
            failed=lambda kpi, error: said.update({kpi.id: error.what}),
        )
    assert list(said) == ["bad"] and "OutOfRange" in said["bad"]
    assert {result.kpi for result in found} == {rate.id, chronic.id}


def test_kpis_that_each_take_another_row_of_a_student_are_both_told(sample: Workspace, catalogue: Catalogue) -> None:
    """Together they have two rows of each student, apart one: nothing fans out."""
    rate = catalogue.find("attendance_rate")
    rows = "select student_id, period_id, case when side = {} then {} end as numerator, 10 as denominator\n"
    rows += "from students_by_period cross join (select 1 as side union all select 2 as side) as sides"
    kpis = [replace(rate, id=f"side_{side}", sql=rows.format(side, 3 * side)) for side in (1, 2)]
    assert len(_sheets(kpis)) == 1
    found = _measured(sample, kpis, {})
    assert {(result.kpi, result.value) for result in found} == {("side_1", 0.3), ("side_2", 0.6)}
    assert len({result.students for result in found}) > 1
