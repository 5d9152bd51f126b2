"""Every shipped KPI has an example folder in `tests/kpis`, and it comes out; `examples` knows what one holds.

`given/settings.toml`, where there is one, goes on the end of the settings of the example's workspace.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from given import HOSPITAL, NOW, SETTINGS, csv_text, workspace

from partnerkpi import assets
from partnerkpi.errors import KpiFileError
from partnerkpi.examples import check_example
from partnerkpi.measure.kpi_files import read_kpi
from partnerkpi.models.kpi import Grain

EXAMPLES = Path(__file__).parent / "kpis"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
KPIS = assets.files("queries/kpis", ".sql")

INTERNSHIPS = """
[[programs]]
id = "internships"
name = "Clinical Internships"
"""
MANUFACTURER = """\
name = "Tallgrass Machine Works"

[[programs]]
id = "machining"
name = "Machining Pathway"
"""
PARTNERS = {"hospital": HOSPITAL + INTERNSHIPS, "manufacturer": MANUFACTURER}


def test_every_kpi_has_an_example() -> None:
    """A KPI comes with an example of its own."""
    lacking = sorted(set(KPIS) - set(FOLDERS))
    assert not lacking, f"add tests/kpis/<id>/given/*.csv and expect.csv for: {', '.join(lacking)}"


def test_every_example_has_a_kpi() -> None:
    """An example whose KPI was renamed or taken away would never run again."""
    orphaned = sorted(set(FOLDERS) - set(KPIS))
    assert not orphaned, f"no KPI of this name for the example: {', '.join(orphaned)}"


@pytest.mark.parametrize("kpi_id", sorted(set(FOLDERS) & set(KPIS)))
def test_the_example_comes_out(kpi_id: str, tmp_path: Path) -> None:
    """The KPI gives the expected rows, and no others, in every period that `expect.csv` names."""
    added = EXAMPLES / kpi_id / "given" / "settings.toml"
    settings = SETTINGS + (added.read_text("utf-8") if added.is_file() else "")
    made = workspace(tmp_path / "district", partners=PARTNERS, settings=settings)
    check_example(read_kpi(KPIS[kpi_id], origin="shipped"), EXAMPLES / kpi_id, made, now=NOW)


def test_an_example_of_a_kpi_about_partners_names_partners(tmp_path: Path) -> None:
    """Days of attendance of everybody, told of one partner: a KPI that gives `partner_id` has no students in it."""
    sql = (
        "select 'hospital' as partner_id, period_id, sum(enrolled_hundredths) as numerator, 100 as denominator\n"
        "from attendance_by_period\ngroup by period_id\n"
    )
    kpi = replace(read_kpi(KPIS["attendance_rate"], origin="shipped"), grain=Grain.PARTNER, sql=sql)
    (tmp_path / "given").mkdir()
    days = [f"{n},North,2025-09-0{day},present" for n in (1, 2) for day in (1, 2)]
    (tmp_path / "given" / "attendance.csv").write_text(csv_text("student_number,school,date,status", days))
    expect = tmp_path / "expect.csv"
    expect.write_text("partner,period,window,numerator,denominator\nhospital,2025-26 Q1,quarter,400,100\n")
    made = workspace(tmp_path / "district")
    check_example(kpi, tmp_path, made, now=NOW)
    expect.write_text(expect.read_text().replace("400", "300"))
    with pytest.raises(KpiFileError, match="expected 300 / 100, the KPI gives 400 / 100"):
        check_example(kpi, tmp_path, workspace(tmp_path / "again"), now=NOW)
