"""The commands that change a partner: what they write, what they refuse, and that nothing else is touched."""

import datetime as dt
import json
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from given import SETTINGS, csv_text, export, workspace

from partnerkpi.cli.app import run
from partnerkpi.cli.partner import partner_app
from partnerkpi.cli.partner_parts import program_app, site_app
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.ingest import ingest
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.partner_life import When
from partnerkpi.partner_life.handing_over import merge, split
from partnerkpi.records.partners import find_partner, read_partners
from partnerkpi.refresh import ensure_fresh
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading, open_for_writing

CLINIC = """\
# The clinic by the mill.
name = "Mill Creek Clinic"   # as on its sign
contact = "School office"

# Two programs.
[[programs]]
id = "care"
name = "Care Careers"

[[programs]]
id = "labs"
name = "Lab Days"
aliases = ["Lab Day"]
"""
HOSPITAL = """\
name = "Riverbend Health"
aliases = ["RIVERBEND"]

[[programs]]
id = "labs"
name = "Laboratory"
"""
ENDED = 'name = "Old Works"\n[[changes]]\non = 2025-01-01\nkind = "ended"\nwhat = "Closed."\nreason = "closed"\n'
HEADER = "student_number,partner,program,activity,date,hours,status"
DAYS = ("2026-09-10", "2026-12-10", "2027-02-10")
EVERY_ROW = """\
-- name:       Activities
-- severity:   warning
-- advice:     None.

select 'a row' as what, 1 as row_count, e.partner, d.quarter_id
from engagement as e
join days as d on d.date = e.date
"""
ON, REASON = ("--on", "2026-10-01"), ("--reason", "as agreed")


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """Three partners, one of which has ended."""
    return workspace(tmp_path / "d", partners={"clinic": CLINIC, "hospital": HOSPITAL, "works": ENDED})


def partner(made: Workspace, *words: str) -> int:
    """A command of `partnerkpi partner`."""
    return run(["partner", *words, "--workspace", str(made.root)])


def texts(made: Workspace) -> dict[str, str]:
    """Every partner file."""
    return {path.name: path.read_text("utf-8") for path in made.partners.iterdir()}


def test_every_command_shows_an_example_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    groups = {"": partner_app, "program": program_app, "site": site_app}
    commands = [
        [*name.split(), command.name or getattr(command.callback, "__name__", "")]
        for name, group in groups.items()
        for command in group.registered_commands
    ]
    assert {"rename", "merge", "history"} <= {words[-1] for words in commands}
    for words in commands:
        assert run(["partner", *words, "--help"]) == 0
        assert f"Example: partnerkpi partner {words[0]}" in " ".join(capsys.readouterr().out.split()), words


