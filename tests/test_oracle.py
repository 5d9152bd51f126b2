"""Every figure of the sample district counted again from its exports, with nothing of the product.

`tests/support/oracle` reads the raw exports, warts and all, and counts every KPI by its definition, for every
partner, program, period and group. The product must give the same figures, no more and no fewer.
"""

import ast
import sys
from collections import Counter
from fractions import Fraction

import polars as pl
import pytest
from given import ROOT
from oracle.attendance import ATTENDANCE
from oracle.college import CREDITS
from oracle.engagement import ENGAGEMENT, off_site_days
from oracle.grades import GRADES
from oracle.ledgers import INVESTMENTS, SURVEYS, TRAINING
from oracle.people import GROUPS, PARTICIPANTS, ROSTER
from oracle.recount import KPIS, OF_WHOLE_DISTRICT, Figure, Place, figures, pairs
from oracle.world import World

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.results import measure
from partnerkpi.measure.settings import setting_values
from partnerkpi.warehouse import open_for_reading

FOLDER = ROOT / "sample_data"
TABLES = (ATTENDANCE, GRADES, CREDITS, ENGAGEMENT, ROSTER, PARTICIPANTS, INVESTMENTS, TRAINING, SURVEYS)
EXACT = Figure._fields[:-1]
NEAR = Fraction(1, 10**9)


@pytest.fixture(scope="module")
def world() -> World:
    """The sample district as its files tell it."""
    return World(FOLDER)


@pytest.fixture(scope="module")
def measured(sample: Workspace, world: World) -> pl.DataFrame:
    """The product's figures, of every KPI, period and group."""
    kpis = load_catalogue(sample.root).kpis
    period_ids = [period.period_id for period in world.district.periods]
    with open_for_reading(sample.database) as warehouse:
        return measure(
            warehouse, kpis, period_ids={kpi.id: period_ids for kpi in kpis}, settings={}, by=(*GROUPS, "kind")
        )


def test_every_kpi_is_counted_again() -> None:
    """A new KPI comes with a recount of its own."""
    assert sorted(KPIS) == sorted(assets.files("queries/kpis", ".sql"))


@pytest.mark.parametrize("kpi", KPIS)
def test_the_figures_are_those_of_the_exports(kpi: str, world: World, measured: pl.DataFrame) -> None:
    """Students and sums are the same to the last unit, and the quotient within a billionth."""
    expected = figures(world, kpi)
    found: dict[Place, Figure] = {}
    for row in measured.filter(kpi=kpi).iter_rows(named=True):
        place = Place(*(row[name] for name in Place._fields))
        found[place] = Figure._make([*(row[name] for name in EXACT), Fraction(row["value"])])
    assert found, "nothing was measured"
    assert _told(found.keys() - expected.keys(), found) == []
    assert _told(expected.keys() - found.keys(), expected) == []
    wrong = [
        f"{place}: product {found[place]}, exports {figure}"
        for place, figure in expected.items()
        if found[place][:-1] != figure[:-1] or abs(found[place].value - figure.value) > NEAR
    ]
    assert wrong[:5] == []


@pytest.mark.parametrize("kpi", OF_WHOLE_DISTRICT)
def test_every_student_of_the_district_is_counted(kpi: str, world: World, sample: Workspace) -> None:
    """Beyond the cohorts too, where most of the refused, doubled and corrected rows are."""
    chosen = load_catalogue(sample.root).find(kpi)
    found: dict[int, Counter[tuple[int, int]]] = {period.period_id: Counter() for period in world.district.periods}
    with open_for_reading(sample.database) as warehouse:
        for row in warehouse.records(chosen.sql, setting_values(chosen, {})):
            found[row["period_id"]][int(row["numerator"]), int(row["denominator"])] += 1
    for period in world.district.periods:
        expected = Counter(pairs(world, kpi, period))
        assert (found[period.period_id] - expected, expected - found[period.period_id]) == ({}, {}), period.period_id


def test_the_recount_has_nothing_of_the_product() -> None:
    """It imports the standard library and itself."""
    imported = set()
    for path in (ROOT / "tests" / "support" / "oracle").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert "oracle" in imported
    assert imported - {"oracle"} <= sys.stdlib_module_names


def test_the_recount_meets_the_warts(world: World) -> None:
    """The rows the README of the sample calls refused are refused, and every kind of group has figures."""
    exports = FOLDER / "exports"
    assert sum(table.refused(exports) for table in TABLES) == 12
    assert off_site_days(exports)
    told = figures(world, "attendance_rate")
    assert {place.by for place in told} == {"", *GROUPS}
    assert {(place.partner, place.program) for place in told} == set(world.district.cohorts())


def _told(places: set[Place], figures_of: dict[Place, Figure]) -> list[str]:
    """The first few of them, with their figures."""
    return [f"{place}: {figures_of[place]}" for place in sorted(places)[:5]]
