"""docs/kpis.md says what the headers of the KPI files say."""

import subprocess
import sys
from pathlib import Path

from given import ROOT

from partnerkpi import assets


def test_the_page_is_what_the_script_makes_of_the_kpi_files(tmp_path: Path) -> None:
    made = tmp_path / "kpis.md"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "kpi_docs.py"), str(made)], check=True, timeout=60)
    committed = (ROOT / "docs" / "kpis.md").read_text("utf-8")
    assert made.read_text("utf-8") == committed, "run `make kpi-docs` and commit docs/kpis.md"


def test_the_page_has_a_line_for_every_kpi_with_its_settings_filled_in() -> None:
    lines = (ROOT / "docs" / "kpis.md").read_text("utf-8").splitlines()
    for name in assets.files("queries/kpis", ".sql"):
        (line,) = [line for line in lines if f"(`{name}`)" in line]
        assert line.count(" | ") == 5 and "{" not in line
    (chronic,) = [line for line in lines if "(`chronic_absence`)" in line]
    assert "enrolled at least 10 days" in chronic
