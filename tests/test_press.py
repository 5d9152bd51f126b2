"""Laying out in a process of its own: the same page, a time limit, and no trace of the process afterwards."""

import contextlib
import io
import os
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from given import TODAY

from partnerkpi import assets
from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, DoesNotFit
from partnerkpi.models.board import Board
from partnerkpi.render import render, renderer
from partnerkpi.render._press import Press
from partnerkpi.report import ReportOptions, report
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

TEMPLATES = assets.search_path("templates")
LONG = 60.0
ENDLESS = "{% for number in range(10 ** 12) %}{% endfor %}"
DEEP = "<html><body>" + "<div>" * 5_000 + "deep" + "</div>" * 5_000
BROKEN = "{{ board.no_such_field.at_all }}"
NOISY = "<html><style>p { no-such-property: 1 }</style><title>x</title><body><p>Short</p>"

# It opens a press, says the number of its process, and holds it until somebody ends this one.
HOLDER = """
import signal
from pathlib import Path
from partnerkpi.render._press import Press
with Press("pdf", [Path({folder!r})]) as press:
    print(press.pid, flush=True)
    signal.pause()
"""


@pytest.fixture(scope="session")
def board(sample: Workspace) -> Board:
    """The hospital's board of the sample district."""
    return make_board(sample, "hospital", today=TODAY, period=None)[0]


def _with_page(workspace: Workspace, template: str, *, seconds: float = LONG) -> Workspace:
    """The workspace with a page of its own, and so many seconds for it."""
    folder = workspace.root / "templates"
    folder.mkdir()
    (folder / "board.html.j2").write_text(template)
    settings = workspace.root / "partnerkpi.toml"
    text = settings.read_text()
    assert text.count("[board]\n") == 1
    settings.write_text(text.replace("[board]\n", f"[board]\nrender_seconds = {seconds}\n"))
    return Workspace(workspace.root)


def _drawn(workspace: Workspace, out: Path, output_format: str = "pdf") -> Path:
    return report(workspace, "hospital", today=TODAY, options=ReportOptions(format=output_format, out=out))


def _ended(pid: int) -> bool:
    """Whether a process ends within ten seconds, or has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize("output_format", ["pdf", "png"])
def test_a_press_gives_the_bytes_that_rendering_here_gives(board: Board, output_format: str) -> None:
    with renderer(output_format, TEMPLATES) as rendered:
        assert rendered(board, LONG) == render(output_format, board, TEMPLATES)


def test_a_picture_shows_the_whole_sheet_at_200_dots_per_inch(board: Board) -> None:
    picture = render("png", board, TEMPLATES)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">2I", picture[16:24]) == (11 * 200, 17 * 100)
    assert len(picture) > 100_000  # an empty sheet takes a tenth of it


def test_a_page_that_takes_too_long_is_refused_and_nothing_is_written(own_sample: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "board.pdf"
    with pytest.raises(DoesNotFit, match=r"longer to lay out than 0\.2 seconds") as refused:
        _drawn(_with_page(own_sample, ENDLESS, seconds=0.2), out)
    assert "render_seconds" in refused.value.now
    assert len(str(refused.value).splitlines()) == 3
    assert not out.exists()


def test_a_child_that_takes_too_long_is_ended(own_sample: Workspace, board: Board) -> None:
    endless = _with_page(own_sample, ENDLESS).root / "templates"
    with Press("pdf", [endless, *TEMPLATES]) as press, pytest.raises(DoesNotFit):
        press.render(board, seconds=0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(press.pid, 0)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_dies_is_told_in_three_lines(board: Board, number: signal.Signals) -> None:
    with Press("pdf", TEMPLATES) as press:
        os.kill(press.pid, number)
        with pytest.raises(ConfigurationError, match=number.name) as died:
            press.render(board, seconds=LONG)
    assert len(str(died.value).splitlines()) == 3


def test_a_page_nested_too_deeply_is_no_bug_of_ours(own_sample: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nested too deeply"):
        _drawn(_with_page(own_sample, DEEP), tmp_path / "board.pdf")


def test_an_error_of_ours_keeps_its_class_and_its_lines(own_sample: Workspace, tmp_path: Path) -> None:
    long = "<html lang=en><title>x</title><body>" + "<p>line</p>" * 300
    with pytest.raises(DoesNotFit) as refused:
        _drawn(_with_page(own_sample, long), tmp_path / "board.pdf")
    assert "does not fit on one page" in refused.value.what and refused.value.where and refused.value.now


def test_a_bug_in_the_child_is_our_bug_with_its_traceback(
    own_sample: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = _with_page(own_sample, BROKEN)
    command = ["report", "--partner", "hospital", "--workspace", str(broken.root)]
    assert run(command) == 1
    told = capsys.readouterr().err
    assert "UndefinedError" in told and "Traceback" not in told
    monkeypatch.setenv("PARTNERKPI_TRACEBACK", "1")
    with pytest.raises(Exception, match="no_such_field") as bug:
        run(command)
    assert "Traceback" in bug.value.__notes__[0] and "board.html.j2" in bug.value.__notes__[0]


def test_what_a_library_says_reaches_no_terminal(
    own_sample: Workspace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = _drawn(_with_page(own_sample, NOISY), tmp_path / "board.pdf")
    assert len(pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages) == 1
    assert capfd.readouterr() == ("", "")


def test_without_a_second_process_there_is_an_error_and_html_all_the_same(
    sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python-here"))
    with pytest.raises(ConfigurationError, match="starts no process"):
        _drawn(sample, tmp_path / "board.pdf")
    assert _drawn(sample, tmp_path / "board.html", "html").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the files of a process are listed on Linux only")
def test_a_child_has_no_file_of_the_workspace_open(sample: Workspace, board: Board) -> None:
    database = str(sample.database.resolve())
    with open_for_reading(sample.database), Press("pdf", TEMPLATES) as press:
        assert database in _files_of(os.getpid())
        assert not [file for file in _files_of(press.pid) if file.startswith(str(sample.root))]
        press.render(board, seconds=LONG)


def _files_of(pid: int) -> list[str]:
    files = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            files.append(str(link.readlink()))
    return files


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that holds a press, and the number of its child; its temporary files lie in `tmp_path`."""
    command = [sys.executable, "-c", HOLDER.format(folder=str(TEMPLATES[0]))]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as holder:
        assert holder.stdout is not None
        yield holder, int(holder.stdout.readline())
        holder.kill()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="a process that is no child is waited for on Linux only")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_child_ends_with_its_parent_and_leaves_nothing(
    held: tuple[subprocess.Popen[str], int], tmp_path: Path, number: signal.Signals
) -> None:
    holder, child = held
    assert list(tmp_path.iterdir())
    os.killpg(holder.pid, number)  # as a terminal does: to the whole group
    assert _ended(child)
    assert holder.wait(timeout=10) != 0
    assert not list(tmp_path.iterdir())
