"""Exports that are larger than the workspace allows: refused whole, and told which setting allows more."""

import gzip
import io
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from given import SETTINGS, TODAY, csv_text, export, take_in, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.settings import IngestSettings
from partnerkpi.initialise import settings_text
from partnerkpi.models.load import Load, LoadStatus
from partnerkpi.warehouse import ledger, open_for_reading

HEADER = "student_number,school,date,status,note"
SMALL = {
    "max_file_megabytes": 1,
    "max_compression_ratio": 20,
    "max_zip_members": 3,
    "max_row_characters": 3000,
    "max_cell_characters": 1000,
    "max_workbook_cells": 2000,
}


def _register(*notes: str) -> str:
    return csv_text(HEADER, [f"{n},North,2025-09-01,present,{note}" for n, note in enumerate(notes)])


def _with_caps(**caps: int) -> str:
    lines = "".join(f"{name} = {value}\n" for name, value in caps.items())
    return SETTINGS.replace("row_count_factor = 0\n", f"row_count_factor = 0\n{lines}")


def _zip(files: dict[str, str], method: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def _workbook(places: dict[tuple[int, int], str]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, name in enumerate(HEADER.split(",")):
        sheet.write_string(0, place, name)
    for (row, column), cell in places.items():
        sheet.write_string(row, column, cell)
    book.close()
    return content.getvalue()


LONG = _register(*["x" * 900] * 1300)
TOO_LARGE = {
    "large.csv": (LONG.encode(), "max_file_megabytes", ""),
    "large_inside.csv.gz": (gzip.compress(("\n".join(map(str, range(300_000)))).encode()), "max_file_megabytes", ""),
    "large_together.zip": (
        _zip({f"{n}.csv": "\n".join(map(str, range(90_000))) for n in "ab"}, zipfile.ZIP_DEFLATED),
        "max_file_megabytes",
        "",
    ),
    "bomb.csv.gz": (gzip.compress(b"0" * 900_000), "max_compression_ratio", ""),
    "bomb.zip": (_zip({"a.csv": "0" * 900_000}, zipfile.ZIP_DEFLATED), "max_compression_ratio", ""),
    "bomb.xlsx": (_zip({"a.xml": "0" * 900_000}, zipfile.ZIP_DEFLATED), "max_compression_ratio", ""),
    "many.zip": (_zip({f"{n}.csv": _register("") for n in range(4)}), "max_zip_members", ""),
    "long_row.csv": (_register("", *["x" * 900 + ",x" * 1100] * 2).encode(), "max_row_characters", ", line 3"),
    "long_quoted_row.csv": (_register("", '"x\n",' * 999).encode(), "max_row_characters", ", line 3"),
    "no_line_end.csv": ((HEADER + "\n" + "x" * 5000).encode(), "max_row_characters", ", line 2"),
    "long_row.xlsx": (_workbook({(3, n): "x" * 900 for n in range(5)}), "max_row_characters", ", line 4"),
    "long_cell.csv": (_register("", "", "x" * 1001).encode(), "max_cell_characters", ", line 4"),
    "long_cell.xlsx": (_workbook({(3, 1): "x" * 1001}), "max_cell_characters", ", line 4"),
    "stray_cell.xlsx": (_workbook({(400, 4): "", (400, 5): "x"}), "max_workbook_cells", ""),
}


@pytest.fixture(scope="module")
def too_large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Load]:
    """Every file, taken into a workspace that allows little."""
    made = workspace(tmp_path_factory.mktemp("caps") / "d", settings=_with_caps(**SMALL))
    paths = [export(made, name, content) for name, (content, _, _) in TOO_LARGE.items()]
    loads = {path.name: load for path in paths for load in take_in(made, path)}
    with open_for_reading(made.database) as warehouse:
        assert ledger.loads(warehouse) == []
    return loads


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_larger_than_a_cap_is_refused_and_told_the_setting(too_large: dict[str, Load], name: str) -> None:
    _, setting, line = TOO_LARGE[name]
    load = too_large[name]
    assert load.status is LoadStatus.REFUSED
    assert load.advice == f"If the export is right, raise [ingest] {setting} in partnerkpi.toml and try again."
    assert load.where.endswith(f"{name}{line}")
    told = (load.reason, load.where, load.advice)
    assert all(text and "\n" not in text for text in told)
    assert f"{SMALL[setting]:,}" in load.reason


def test_the_same_files_are_taken_in_where_the_settings_allow_them(tmp_path: Path) -> None:
    """Nothing but the caps refused them. The four files in the archive are the same one."""
    made = workspace(tmp_path / "d")
    names = ["large.csv", "many.zip", "long_cell.csv", "long_cell.xlsx", "long_row.xlsx", "stray_cell.xlsx"]
    loads = take_in(made, *(export(made, name, TOO_LARGE[name][0]) for name in names))
    assert [load.status.value for load in loads] == ["loaded"] * 2 + ["unchanged"] * 3 + ["loaded"] * 4


def test_a_cell_and_a_row_just_as_long_as_allowed_are_read(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d", settings=_with_caps(max_cell_characters=1000, max_row_characters=1030))
    row = "7,North,2025-09-01,present,"
    cells = {"x" * 1000: "", "x" * 1001: "max_cell_characters"}
    rows = {row.ljust(1000, "x") + "," + "y" * 29: "", row.ljust(1000, "x") + "," + "y" * 30: "max_row_characters"}
    texts = {_register(cell): setting for cell, setting in cells.items()}
    texts |= {csv_text(HEADER + ",more", [row]): setting for row, setting in rows.items()}
    for line_end in ("\n", "\r\n"):
        for text, setting in texts.items():
            load = take_in(made, export(made, "a.csv", text.replace("\n", line_end)))[0]
            assert setting in load.advice and (load.status is LoadStatus.REFUSED) is bool(setting), text[-5:]


def test_a_long_line_is_seen_in_a_plain_file_wherever_it_stands(tmp_path: Path) -> None:
    """The database would read on: also past the pieces in which such a file is looked at."""
    made = workspace(tmp_path / "d", settings=_with_caps(max_cell_characters=1000))
    for before in range(0, 2001, 250):
        rows = ["7,North,2025-09-01,present," + "y" * (before % 900)] * 2 + ["8,North,2025-09-01,present," + "x" * 1001]
        load = take_in(made, export(made, "a.csv", csv_text(HEADER, rows)))[0]
        assert (load.status, load.where[-6:]) == (LoadStatus.REFUSED, "line 4"), before


def test_the_command_says_it_in_three_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = workspace(tmp_path / "d", settings=_with_caps(max_zip_members=3))
    path = export(made, "many.zip", TOO_LARGE["many.zip"][0])
    assert run(["ingest", str(path), "--workspace", str(made.root)]) == 3
    assert capsys.readouterr().err.splitlines()[:3] == [
        "Error: The file was not taken in: the archive holds 4 files, more than 3.",
        f"Where: {path}",
        "Now:   If the export is right, raise [ingest] max_zip_members in partnerkpi.toml and try again.",
    ]


def test_a_new_workspace_tells_every_setting_of_ingest_with_its_default() -> None:
    text = settings_text("Cedar Ridge", TODAY)
    block = text[text.index("# [ingest]") : text.index("\n\n", text.index("# [ingest]"))]
    told = tomllib.loads(re.sub(r"(?m)^# ", "", block))["ingest"]
    assert told == IngestSettings().model_dump()