def test_a_new_name_is_written_beside_the_old_one_and_comments_stay(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert partner(made, "rename", "clinic", "Mill Creek Health", *ON, *REASON) == 0
    text = texts(made)["clinic.toml"]
    assert capsys.readouterr().out == f"{made.partners / 'clinic.toml'}\n"
    assert 'name = "Mill Creek Health"   # as on its sign' in text
    assert "# Two programs.\n[[programs]]" in text
    assert "\n\n\n" not in text and not any("]" not in before and before for before in _before_headers(text))
    found = find_partner(read_partners(made.partners), "Mill Creek Clinic")
    assert (found.name_on(dt.date(2026, 9, 30)), found.name_on(dt.date(2026, 10, 1))) == (
        "Mill Creek Clinic",
        "Mill Creek Health",
    )


def _before_headers(text: str) -> list[str]:
    """The lines above those that open a table, comments left out."""
    lines = text.splitlines()
    return [a for a, b in pairwise(lines) if b.startswith("[") and not a.startswith("#")]


def test_a_plan_prints_what_would_change_and_writes_nothing(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(made)
    assert partner(made, "merge", "clinic", "--into", "hospital", "--as", "labs=labs", *ON, *REASON, "--plan") == 0
    out = capsys.readouterr().out
    assert '+what = "Merged into \\"Riverbend Health\\"."' in out
    assert '+what = "Joined by \\"Mill Creek Clinic\\"."' in out
    assert texts(made) == before


def test_a_log_tells_everything_in_order_with_the_reason(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ("program", "add", "clinic", "night", "--name", "Night School", "--element", "internship", "--capacity", "9"),
        ("program", "change", "clinic", "night", "--name", "Evening School", "--capacity", "12"),
        ("program", "stop", "clinic", "labs"),
        ("site", "add", "clinic", "North High"),
        ("contact", "clinic", "Community office"),
        ("pause", "clinic"),
        ("resume", "clinic"),
        ("acquire", "clinic", "--by", "Great Lakes Care"),
        ("end", "clinic"),
    ):
        assert partner(made, *words, *ON, *REASON) == 0
    capsys.readouterr()
    assert partner(made, "history", "clinic", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "partnerkpi.history/1"
    assert [(row["kind"], row["what"]) for row in told["changes"]] == [
        ("program added", 'Program "Night School" added.'),
        ("program changed", 'Program "Night School" changed: name Night School to Evening School, capacity 9 to 12.'),
        ("program stopped", 'Program "Lab Days" stopped.'),
        ("site added", "Site added: North High."),
        ("contact changed", "Contact changed from School office to Community office."),
        ("paused", "Paused."),
        ("resumed", "Under way again."),
        ("acquired", "Acquired by Great Lakes Care."),
        ("ended", "The partnership has ended."),
    ]
    assert {row["reason"] for row in told["changes"]} == {"as agreed"}
    assert partner(made, "show", "clinic", "--on", "2026-09-30", "--json") == 0
    before = json.loads(capsys.readouterr().out)
    assert (before["state"], before["contact"]) == ("active", "School office")
    assert [each["id"] for each in before["programs"]] == ["care", "labs"]
    assert before["sites"] == []
    assert partner(made, "show", "clinic", *ON, "--json") == 0
    assert json.loads(capsys.readouterr().out)["sites"] == ["North High"]
    assert partner(made, "list", "--on", "2026-10-01", "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["partners"]}
    assert (rows["clinic"]["state"], rows["clinic"]["programs"]) == ("ended", ["care", "night"])
    assert (rows["works"]["state"], rows["hospital"]["state"]) == ("ended", "active")


REFUSED = [
    (("rename", "nobody", "X"), "There is no partner called nobody"),
    (("rename", "clinic", "Mill Creek Clinic"), "called Mill Creek Clinic already"),
    (("rename", "clinic", "Riverbend"), "Two partners go by the name"),
    (("rename", "clinic", "X", "--reason", " "), "no reason"),
    (("rename", "works", "New Works"), "has ended on 2025-01-01"),
    (("acquire", "clinic", "--by", "clinic"), "cannot be acquired by itself"),
    (("acquire", "clinic", "--by", "Riverbend Health", "--name", "RIVERBEND"), "Two partners go by the name"),
    (("merge", "clinic", "--into", "clinic"), "cannot be merged into itself"),
    (("merge", "clinic", "--into", "nobody"), "There is no partner called nobody"),
    (("merge", "clinic", "--into", "works"), "works has ended"),
    (("merge", "clinic", "--into", "hospital"), "Both partners have a program labs"),
    (("merge", "clinic", "--into", "hospital", "--as", "labs"), "does not say which program"),
    (("merge", "clinic", "--into", "hospital", "--as", "lab=x"), "has no program called lab"),
    (("merge", "clinic", "--into", "hospital", "--as", "labs=X!"), '"X!" is no id'),
    (("split", "clinic", "--to", "new", "--name", "New", "--programs", "care,labs"), "All programs of clinic"),
    (("split", "clinic", "--to", "new", "--name", "New", "--programs", "x"), "no program called x"),
    (("split", "clinic", "--to", "new", "--name", "New", "--programs", ","), "No program is named"),
    (("split", "clinic", "--to", "New Id", "--name", "New", "--programs", "care"), "cannot be the id"),
    (("split", "clinic", "--to", "hospital", "--name", "New", "--programs", "care"), "There is a partner called"),
    (("split", "clinic", "--to", "new", "--name", "RIVERBEND", "--programs", "care"), "Two partners go by the name"),
    (("resume", "clinic"), "is not paused"),
    (("pause", "works"), "has ended"),
    (("program", "stop", "clinic", "nothing"), "no program called nothing"),
    (("program", "add", "clinic", "care"), "goes by the name"),
    (("program", "add", "clinic", "New One"), "programs[3].id"),
    (("program", "add", "clinic", "new", "--element", "intership"), "programs[3].element"),
    (("program", "change", "clinic", "care"), "Nothing of the program care would change"),
    (("program", "change", "clinic", "care", "--name", "Lab Day"), "goes by the name"),
    (("contact", "clinic", "School office"), "is School office already"),
]


@pytest.mark.parametrize(("words", "says"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_what_cannot_be_is_refused_in_three_lines_and_nothing_is_written(
    made: Workspace, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    before = texts(made)
    code = partner(made, *words, *ON, *(() if "--reason" in words else REASON))
    told = capsys.readouterr()
    assert code in (2, 7)
    assert says in told.err
    assert [line.split(":")[0] for line in told.err.splitlines()] == ["Error", "Where", "Now"]
    assert told.out == ""
    assert texts(made) == before


def test_a_day_before_the_last_change_and_a_second_pause_are_refused(
    made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert partner(made, "pause", "clinic", *ON, *REASON) == 0
    before = texts(made)
    assert partner(made, "pause", "clinic", "--on", "2026-10-05", *REASON) == 2
    assert partner(made, "rename", "clinic", "X", "--on", "2026-09-30", *REASON) == 2
    assert "--on 2026-10-01" in capsys.readouterr().err
    assert texts(made) == before


def test_a_merger_that_was_cut_short_is_finished_by_the_same_command(made: Workspace) -> None:
    when = When(dt.date(2026, 10, 1), "as agreed")
    whole = merge(made, "clinic", "hospital", when, called={"labs": "labs"}, plan=True)
    there, here = whole
    assert (there.path.stem, here.path.stem) == ("hospital", "clinic")
    there.path.write_text(there.after, "utf-8")
    merge(made, "clinic", "hospital", when, called={"labs": "labs"})
    assert texts(made) | {each.path.name: each.after for each in whole} == texts(made)
    with pytest.raises(UsageError, match="Name hospital instead"):
        merge(made, "clinic", "hospital", when)


def test_a_split_that_was_cut_short_is_finished_by_the_same_command(made: Workspace) -> None:
    when = When(dt.date(2026, 10, 1), "as agreed")
    new, here = split(made, "clinic", "lab", "Lab Company", ["Lab Days"], when, plan=True)
    new.path.write_text(new.after, "utf-8")
    split(made, "clinic", "lab", "Lab Company", ["Lab Days"], when)
    assert (new.path.read_text("utf-8"), here.path.read_text("utf-8")) == (new.after, here.after)


def test_a_mistake_by_hand_about_another_partner_is_told(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    path = made.partners / "works.toml"
    path.write_text(ENDED.replace('"ended"', '"merged"').replace("reason", 'partner = "hopsital"\nreason'), "utf-8")
    assert partner(made, "list") == 7
    assert "did you mean hospital" in capsys.readouterr().err


def test_a_partner_that_was_split_off_has_its_programs_and_the_other_the_rest(made: Workspace) -> None:
    """Rows of either side of the day, under the old name and the new one; nothing of the district changes."""
    engaged = [
        f"{number},{name},{program},visit,{day},2,completed"
        for number in range(1, 31)
        for name, program, day in (
            ("Mill Creek Clinic", "Lab Days", "2026-09-10"),
            ("Mill Creek Clinic", "Care Careers", "2026-09-11"),
            ("Mill Creek Clinic", "Lab Days", "2026-10-05"),
            ("Mill Creek Clinic", "Care Careers", "2026-10-06"),
            ("Lab Company", "Lab Day", "2026-10-07"),
        )
        if name != "Lab Company" or number <= 10
    ]
    split(made, "clinic", "lab", "Lab Company", ["labs"], When(dt.date(2026, 10, 1), "as agreed"))
    ingest(made, [export(made, "e.csv", csv_text(HEADER, engaged))], now=dt.datetime(2026, 11, 2, 9))
    with open_for_reading(made.database) as warehouse:
        rows = warehouse.rows("""
select c.partner, c.program, sum(e.minutes) / 60
from engagement_by_period as e join cohorts as c on c.cohort_id = e.cohort_id
where e.period_id = 202610 group by all order by all""")
        members = dict(
            warehouse.rows("""
select c.partner || c.program, count(*) from cohort_members as m join cohorts as c using (cohort_id)
where m.period_id = 202620 group by all""")
        )
    assert [(partner, program, int(hours)) for partner, program, hours in rows] == [
        ("", "", 260),
        ("clinic", "", 180),
        ("clinic", "care", 120),
        ("clinic", "labs", 60),
        ("lab", "", 80),
        ("lab", "labs", 80),
    ]
    # A quarter later the clinic has no lab any more; whoever was in it is in that of the other, for the school year.
    assert members == {"": 30, "clinic": 30, "cliniccare": 30, "lab": 30, "lablabs": 30}


def test_a_board_as_of_a_day_knows_nothing_of_a_merger_to_come(made: Workspace) -> None:
    """Not even for what was planned for a day after it."""
    engaged = [f"{number},Mill Creek Clinic,Care Careers,visit,2026-09-10,2,completed" for number in range(1, 31)]
    planned = ["Mill Creek Clinic,partner,cash,2026-10-05,500,planned", "Mill Creek Clinic,partner,cash,2026-09-05,9,"]
    files = [
        export(made, "e.csv", csv_text(HEADER, engaged)),
        export(made, "i.csv", csv_text("partner,side,kind,date,amount,plan", planned)),
    ]
    ingest(made, files, now=dt.datetime(2026, 9, 15, 9))
    day, end = dt.date(2026, 9, 16), dt.date(2026, 11, 20)
    before, _ = make_board(made, "clinic", today=day, period="2026-27-Q1")
    assert any(release.kpi == "investment_partner_planned" and release.high for release in before.releases)
    merge(made, "clinic", "hospital", When(dt.date(2026, 9, 20), "as agreed"), called={"labs": "labs"})
    assert make_board(made, "clinic", today=end, period="2026-27-Q1", as_of=day)[0] == before
    assert make_board(made, "clinic", today=end, period="2026-27-Q1")[0] != before


def test_an_older_database_gets_the_columns_it_lacks(made: Workspace) -> None:
    row = "1,Mill Creek Clinic,Care Careers,visit,2026-09-10,2,completed"
    ingest(made, [export(made, "e.csv", csv_text(HEADER, [row]))], now=dt.datetime(2026, 9, 15, 9))
    with open_for_writing(made.database) as warehouse:
        warehouse.run("create or replace table cohort_names (partner varchar, program varchar, cohort_id integer)")
        warehouse.run("update marts set fingerprint = 'of an older version'; drop table table_versions")
    ensure_fresh(made)
    with open_for_reading(made.database) as warehouse:
        assert set(warehouse.columns("select * from cohort_names")) >= {"first_day", "last_day"}
        assert warehouse.value("select count(*) from engagement_by_period where period_id = 202610") == 3


def test_the_file_of_a_new_partner_is_one_that_a_person_could_have_written(made: Workspace) -> None:
    split(made, "clinic", "lab", "Lab Company", ["labs"], When(dt.date(2026, 10, 1), "as agreed"))
    assert tomllib.loads(texts(made)["lab.toml"]) == {
        "name": "Lab Company",
        "contact": "School office",
        "color": "#1f4e79",
        "programs": [{"id": "labs", "name": "Lab Days", "aliases": ["Lab Day"], "since": dt.date(2026, 10, 1)}],
        "changes": [
            {
                "on": dt.date(2026, 10, 1),
                "kind": "split off",
                "what": 'Split off from "Mill Creek Clinic".',
                "reason": "as agreed",
                "partner": "clinic",
                "programs": ["labs"],
            }
        ],
    }


def test_a_partner_that_was_merged_is_not_told_as_late(tmp_path: Path) -> None:
    settings = f"{SETTINGS}\n[settings.late_source]\nengagement_days = 5\n"
    made = workspace(tmp_path / "late", settings=settings, partners={"clinic": CLINIC, "hospital": HOSPITAL})
    rows = [
        "1,Mill Creek Clinic,Care Careers,visit,2026-09-10,2,completed",
        "2,Riverbend Health,Laboratory,visit,2026-11-18,2,completed",
    ]
    ingest(made, [export(made, "e.csv", csv_text(HEADER, rows))], now=dt.datetime(2026, 11, 19, 9))
    assert [finding.examples for finding in _late(made)] == [("engagement of clinic, last day 2026-09-10",)]
    merge(made, "clinic", "hospital", When(dt.date(2026, 10, 1), "as agreed"), called={"labs": "labs"})
    assert _late(made) == []


def _late(made: Workspace) -> list[Finding]:
    ensure_fresh(made)
    checks = [check for check in read_checks(made) if check.id == "late_source"]
    with open_for_reading(made.database) as warehouse:
        return list(run_checks(warehouse, checks, today=dt.date(2026, 11, 20)))


def test_a_finding_concerns_whom_the_name_meant_in_its_quarter(made: Workspace) -> None:
    rows = [f"{n},Mill Creek Clinic,Care Careers,visit,{day},2,completed" for n, day in enumerate(DAYS)]
    merge(made, "clinic", "hospital", When(dt.date(2026, 12, 1), "as agreed"), called={"labs": "labs"})
    ingest(made, [export(made, "e.csv", csv_text(HEADER, rows))], now=dt.datetime(2027, 2, 19, 9))
    own = made.root / "queries" / "checks" / "every_row.sql"
    own.parent.mkdir(parents=True)
    own.write_text(EVERY_ROW, "utf-8")
    checks = [check for check in read_checks(made) if check.id == "every_row"]
    with open_for_reading(made.database) as warehouse:
        concerned = [
            run_checks(warehouse, checks, today=dt.date(2027, 2, 20), quarters=[quarter])[0].concerns
            for quarter in (202610, 202620, 202630)
        ]
    assert concerned == [{"clinic": 1}, {"clinic": 1, "hospital": 1}, {"hospital": 1}]


@pytest.mark.parametrize(
    "words",
    [
        ("contact", "clinic", "jane@x.example", *REASON),
        ("rename", "clinic", "jane@x.example", *REASON),
        ("acquire", "clinic", "--by", "jane@x.example", *REASON),
        ("site", "add", "clinic", "jane@x.example", *REASON),
        ("program", "add", "clinic", "walks", "--name", "ask j@x.example", *REASON),
        ("program", "add", "clinic", "walks", "--alias", "j@x.example", *REASON),
        ("program", "change", "clinic", "labs", "--name", "j@x.example", *REASON),
        ("program", "change", "clinic", "labs", "--alias", "j@x.example", *REASON),
        ("pause", "clinic", "--reason", "says jane@x.example"),
        ("merge", "clinic", "--into", "hospital", "--as", "labs=labs", "--reason", "says jane@x.example"),
        ("split", "clinic", "--to", "lab", "--name", "Lab", "--programs", "labs", "--reason", "says j@x.example"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_an_address_is_refused_wherever_it_would_be_written(
    made: Workspace, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(made)
    assert partner(made, *words) == 5
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 3 and "x.example" not in said
    assert texts(made) == before


def test_what_looks_like_a_name_is_told(made: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert partner(made, "contact", "clinic", "Ada Okafor", "--reason", "Dr. Doe has left") == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "looks like a person's name" in line]
    assert [line.split('"')[1] for line in told] == ["Dr. Doe has left", "Ada Okafor"]


@pytest.mark.parametrize(
    "words",
    [
        ("rename", "clinic", "***", *REASON),
        ("acquire", "clinic", "--by", "***", *REASON),
        ("program", "add", "clinic", "walks", "--name", "***", *REASON),
        ("program", "change", "clinic", "labs", "--alias", "...", *REASON),
        ("split", "clinic", "--to", "lab", "--name", "***", "--programs", "labs", *REASON),
        ("new", "mill", "--name", "***"),
        ("new", "mill", "--name", "Mill", "--alias", "-"),
        ("site", "add", "clinic", "!", *REASON),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_name_of_nothing_but_signs_is_refused(
    made: Workspace, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts(made)
    assert partner(made, *words) in (2, 7)
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert texts(made) == before
