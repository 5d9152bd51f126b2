"""Every KPI has an example folder: a few exports, and the rows its SELECT must give for them, worked out by hand.

`tests/kpis/<kpi>/given/<table>.csv` are exports in the plain layout, `given/settings.toml` (where there is one) goes
on the end of the workspace's settings; `expect.csv` says what the KPI gives for each student, or each partner, in the
periods it names; the empty partner is all partners together. Those periods must match row for row: a row too many
fails like a row too few.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest
from given import HOSPITAL, SETTINGS, take_in, workspace

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest.pseudonym import pseudonyms
from partnerkpi.measure.catalogue import kpi_columns
from partnerkpi.measure.kpi_files import read_kpi
from partnerkpi.measure.results import setting_values
from partnerkpi.models.kpi import Grain, Kpi
from partnerkpi.models.load import LoadStatus
from partnerkpi.models.source_table import Kind
from partnerkpi.warehouse import open_for_reading

EXAMPLES = Path(__file__).parent / "kpis"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
KPIS = assets.files("queries/kpis", ".sql")
# What expect.csv calls the columns of a KPI's SELECT, in its order, and where it has them from.
STUDENT_COLUMNS = {"student_number": "student_id", "partner": "cohort_id", "program": "cohort_id"}
PARTNER_COLUMNS = {"partner": "partner_id"}
PERIOD_COLUMNS = {"period": "period_id", "window": "period_id"}
GROUP_COLUMNS = {"by": "group_by", "group": "group_value"}
AMOUNT_COLUMNS = {"numerator": "numerator", "denominator": "denominator", "people": "people"}

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

Row = tuple[str, ...]


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
    folder = EXAMPLES / kpi_id
    made = workspace(tmp_path / "district", partners=PARTNERS, settings=_settings(folder / "given" / "settings.toml"))
    given = sorted((folder / "given").glob("*.csv"))
    for load in take_in(made, *given):
        assert load.status is LoadStatus.LOADED, f"{load.file}: {load.reason}"
        assert not load.counts.quarantined, f"{load.file}: {load.counts.quarantined} rows were refused"
        assert load.table == Path(load.file).stem
    kpi = read_kpi(KPIS[kpi_id], origin="shipped")
    header, expected = _expected(folder / "expect.csv")
    found_header, found = _measured(made, kpi, _student_numbers(given))
    assert header == found_header
    period = slice(header.index("period"), header.index("window") + 1)
    named = {row[period] for row in expected}
    of_named_periods = [row for row in found if row[period] in named]
    assert _as_text(of_named_periods) == _as_text(expected)


def _settings(added: Path) -> str:
    """The settings of the workspace, with those of the example on the end."""
    return SETTINGS + (added.read_text("utf-8") if added.is_file() else "")


def _expected(path: Path) -> tuple[list[str], list[Row]]:
    """Header and rows of expect.csv, which names no row twice."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert rows, f"{path} expects nothing"
    twice = [row for row, times in Counter(map(tuple, rows)).items() if times > 1]
    assert not twice, f"{path}: {twice}"
    return header, [tuple(row) for row in rows]


def _measured(made: Workspace, kpi: Kpi, numbers: list[str]) -> tuple[list[str], list[Row]]:
    """What the KPI's SELECT gives, in columns of expect.csv and with the student numbers of the exports."""
    students = dict(zip(pseudonyms(made.key(), Kind.STUDENT, numbers), numbers, strict=True))
    periods = {period.period_id: period for period in made.settings.calendar().periods()}
    with open_for_reading(made.database) as warehouse:
        cohorts = {row[0]: row[1:] for row in warehouse.rows("select cohort_id, partner, program from cohorts")}
        given = kpi_columns(warehouse, kpi)
        records = warehouse.records(kpi.sql, setting_values(kpi, {}))
    whose = PARTNER_COLUMNS if kpi.grain is Grain.PARTNER else STUDENT_COLUMNS
    columns = {**whose, **PERIOD_COLUMNS, **GROUP_COLUMNS, **AMOUNT_COLUMNS}
    header = [name for name, source in columns.items() if source in given]
    rows = []
    for record in records:
        period = periods[record["period_id"]]
        partner, program = cohorts[record["cohort_id"]] if "cohort_id" in given else (record.get("partner_id", ""), "")
        texts = {
            "student_number": students[record["student_id"]] if "student_id" in given else "",
            "partner": partner,
            "program": program,
            "period": period.quarter.label,
            "window": period.window.value,
            **{name: record[source] for name, source in GROUP_COLUMNS.items() if source in given},
            **{name: _whole(record[source]) for name, source in AMOUNT_COLUMNS.items() if source in given},
        }
        rows.append(tuple(texts[name] for name in header))
    return header, rows


def _student_numbers(exports: list[Path]) -> list[str]:
    """Every student number of the exports, each once."""
    numbers: dict[str, None] = {}
    for path in exports:
        with path.open(encoding="utf-8", newline="") as stream:
            numbers |= {row["student_number"]: None for row in csv.DictReader(stream) if "student_number" in row}
    return list(numbers)


def _whole(number: float) -> str:
    """A numerator or denominator as expect.csv writes it; both are whole numbers."""
    assert number == int(number)
    return str(int(number))


def _as_text(rows: list[Row]) -> str:
    """Sorted lines, so that a difference can be read."""
    return "\n".join(",".join(row) for row in sorted(rows))
