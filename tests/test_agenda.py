"""The agenda of a check-in: made from a board, what needs attention first, and never more than a board tells."""

import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from given import HOSPITAL, TODAY, workspace
from small import small_cohort

from partnerkpi import assets
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.models.agenda import Agenda, AgendaLine, AgendaSection
from partnerkpi.partnership.agenda import make_agenda
from partnerkpi.partnership.agenda_file import agenda_text, write_agenda
from partnerkpi.render.html import render_agenda_html
from partnerkpi.render.pdf import render_agenda
from partnerkpi.report.workflow import make_board

PARTNER = """
[vision]
text = "Every student finds a way."

[vision.answers]
success = "Fewer missed days."

[board]
panels = ["people"]

[[goals]]
kpi = "chronic_absence"
baseline = 50
baseline_period = "2025-26 Q1"
target = 20
due = "2026-27 Q4"

[[checkins]]
on = 2026-02-03

[[checkins.actions]]
what = "Call *every* home"
owner = "Academy lead"
due = 2026-03-01
aims_at = "attendance_rate"

[[checkins.actions]]
what = "Long done"
done = 2026-02-20

[[checkins]]
on = 2026-06-23

[[checkins.actions]]
what = "Just done"
done = 2026-09-01
aims_at = "chronic_absence"
"""
LATE = "\n[settings.late_source]\nattendance_days = 5\n"


def _section(agenda: Agenda, title: str) -> AgendaSection:
    return next(section for section in agenda.sections if section.title.startswith(title))


def _texts(section: AgendaSection) -> list[str]:
    return [line.text for line in section.lines]


@pytest.fixture(scope="module")
def of_thirteen(tmp_path_factory: pytest.TempPathFactory) -> Agenda:
    """Thirteen students; the partner file chooses a page without goals and check-ins."""
    made = small_cohort(tmp_path_factory.mktemp("thirteen") / "d", 13, partner=HOSPITAL + PARTNER)
    (made.root / "partnerkpi.toml").write_text((made.root / "partnerkpi.toml").read_text() + LATE)
    return make_agenda(Workspace(made.root), "hospital", today=TODAY)


def test_goals_behind_pace_come_first_and_agree_with_the_board(sample: Workspace) -> None:
    agenda = make_agenda(sample, "hospital", today=TODAY)
    lines = _section(agenda, "Goals").lines
    order = [line.status for line in lines]
    assert order == ["behind", "behind", "behind", "not due", "met"]
    board = make_board(sample, "hospital", today=TODAY)[0]
    assert {(line.text, line.status) for line in lines} == {(goal.name, goal.status) for goal in board.goals}
    for goal in board.goals:
        line = next(line for line in lines if line.text == goal.name)
        assert board.release(goal.now).text in line.details[0] and goal.target_text in line.details[0]
    marks = next(line for line in lines if line.status == "not due")
    assert marks.details[0].startswith("In 2025-26 Q4, the last known: ")


def test_actions_tell_what_became_of_the_figure_they_aimed_at(sample: Workspace) -> None:
    lines = _section(make_agenda(sample, "hospital", today=TODAY), "What we took on").lines
    assert [(line.status, line.text[:2]) for line in lines] == [("done", "2."), ("late", "3."), ("open", "4.")]
    assert lines[0].details[1] == "It aimed at Attendance rate: 96%, about the same as 2025-26 Q1."


def test_open_actions_of_earlier_checkins_stay_and_done_ones_go(of_thirteen: Agenda) -> None:
    section = _section(of_thirteen, "What we took on")
    assert section.title == "What we took on, last on 2026-06-23"
    assert _texts(section) == ["1. Call *every* home", "3. Just done"]
    assert section.lines[0].status == "late"


def test_a_small_group_is_told_as_on_a_board(of_thirteen: Agenda) -> None:
    text = agenda_text(of_thirteen)
    # 5 of 13 are 38.46 percent, and 4 of 12 days times 5 of 156 are 12.82.
    assert _section(of_thirteen, "Goals").lines[0].details[0].startswith("Now 30 to 40%; target 20%")
    assert not re.search(r"38\.|38%|12\.8|87\.2|\b5 of 13", text)


