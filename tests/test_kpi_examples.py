"""Every shipped KPI has an example folder in `tests/kpis`, and it comes out; `examples` knows what one holds."""

from pathlib import Path

import pytest
from given import HOSPITAL, NOW, workspace

from partnerkpi import assets
from partnerkpi.examples import check_example
from partnerkpi.measure.kpi_files import read_kpi

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
    made = workspace(tmp_path / "district", partners=PARTNERS)
    check_example(read_kpi(KPIS[kpi_id], origin="shipped"), EXAMPLES / kpi_id, made, now=NOW)
