"""docs/first-quarter.md, run line by line as a new coordinator would type it."""

import re
import shlex
import shutil
from pathlib import Path

import pypdf
import pytest
import time_machine
from given import NOW, ROOT

from partnerkpi.cli import app

LINES = re.search(r"```sh\n(.*?)```", (ROOT / "docs" / "first-quarter.md").read_text("utf-8"), re.DOTALL)


def test_ten_commands_lead_from_an_empty_folder_to_a_delivered_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert LINES is not None
    commands = [shlex.split(line) for line in LINES[1].splitlines()]
    assert len(commands) == 10
    monkeypatch.chdir(tmp_path)
    # The sample district's own day, so that the lines go on working in later years.
    with time_machine.travel(NOW):
        for words in commands:
            match words:
                case ["cd", folder]:
                    monkeypatch.chdir(folder)
                case ["cp", *_, target]:
                    for export in (ROOT / "sample_data" / "exports").iterdir():
                        shutil.copy(export, target)
                case ["partnerkpi", *arguments]:
                    assert app.run(arguments) == 0, (arguments, capsys.readouterr())

    told = capsys.readouterr().out
    assert "2026-27 Q1" in told and "hospital" in told
    (board,) = (tmp_path / "my-district" / "boards").glob("*/hospital.pdf")
    text = pypdf.PdfReader(board).pages[0].extract_text()
    assert "Riverbend Health" in text and "one more group in spring" in " ".join(text.split())