def test_of_a_group_too_small_no_figure_is_told(tmp_path: Path) -> None:
    made = small_cohort(tmp_path / "d", 9, partner=HOSPITAL + PARTNER)
    agenda = make_agenda(made, "hospital", today=TODAY)
    goal = _section(agenda, "Goals").lines[0]
    assert goal.status == "hidden" and goal.details[0].startswith("Now fewer than 10 students; target 20%")
    action = _section(agenda, "What we took on").lines[1]
    assert action.details[-1] == "It aimed at Chronic absence: fewer than 10 students."


def test_what_is_late_skipped_and_unanswered_is_on_it(of_thirteen: Agenda) -> None:
    late = _section(of_thirteen, "Data that is late")
    assert _texts(late) == ["attendance, last day 2026-09-12"]
    assert _texts(_section(of_thirteen, "Quarters without")) == ["2025-26 Q4: no check-in"]
    questions = _texts(_section(of_thirteen, "Questions"))
    assert "What does action 1 need to be done?" in questions
    assert "Still open from the start: Who decides?" in questions
    assert "Still open from the start: What is success?" not in questions


def test_markdown_is_read_as_it_was_written(of_thirteen: Agenda) -> None:
    text = agenda_text(of_thirteen)
    assert text.startswith("# Check-in: Test District and Riverbend Health\n\nAgenda about 2026-27 Q1 ")
    assert "- **late** 1. Call \\*every\\* home\n  - Academy lead; due 2026-03-01\n" in text
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [f"## {section.title}" for section in of_thirteen.sections]


def _many(lines: int) -> Agenda:
    points = tuple(AgendaLine(f"Point {n} <b>&", "late", (f"Detail {n}.",)) for n in range(lines))
    sections = (AgendaSection("Points", points, "none"), AgendaSection("Nothing", (), "Nothing here."))
    return Agenda(
        "Check-in", "D", "P", "p", "2026-27 Q1", "2026-27-Q1", "Intro.", sections, "letter", "#0b5c6e", "End."
    )


@pytest.mark.parametrize("lines", [0, 60])
def test_the_pdf_has_every_point_on_as_many_pages_as_it_takes(lines: int) -> None:
    templates = assets.search_path("templates")
    content = render_agenda(_many(lines), templates)
    assert content == render_agenda(_many(lines), templates)
    document = pdfium.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    assert (len(pages) > 1) is (lines > 1)
    told = " ".join(" ".join(pages).split())
    assert all(f"Point {n} <b>&" in told and f"Detail {n}." in told for n in range(lines))
    assert "Nothing here." in told and "End." in told and f"1 / {len(pages)}" in told


def test_the_page_fetches_nothing() -> None:
    html = render_agenda_html(_many(1), templates=assets.search_path("templates"))
    assert "Point 0 &lt;b&gt;&amp;" in html
    assert set(re.findall(r'(?:src|href|url)\s*[=(]\s*"?([a-z]+):', html)) == {"data"}


def test_it_is_written_beside_the_boards_of_its_quarter(sample: Workspace, tmp_path: Path) -> None:
    agenda = _many(1)
    target = write_agenda(sample, agenda, "md", plan=True)
    assert target == sample.root / "boards" / "2026-27-Q1" / "p-agenda.md" and not target.exists()
    assert write_agenda(sample, agenda, "md", tmp_path).read_text() == agenda_text(agenda)
    with pytest.raises(UsageError, match="did you mean pdf"):
        write_agenda(sample, agenda, "pfd", tmp_path)


def test_without_data_there_is_no_agenda(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d")
    with pytest.raises(InputMissing):
        make_agenda(made, "hospital", today=TODAY)
    with pytest.raises(UsageError, match="no partner called"):
        make_agenda(made, "nobody", today=TODAY)
