"""The wheel, installed elsewhere, does the main job: it carries its queries, templates and sample district."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest
from given import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked into it, apart from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_the_wheel_holds_every_asset_and_nothing_of_the_tests(installed: Path) -> None:
    package = installed / "partnerkpi"
    for kind in ("queries/kpis", "queries/marts", "templates", "sample_data/exports", "dialects", "locale"):
        shipped = {path.name for path in (package / kind).iterdir() if path.is_file()}
        source = ROOT / (f"src/partnerkpi/{kind}" if kind in ("dialects", "locale") else kind)
        assert {path.name for path in source.iterdir() if path.is_file()} <= shipped
    assert (package / "py.typed").is_file()
    assert not list(installed.rglob("test_*.py"))


def test_the_wheel_makes_the_demo_board_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    demo = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "partnerkpi", "demo", str(demo)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    board = Path(done.stdout.strip())
    assert board == demo / "boards" / "2026-27-Q1" / "hospital.pdf"
    assert len(pypdf.PdfReader(board).pages) == 1
    where = "import partnerkpi; print(partnerkpi.__file__)"
    found = subprocess.run([sys.executable, "-c", where], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(installed))
