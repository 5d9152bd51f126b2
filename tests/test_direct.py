"""The short way of a plain file into the facts, and what it leaves to do if it is killed."""

import datetime as dt
from pathlib import Path

import pytest
from given import NOW, UNCHECKED, csv_text, export, take_in, workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerkpi.config.workspace import Workspace
from partnerkpi.exports import plain_text
from partnerkpi.ingest import workflow
from partnerkpi.ingest.pseudonym import pseudonyms
from partnerkpi.models.load import Load
from partnerkpi.models.source_table import Kind
from partnerkpi.undo import undo
from partnerkpi.warehouse import ledger, newcomers, open_for_reading

ATTENDANCE = "student_number,school,date,status"


def _rows(made: Workspace, sql: str) -> list[tuple[object, ...]]:
    with open_for_reading(made.database) as warehouse:
        return warehouse.rows(sql)


def _long_file() -> tuple[list[str], list[int]]:
    """More rows than the database writes in one piece, some of them refused, and their lines."""
    months = [f"{2025 + n // 12}-{n % 12 + 1:02d}" for n in range(24)]
    days = [f"{month}-{day:02d}" for month in months for day in range(1, 11)]
    rows = [f"{student},North,{day},present" for day in days for student in range(1000)]
    bad = [5, 70_000, 122_879, 122_880, 122_881, 200_000, 239_999]
    for place in bad:
        rows[place] = rows[place].replace("present", "gone")
    return rows, [place + 2 for place in bad]


def test_a_refused_row_far_down_a_long_file_has_its_own_line(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    rows, lines = _long_file()
    first = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, rows)))[0]
    assert (first.counts.loaded, first.counts.quarantined) == (240_000 - len(lines), len(lines))
    # With another ending it is another file, which now meets the facts of the first.
    again = take_in(made, export(made, "b.csv", csv_text(ATTENDANCE, rows) + "\n"))[0]
    assert (again.counts.unchanged, again.counts.non_data) == (first.counts.loaded, 1)
    with open_for_reading(made.database) as warehouse:
        for load in (1, 2):
            assert [row["line"] for row in ledger.quarantine(warehouse, load)] == lines


MIXED = [
    *(f"{n},North,2025-09-01,present" for n in range(40)),
    "1,North,2025-09-01,gone",
    "2,North,2025-09-01,present",
    "3,North,2025-09-01,absent_excused",
    "Total,,,",
    ATTENDANCE,
    ",,,",
]


def test_refused_repeated_and_empty_lines_of_a_plain_file_end_as_what_they_are(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    load = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, MIXED)))[0]
    counts = load.counts
    assert (counts.loaded, counts.duplicate, counts.superseded, counts.quarantined, counts.non_data) == (40, 1, 1, 1, 3)
    assert _rows(made, "select count(*), count(distinct student_id), min(load_id) from attendance") == [(40, 40, 1)]
    assert _rows(made, "select count(*) from attendance where status = 'absent_excused'") == [(1,)]


def test_what_a_killed_load_left_to_do_is_done_before_anybody_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, killed = workspace(tmp_path / "a"), workspace(tmp_path / "b")
    for made in (undisturbed, killed):
        export(made, "a.csv", csv_text(ATTENDANCE, MIXED))
    take_in(undisturbed, undisturbed.inbox / "a.csv")

    def die(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workflow, "settle_all", die)
        with pytest.raises(KeyboardInterrupt):
            take_in(killed, killed.inbox / "a.csv")
    for table in ("attendance", "quarantine", "unsettled", "loads"):
        kept = f"select * {'exclude (path)' if table == 'loads' else ''} from {table} order by all"
        assert _rows(killed, kept) == _rows(undisturbed, kept)


