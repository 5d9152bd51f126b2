"""The ledger kept by hand: a line is added and taken in as any export, and none is lost; what both sides put in."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from given import HOSPITAL, NOW, SETTINGS, csv_text, export, take_in, workspace

from partnerkpi.cli.app import run
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, ExportRefused, PrivacyRefused, UsageError
from partnerkpi.files import write_private
from partnerkpi.measure.checks import Finding
from partnerkpi.partnership import investing
from partnerkpi.partnership.investing import BY_HAND, COLUMNS, Added, Line, add_line
from partnerkpi.partnership.ledger import read_ledger
from partnerkpi.warehouse import open_for_reading

DAY = dt.date(2026, 11, 2)
HEADER = ",".join(COLUMNS)


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return workspace(tmp_path / "d", settings=SETTINGS + "\n")


def _add(made: Workspace, line: Line, **options: object) -> Added:
    return add_line(made, "hospital", line, now=NOW, **options)  # type: ignore[arg-type]


def _cash(dollars: float, note: str = "", on: dt.date = DAY, side: str = "partner") -> Line:
    return Line(side, "cash", on, amount=dollars, note=note)


def _kept(made: Workspace) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((made.inbox / BY_HAND).read_text())))


def _facts(made: Workspace) -> int:
    with open_for_reading(made.database) as warehouse:
        return int(warehouse.value("select count(*) from investments"))


def test_a_second_line_of_the_same_day_does_not_lose_the_first(made: Workspace) -> None:
    counts = []
    for dollars in (100, 200.5, 300):
        load = _add(made, _cash(dollars, note="Lab coats, blue")).load
        assert load is not None and load.counts.balanced
        counts.append((load.counts.rows_in_file, load.counts.loaded, load.counts.unchanged, load.replaced))
    assert counts == [(1, 1, 0, 0), (2, 1, 1, 0), (3, 1, 2, 0)]
    ledger = read_ledger(made, "hospital")
    assert [line.dollars for line in ledger.lines] == [100, 200.5, 300]
    assert {line.note for line in ledger.lines} == {"Lab coats, blue"}
    # The inbox as a whole finds the same file, and nothing to do.
    assert [load.status for load in take_in(made)] == ["unchanged"]


def test_the_file_keeps_its_header_and_its_order(made: Workspace) -> None:
    own = ["note", "date", *(name for name in COLUMNS if name not in ("note", "date"))]
    export(made, BY_HAND, f"{','.join(own)}\r\n")
    _add(made, _cash(5, note="Coats"))
    first, second = (made.inbox / BY_HAND).read_text().splitlines()
    assert first == ",".join(own) and second.startswith("Coats,2026-11-02,hospital,partner,cash,")
    assert read_ledger(made, "hospital").lines[0].dollars == 5


@pytest.mark.parametrize("note", ["=1+1", "+1", "-1", "@x", " =cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(made: Workspace, note: str) -> None:
    _add(made, Line("partner", "in_kind", DAY, amount=5, note=note, evidence=note))
    row = _kept(made)[0]
    assert row["note"][0] == row["evidence"][0] == "'"
    line = read_ledger(made, "hospital").lines[0]
    assert (line.note, line.evidence) == (note.strip(), note.strip())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line("hospital", "cash", DAY, amount=1), "no side hospital"),
        (Line("partner", "money", DAY, amount=1), "no kind money"),
        (Line("partner", "cash", DAY), "does not come out"),
        (Line("partner", "cash", DAY, amount=0), "does not come out"),
        (Line("partner", "cash", DAY, amount=-5), "does not come out"),
        (Line("partner", "cash", DAY, amount=float("nan")), "does not come out"),
        (Line("partner", "cash", DAY, amount=1, rate=3), "does not come out"),
        (Line("partner", "fte", DAY, amount=1, quantity=1), "does not come out"),
        (Line("partner", "cash", DAY, amount=0.001), "more than two decimals"),
        (Line("partner", "fte", DAY, quantity=0.125, rate=100), "more than two decimals"),
        (Line("partner", "fte", DAY, quantity=0.5, rate=18200.005), "more than two decimals"),
        (Line("partner", "cash", DAY, amount=float("inf")), "does not come out"),
    ],
)
def test_a_line_that_says_nothing_is_refused(made: Workspace, line: Line, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _add(made, line)
    assert not (made.inbox / BY_HAND).exists()


def test_the_very_same_line_would_count_twice_and_is_refused(made: Workspace) -> None:
    _add(made, _cash(100))
    with pytest.raises(UsageError, match="very line is there"):
        _add(made, _cash(100))
    _add(made, _cash(100, note="The second one"))
    assert sum(line.dollars for line in read_ledger(made, "hospital").lines) == 200


def test_a_plan_and_a_refusal_leave_the_file_as_it_was(made: Workspace) -> None:
    planned = _add(made, _cash(100), plan=True)
    assert planned.line == "hospital,partner,cash,2026-11-02,actual,100.00,,,,,"
    assert not (made.inbox / BY_HAND).exists()
    _add(made, _cash(100))
    # Somebody has spoilt a row by hand; with the usual limit the whole file is refused.
    (made.root / "partnerkpi.toml").write_text(SETTINGS.replace("max_quarantine_share = 1", "max_quarantine_share = 0"))
    again = Workspace(made.root)
    path = again.inbox / BY_HAND
    path.write_text(path.read_text() + "hospital,nobody,cash,2026-11-03,actual,5.00,,,,,\n")
    before = path.read_bytes()
    with pytest.raises(ExportRefused):
        _add(again, _cash(200))
    assert path.read_bytes() == before and _facts(again) == 1


def test_a_file_with_another_header_is_refused(made: Workspace) -> None:
    export(made, BY_HAND, csv_text("partner,side", ["hospital,partner"]))
    with pytest.raises(ConfigurationError, match="its own header"):
        _add(made, _cash(1))


def test_an_export_of_the_same_day_is_not_replaced(made: Workspace) -> None:
    export(made, "finance.csv", csv_text(HEADER, ["hospital,partner,cash,2026-11-02,actual,50,,,,,"]))
    export(made, "named.csv", csv_text(HEADER, ["Riverbend Health,partner,cash,2026-11-03,actual,70,,,,,"]))
    take_in(made)
    with pytest.raises(UsageError, match="Another export speaks for"):
        _add(made, _cash(100))
    _add(made, _cash(100, on=dt.date(2026, 11, 3)))
    assert {(line.dollars, line.file) for line in read_ledger(made, "hospital").lines} == {
        (50, "exports/finance.csv"),
        (70, "exports/named.csv"),
        (100, f"exports/{BY_HAND}"),
    }


def test_people_are_no_part_of_the_ledger(made: Workspace) -> None:
    with pytest.raises(PrivacyRefused):
        _add(made, _cash(100, note="from jane@x.example"))


# By hand: hours at the value of a volunteer's hour since 2022, FTE at its own rate, an FTE without a rate at nothing.
def test_the_ledger_says_what_each_line_is_worth_and_how_equal_both_sides_are(made: Workspace) -> None:
    _add(made, Line("partner", "hours", DAY, quantity=10, note="Mentors"))
    _add(made, Line("partner", "fte", DAY, quantity=0.5, rate=1000, note="Lead"))
    noted = _add(made, Line("district", "fte", DAY, quantity=1, note="Teacher")).notes
    _add(made, _cash(700, side="district"))
    _add(made, Line("district", "space", DAY, amount=900, planned=True))
    _add(made, _cash(1, on=dt.date(2026, 7, 1)))
    assert noted == ("without --rate it is worth no dollars",)
    ledger = read_ledger(made, "Riverbend Health")
    worth = [(line.kind, line.side, line.dollars, line.worth) for line in ledger.lines if line.plan == "actual"]
    hour = "31.80 from 2022-01-01, Independent Sector, value of volunteer time, 2022"
    assert set(worth) == {
        ("cash", "partner", 1, ""),
        ("hours", "partner", 318, hour),
        ("fte", "partner", 500, "1,000.00, as the line says"),
        ("fte", "district", 0, "no rate"),
        ("cash", "district", 700, ""),
    }
    told = [(b.school_year, b.plan, b.partner, b.district, b.told) for b in ledger.balances]
    assert told == [
        ("2026-27", "planned", 0, 900, "the district puts in more"),
        ("2026-27", "actual", 818, 700, "about equal"),
    ]
    # 118 of 1,518 are 7.8 percent.
    assert ledger.balances[1].difference == pytest.approx(118 / 1518)
    (made.root / "partnerkpi.toml").write_text(SETTINGS + "\n[invest]\nbalance_tolerance = 0.07\n")
    assert read_ledger(Workspace(made.root), "hospital").balances[1].told == "the partner puts in more"


def test_the_same_work_as_fte_and_as_hours_is_told_at_once(made: Workspace) -> None:
    heard: list[Finding] = []
    _add(made, Line("partner", "fte", DAY, quantity=1, rate=1000, note="Lab lead"), found=heard.append)
    _add(made, Line("partner", "hours", DAY, quantity=40, note="lab lead"), found=heard.append)
    assert [(finding.check, finding.severity) for finding in heard] == [("fte_and_hours", "warning")]


def test_the_commands_add_and_list(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--workspace", str(made.root)]
    line = [
        "invest",
        "add",
        "hospital",
        "--side",
        "partner",
        "--kind",
        "cash",
        "--on",
        "2026-11-02",
        "--amount",
        "1250",
    ]
    assert run([*line, "--plan", *where]) == 0
    assert capsys.readouterr().out == "hospital,partner,cash,2026-11-02,actual,1250.00,,,,,\n"
    assert run([*line, *where]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{made.inbox / BY_HAND}\n" and "1 rows = 1 loaded" in shown.err
    assert run(["invest", "list", "hospital", *where]) == 0
    listed = capsys.readouterr()
    assert "not for release" in listed.out and "1,250.00" in listed.out and "at most 10%" in listed.err
    assert run(["invest", "list", "hospital", "--json", *where]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lines"][0]["dollars"] == 1250 and found["balances"][0]["told"] == "the partner puts in more"


# By hand: 500 under each of two names and 700 twice are 2,400; the clinic's 500 is one more, and was equal to the
# hospital's before they merged.
def test_the_list_is_what_the_kpi_counts_line_by_line(tmp_path: Path) -> None:
    merged = '[[changes]]\non = 2026-11-01\nkind = "{}"\nwhat = "One."\nreason = "x"\npartner = "{}"\n'
    files = {
        "hospital": HOSPITAL + merged.format("joined", "clinic"),
        "clinic": 'name = "Mill Clinic"\n' + merged.format("merged", "hospital"),
    }
    made = workspace(tmp_path / "d", partners=files)
    twice = "Riverbend Health,partner,cash,2026-11-03,actual,700,,,,,"
    rows = [f"{name},partner,cash,2026-11-02,actual,500,,,,," for name in ("RIVERBEND", "hospital", "Mill Clinic")]
    export(made, "finance.csv", csv_text(HEADER, [*rows, twice, twice]))
    assert take_in(made)[0].counts.loaded == 5
    ledger = read_ledger(made, "hospital")
    assert sorted(line.dollars for line in ledger.lines) == [500, 500, 500, 700, 700]
    with open_for_reading(made.database) as warehouse:
        counted = warehouse.value(
            "select sum(hundredths_of_cents) from investments_by_period where partner_id = 'hospital' "
            "and side = 'partner' and plan = 'actual' and period_id = 202620"
        )
    assert ledger.balances[0].partner == counted / 10_000 == 2_900


def test_cents_are_kept_and_nothing_is_rounded(made: Workspace) -> None:
    _add(made, _cash(1234567.89))
    _add(made, Line("partner", "fte", DAY, quantity=0.29, rate=0.07))
    kept = [(row["amount"], row["quantity"], row["rate"]) for row in _kept(made)]
    assert kept == [("1234567.89", "", ""), ("", "0.29", "0.07")]


def test_lines_added_at_the_same_time_are_all_there(made: Workspace) -> None:
    _add(made, _cash(1))
    words = ["invest", "add", "hospital", "--side", "partner", "--kind", "cash", "--on", "2026-11-02"]
    command = [sys.executable, "-m", "partnerkpi", *words, "--workspace", str(made.root), "--amount"]
    running = [subprocess.Popen([*command, str(dollars)], stderr=subprocess.PIPE) for dollars in (2, 3, 4)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert sorted(line.dollars for line in read_ledger(made, "hospital").lines) == [1, 2, 3, 4]


# The line was taken out by hand and the file taken in; with the line again it is, byte for byte, what it was before.
def test_a_line_that_would_not_be_counted_is_refused(made: Workspace) -> None:
    path = made.inbox / BY_HAND
    _add(made, _cash(1))
    before = path.read_bytes()
    _add(made, _cash(2))
    path.write_bytes(before + b"\n")
    take_in(made)
    path.write_bytes(before)
    with pytest.raises(ExportRefused, match="has been taken in before"):
        _add(made, _cash(2))
    assert path.read_bytes() == before and _facts(made) == 1
    _add(made, _cash(2, note="Again"))
    assert _facts(made) == 2


def test_a_run_that_takes_the_line_in_first_loses_nothing(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(path: Path, content: bytes) -> None:
        write_private(path, content)
        take_in(made)

    monkeypatch.setattr(investing, "write_private", written)
    added = _add(made, _cash(1))
    assert added.notes == ("another run has found the file first and taken the line in",)
    assert len(_kept(made)) == _facts(made) == 1
