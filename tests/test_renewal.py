"""Marts that are brought up to date where something has changed are the marts that would be made anew."""

from pathlib import Path

import pytest
from given import NOW, UNCHECKED, csv_text, export, take_in, workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerkpi.config.workspace import Workspace
from partnerkpi.ingest import ingest
from partnerkpi.measure import checks
from partnerkpi.measure.check_files import Check
from partnerkpi.refresh import refresh
from partnerkpi.undo import undo
from partnerkpi.warehouse import Warehouse, open_for_reading, open_for_writing, renewal
from partnerkpi.warehouse.versions import keep_versions

_MARTS = sorted(path.stem for path in (Path(__file__).parents[1] / "queries" / "marts").glob("*.sql"))
_HEADERS = {
    "attendance": "student_number,school,date,status,fraction",
    "enrollments": "student_number,school,entry_date,exit_date",
    "calendar": "school,date,school_day",
    "engagement": "student_number,partner,program,activity,date,tier,hours,status",
    "students": "student_number,school_year,school,grade_level",
}
_STUDENT = st.sampled_from(["1", "2", "3"])
_SCHOOL = st.sampled_from(["North", "South"])
_DAY = st.sampled_from(["2026-09-01", "2026-09-02", "2026-10-30", "2025-09-01"])
_ROWS = {
    "attendance": st.builds(
        "{},{},{},{},{}".format,
        *(_STUDENT, _SCHOOL, _DAY),
        *(st.sampled_from(["present", "absent_excused", "suspended"]), st.sampled_from(["", "", "0.5"])),
    ),
    "enrollments": st.builds("{},{},{},".format, _STUDENT, _SCHOOL, _DAY),
    "calendar": st.builds("{},{},yes".format, _SCHOOL, _DAY),
    "engagement": st.builds(
        "{},RIVERBEND,Health Academy,Shadowing,{},{},2,completed".format,
        *(_STUDENT, _DAY, st.sampled_from(["exploration", "awareness"])),
    ),
    "students": st.builds("{},2026-27,{},9".format, _STUDENT, _SCHOOL),
}
_FILES = st.lists(
    st.sampled_from(sorted(_ROWS)).flatmap(
        lambda table: st.tuples(st.just(table), st.lists(_ROWS[table], min_size=1, max_size=6))
    ),
    min_size=2,
    max_size=5,
)


def _marts(made: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with open_for_reading(made.database) as warehouse:
        return {name: warehouse.rows(f"select * from {name} order by all") for name in _MARTS}


def _made_anew(made: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with open_for_writing(made.database) as warehouse:
        keep_versions(warehouse, {})
        warehouse.run("delete from marts")
        assert refresh(made, warehouse)
    return _marts(made)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=_FILES, taken_back=st.booleans())
def test_marts_renewed_for_some_students_are_those_made_anew(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, list[str]]], taken_back: bool
) -> None:
    made = workspace(tmp_path_factory.mktemp("renewed") / "d", settings=UNCHECKED)
    with pytest.MonkeyPatch.context() as patch:
        # However many they are.
        patch.setattr(renewal, "_FEW", 0)
        for number, (table, rows) in enumerate(files):
            load = take_in(made, export(made, f"{number}.csv", csv_text(_HEADERS[table], rows)))[0]
        if taken_back and load.load is not None:
            undo(made, load.load, now=NOW)
        found = _marts(made)
    assert found == _made_anew(made)


_TERM = [f"{n},North,2026-09-0{day},present" for n in range(40) for day in (1, 2, 3)]


def _corrected(made: Workspace) -> None:
    """One student of 40 has been absent after all."""
    take_in(made, export(made, "a.csv", csv_text("student_number,school,date,status", _TERM)))
    rows = [row.replace("present", "suspended") if row.startswith("7,") else row for row in _TERM]
    take_in(made, export(made, "b.csv", csv_text("student_number,school,date,status", rows)))


def test_a_correction_for_one_student_makes_no_mart_anew_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workspace(tmp_path / "d", settings=UNCHECKED)
    asked: list[str] = []
    original = Warehouse.run

    def listening(self: Warehouse, sql: str, *rest: object) -> None:
        asked.append(sql)
        original(self, sql, *rest)  # type: ignore[arg-type]

    take_in(made, export(made, "a.csv", csv_text("student_number,school,date,status", _TERM)))
    monkeypatch.setattr(Warehouse, "run", listening)
    _corrected(made)
    assert [sql for sql in asked if sql.startswith("create or replace table attendance_by_period")] == []
    assert _marts(made)["attendance_by_period"] == _made_anew(made)["attendance_by_period"]


def test_a_load_that_nobody_noted_makes_marts_anew_for_all(tmp_path: Path) -> None:
    """As one by a version of the tool that kept no such notes."""
    made = workspace(tmp_path / "d", settings=UNCHECKED)
    take_in(made, export(made, "a.csv", csv_text("student_number,school,date,status", _TERM)))
    with open_for_reading(made.database) as warehouse:
        versions = dict(warehouse.rows("select name, version from table_versions"))
    _corrected(made)
    with open_for_writing(made.database) as warehouse:
        keep_versions(warehouse, versions)
        warehouse.run("insert into touched values (1, 'attendance', 0); delete from marts")
        warehouse.run("update attendance_rows set status = 'absent_excused'")
        refresh(made, warehouse)
    assert _marts(made) == _made_anew(made)


def test_a_check_that_reads_none_of_what_was_taken_in_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workspace(tmp_path / "d")
    take_in(made, export(made, "a.csv", csv_text("student_number,school,date,status", _TERM)))
    asked: list[str] = []
    original = checks._run

    def listening(warehouse: Warehouse, check: Check, *rest: object) -> object:
        asked.append(check.id)
        return original(warehouse, check, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(checks, "_run", listening)
    grades = csv_text("student_number,school_year,term,course,mark", ["1,2026-27,Q1,Art,Z"])
    found = []
    ingest(made, [export(made, "g.csv", grades)], now=NOW, found=lambda finding: found.append(finding.check))
    assert "grade_outside_scale" in found
    assert "attendance_contradiction" not in asked and "grade_term_unplaced" in asked