def test_a_column_appears_on_disk_with_the_first_export_that_has_it(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, ["1,North,2025-09-01,absent_excused"])))
    stored = "select column_name from information_schema.columns where table_name = 'attendance_rows'"
    assert ("fraction_hundredths",) not in _rows(made, stored)
    rows = ["1,North,2025-09-02,absent_excused,0.5"]
    take_in(made, export(made, "b.csv", csv_text(f"{ATTENDANCE},fraction", rows)))
    assert ("fraction_hundredths",) in _rows(made, stored)
    facts = "select date, fraction_hundredths, section, shape from attendance order by date"
    assert [row[1:] for row in _rows(made, facts)] == [(None, "", "daily"), (50, "", "daily")]
    take_in(made, export(made, "c.csv", csv_text(ATTENDANCE, ["1,North,2025-09-02,present"])))
    assert [row[1] for row in _rows(made, facts)] == [None, None]
    undo(made, 3, now=NOW)
    assert [row[1] for row in _rows(made, facts)] == [None, 50]


_DAYS = st.sampled_from(["2025-09-01", "2025-09-02", "2025-09-03", "2025-13-01"])
_LATER = st.builds(
    "{},North,{},{}".format,
    st.sampled_from(["1", "2", "3", "4", "1.2E+3", "a b", ""]),
    _DAYS,
    st.sampled_from(["present", "absent_excused", "gone"]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(later=st.lists(_LATER, max_size=12))
def test_people_who_come_late_in_a_long_file_end_as_if_they_had_been_known(
    tmp_path_factory: pytest.TempPathFactory, later: list[str]
) -> None:
    beginning = [f"{student},North,{day},present" for day in ("2025-09-01", "2025-09-02") for student in (1, 2)]
    found: list[tuple[Load, object, object]] = []
    for sample in (2, 1_000):
        made = workspace(tmp_path_factory.mktemp("late") / "d", settings=UNCHECKED)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(newcomers, "_SAMPLE", sample)
            patch.setattr(newcomers, "_FEW", 1.0)
            _in_pieces(patch, 40)
            load = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, [*beginning, *later])))[0]
        with open_for_reading(made.database) as warehouse:
            refused = [(row["line"], row["column"], row["rule"]) for row in ledger.quarantine(warehouse)]
        found.append((load, sorted(refused), _rows(made, "select * from attendance order by all")))
    assert found[0] == found[1]


def test_marts_made_with_the_load_count_no_row_that_is_deleted_behind_it(tmp_path: Path) -> None:
    """Two students, three days: one day of the first stands there twice, one row of the second is refused."""
    made = workspace(tmp_path / "d")
    days = [f"{n},North,2026-09-0{day},present" for n in (1, 2) for day in (1, 2, 3)]
    take_in(
        made,
        export(made, "a.csv", csv_text(ATTENDANCE, [*days, "1,North,2026-09-01,suspended", "2,,2026-09-04,present"])),
    )
    with open_for_reading(made.database) as warehouse:
        sums = warehouse.rows(
            "select enrolled_hundredths, absent_hundredths from attendance_by_period "
            "where period_id = 202610 order by 2"
        )
    assert sums == [(300, 0), (300, 100)]


