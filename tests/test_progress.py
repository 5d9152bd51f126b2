"""Progress: shares of a file's way that never go back, and a bar where there is a terminal to draw it on."""

import io
from collections import defaultdict
from pathlib import Path

import pytest
from given import NOW, csv_text, export, workspace
from hypothesis import given
from hypothesis import strategies as st

from partnerkpi.cli import bars
from partnerkpi.ingest import IngestOptions, ingest
from partnerkpi.ingest.meter import COUNTING, LOOKING, READING, TAKING_IN, Meter
from partnerkpi.models.progress import Progress
from partnerkpi.warehouse import connection, open_for_writing

_PARTS = st.sampled_from([LOOKING, READING, TAKING_IN, COUNTING])


@given(steps=st.lists(st.one_of(_PARTS, st.floats(-1, 2)), max_size=30))
def test_a_meter_never_goes_back_and_stays_on_the_way(steps: list[tuple[float, float] | float]) -> None:
    heard: list[Progress] = []
    meter = Meter(heard.append)
    meter.begin("a file")
    for step in steps:
        meter.part(step) if isinstance(step, tuple) else meter.within(step)
    shares = [progress.share for progress in heard]
    assert shares == sorted(shares) and set(shares) <= {share for share in shares if 0 <= share <= 1}


@pytest.mark.parametrize("plan", [False, True])
def test_a_run_tells_of_each_file_by_name_with_its_rows(tmp_path: Path, plan: bool) -> None:
    made = workspace(tmp_path / "d")
    rows = [f"{n},North,2026-09-{day:02d},present" for n in range(50) for day in range(1, 29)]
    export(made, "a.csv", csv_text("student_number,school,date,status", rows))
    # A quotation mark takes it out of the plain ones: it is read with care.
    export(made, "b.csv", csv_text('student_number,"school",date,status', rows[:100]))
    heard: dict[str, list[Progress]] = defaultdict(list)
    options = IngestOptions(plan=plan)
    ingest(made, [], now=NOW, options=options, progress=lambda progress: heard[progress.what].append(progress))
    for name, expected in (("exports/a.csv", 1400), ("exports/b.csv", 100)):
        told = heard[name]
        assert (told[0].share, told[-1].rows) == (0, expected)
        assert [progress.share for progress in told] == sorted(progress.share for progress in told)
        assert told[-1].share >= COUNTING[0]
    assert list(heard)[-1] == ("KPIs and data checks" if plan else "data checks")


def test_the_database_tells_how_much_of_a_long_statement_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_LOOK_SECONDS", 0.001)
    lines = tmp_path / "lines.csv"
    lines.write_text("".join(f"{n},{n * n}\n" for n in range(300_000)))
    heard: list[float] = []
    with open_for_writing(tmp_path / "a.duckdb") as warehouse:
        with warehouse.watched(heard.append):
            warehouse.run(f"create table squares as select * from read_csv('{lines}', header = false)")
        number = len(heard)
        warehouse.run("create table again as select * from squares")
    assert any(0 < share < 1 for share in heard) and all(0 <= share <= 1 for share in heard)
    assert len(heard) == number, "nobody is told any more"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_with_name_rows_and_share(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(bars, "_MOMENT_SECONDS", 0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("NO_COLOR", "1")
    with bars.bar() as hear:
        assert hear is not None
        hear(Progress("exports/[a] file.csv", 0, 0.0))
        hear(Progress("exports/[a] file.csv", 1234, 0.5))
    seen = terminal.getvalue()
    assert "exports/[a] file.csv" in seen and "1,234 rows" in seen and "50%" in seen
    assert "\x1b[3" not in seen, "a colour"


@pytest.mark.parametrize("terminal", [None, "dumb"])
def test_without_a_terminal_that_can_draw_there_is_no_bar(
    monkeypatch: pytest.MonkeyPatch, terminal: str | None
) -> None:
    monkeypatch.setattr("sys.stderr", _Terminal() if terminal else io.StringIO())
    monkeypatch.setenv("TERM", terminal or "xterm")
    with bars.bar() as hear:
        assert hear is None