def _in_pieces(patch: pytest.MonkeyPatch, size: int = 50_000) -> None:
    """Files are read in pieces of about so many bytes, or 41 larger ones, and these in several buffers."""
    patch.setattr("partnerkpi.warehouse.staging._BUFFER", 20_000)
    patch.setattr("partnerkpi.exports.find._CHUNK", size // 5)
    patch.setattr(plain_text, "_SMALLEST_PIECE", size)
    patch.setattr(plain_text, "_PIECES", 41)


def test_lines_are_right_in_a_file_that_several_threads_could_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_pieces(monkeypatch)
    made = workspace(tmp_path / "d")
    days = [f"2025-{month:02d}-{day:02d}" for month in (9, 10, 11) for day in range(1, 21)]
    rows = [f"{student},North,{day},present" for day in days for student in range(1000)]
    bad = list(range(0, len(rows), 997))
    for place in bad:
        rows[place] = rows[place].replace("present", "gone")
    for name, text in (("a.csv", csv_text(ATTENDANCE, rows)), ("b.csv", csv_text(ATTENDANCE, rows) + "\n")):
        load = take_in(made, export(made, name, text))[0]
        lines = _rows(made, f"select line from quarantine where load_id = {load.load} order by line")
        assert [line for (line,) in lines] == [place + 2 for place in bad], name


def test_of_contradicting_rows_the_last_of_the_file_counts_however_many_threads_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of one key far apart in the file, in no order that a key or a status would give."""
    _in_pieces(monkeypatch)
    made = workspace(tmp_path / "d")
    days = [f"2025-{month:02d}-{day:02d}" for month in (9, 10, 11) for day in range(1, 21)]
    rows = [f"{student},North,{day},present" for day in days for student in range(1000)]
    last = {}
    for place in range(0, 50_000, 501):
        student, _, day, _ = rows[place].split(",")
        statuses = ["absent_excused", "suspended", "absent_unexcused"][place % 3 :] + ["suspended"] * (place % 2)
        for number, status in enumerate(statuses):
            rows.insert(len(rows) - place // 3 - number, f"{student}, North ,{day},{status}")
        later = [row for row in rows if row.startswith(f"{student},") and f",{day}," in row]
        last[student, day] = later[-1].split(",")[3]
    load = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, rows)))[0]
    assert load.counts.loaded == 60_000
    numbers = [student for student, _ in last]
    ids = dict(zip(pseudonyms(made.key(), Kind.STUDENT, numbers), numbers, strict=True))
    facts = {(row[0], str(row[1])): row[2] for row in _rows(made, "select student_id, date, status from attendance")}
    assert {(ids[student], day): facts[student, day] for student, day in facts if student in ids} == {
        (student, day): last.get((student, day), "present") for student in set(numbers) for day in days
    }


def test_contradicting_rows_whose_lines_are_not_found_are_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = "(select cast(0 as bigint) as position, cast(0 as bigint) as line where false)"
    monkeypatch.setattr("partnerkpi.warehouse.direct.lines_of", lambda *_: nothing)
    made = workspace(tmp_path / "d")
    rows = [f"1,North,2025-09-01,{status}" for status in ("suspended", "absent_excused", "present", "absent_excused")]
    load = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, rows)))[0]
    assert (load.counts.loaded, load.counts.duplicate, load.counts.superseded) == (1, 1, 2)
    assert _rows(made, "select status from attendance") == [("absent_excused",)]


def test_a_file_whose_sample_meets_no_fact_while_its_other_rows_do_is_matched_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both samples, of 2 rows, show days in October; in between stands a day that is there already."""
    made = workspace(tmp_path / "d", settings=UNCHECKED)
    take_in(
        made, export(made, "a.csv", csv_text(ATTENDANCE, ["1,North,2026-09-01,present", "2,North,2026-09-01,present"]))
    )
    monkeypatch.setattr(newcomers, "_SAMPLE", 2)
    _in_pieces(monkeypatch, 40)
    rows = [f"{n},North,2026-{day},present" for day in ("10-01", "09-02", "10-02") for n in (1, 2)]
    rows.insert(3, "1,North,2026-09-01,suspended")
    load = take_in(made, export(made, "b.csv", csv_text(ATTENDANCE, rows)))[0]
    assert (load.counts.loaded, load.replaced) == (7, 2)  # of the second student that day is gone
    assert _rows(made, "select date, status from attendance where status <> 'present'") == [
        (dt.date(2026, 9, 1), "suspended")
    ]


def test_where_no_pipe_can_be_opened_by_its_name_a_plain_file_is_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerkpi.warehouse.pieces._OPEN_FILES", tmp_path / "nowhere")
    made = workspace(tmp_path / "d")
    counts = take_in(made, export(made, "a.csv", csv_text(ATTENDANCE, MIXED)))[0].counts
    assert (counts.loaded, counts.duplicate, counts.superseded, counts.quarantined, counts.non_data) == (40, 1, 1, 1, 3)
