"""The agenda of a check-in, made from the data: what needs attention first, then what became of the last actions.

Every figure comes out of a board, so that disclosure control holds here as it does there.
"""

import datetime as dt
from collections.abc import Sequence

from partnerkpi.config.toml_file import nearest, read_toml
from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.check_files import read_checks
from partnerkpi.measure.checks import Finding, run_checks
from partnerkpi.measure.kpi_files import kpi_paths
from partnerkpi.models.agenda import Agenda, AgendaLine, AgendaSection
from partnerkpi.models.board import Board, GoalLine
from partnerkpi.models.partner import PageChoice, Partner
from partnerkpi.models.release import State
from partnerkpi.partnership.checkins import NumberedAction, held_quarters, numbered_actions
from partnerkpi.partnership.edited import partner_and_file
from partnerkpi.partnership.vision import QUESTIONS
from partnerkpi.records.partner_file import PartnerFile
from partnerkpi.report.workflow import make_board
from partnerkpi.warehouse import open_for_reading

# What needs attention comes first; what cannot be told is looked at before what goes well.
_ORDER = ("missed", "behind", "hidden", "missing", "not due", "on pace", "met")
_LATE = "late_source"
# Where a figure that actions aim at stands: any panel will do, for the agenda prints lines and no panels.
_AIMS = "college"


def make_agenda(workspace: Workspace, wanted: str, *, today: dt.date, period: str | None = None) -> Agenda:
    """The agenda of a partner's next check-in, about a quarter (None: the latest that has ended and has data).

    Raises as `make_board`: UsageError, InputMissing, ChecksFailed.
    """
    partner, path = partner_and_file(workspace, wanted)
    aims = tuple(
        dict.fromkeys(action.aims_at for held in partner.checkins for action in held.actions if action.aims_at)
    )
    choice = PageChoice((_AIMS, "goals"), ((_AIMS, aims),))
    board, quarter = make_board(workspace, partner.id, today=today, period=period, language="en", choice=choice)
    actions = numbered_actions(partner)
    sections = (
        _goals(board, _not_shown(workspace, partner, board, min(today, quarter.last_day))),
        _actions(board, partner, actions, today),
        _skipped(partner, workspace, today),
        _late(_late_sources(workspace, partner, today)),
        _questions(board, actions, today, read_toml(path, PartnerFile).vision.answers),
        AgendaSection(
            "To decide today",
            (
                AgendaLine("Decisions, and actions with an owner by role, a due date and the figure they aim at"),
                AgendaLine("Goals to set, to revise or to retire, each with its reason"),
                AgendaLine("The date of the next check-in"),
            ),
            "",
        ),
    )
    return Agenda(
        title=f"Check-in: {board.district} and {board.partner}",
        district=board.district,
        partner=board.partner,
        partner_id=partner.id,
        period=quarter.label,
        slug=quarter.slug,
        intro=f"Agenda about {quarter.label} ({board.period_text}), made on {today}.",
        sections=sections,
        paper=board.paper,
        color=board.color,
        note=f"Figures as on the board of {quarter.label}: what is not shown there, to protect privacy, is not told "
        "here. Attendees, decisions and actions are recorded by role: partnerkpi checkin record "
        f"{partner.id} --on DATE.",
    )


def _not_shown(workspace: Workspace, partner: Partner, board: Board, day: dt.date) -> list[AgendaLine]:
    """The goals in force that the board has no line for, each with the reason."""
    shown = {board.release(goal.now).kpi for goal in board.goals}
    known = list(kpi_paths(workspace.root))
    lines = []
    for goal in partner.as_of(day).goals:
        if goal.kpi not in shown:
            why = "The KPI is broken or fails on the data, or the data-sharing agreement leaves it out"
            why = why if goal.kpi in known else f"There is no such KPI{nearest(goal.kpi, known)}"
            lines.append(AgendaLine(goal.kpi, "cannot be shown", (f"{why}.",)))
    return lines


def _goals(board: Board, not_shown: Sequence[AgendaLine]) -> AgendaSection:
    ordered = sorted(board.goals, key=lambda goal: _ORDER.index(goal.status))
    empty = "No goals have been agreed yet: agree on three to five."
    lines = (*(_goal(board, goal) for goal in ordered), *not_shown)
    return AgendaSection("Goals, those behind pace first", lines, empty)


def _goal(board: Board, goal: GoalLine) -> AgendaLine:
    release = board.release(goal.now)
    now = release.text if release.state is State.SHOWN else release.reason
    start = f", from {goal.baseline_text}" if goal.baseline_text else ""
    known = release.population.period
    now = f"Now {now}" if known == board.period else f"In {known}, the last known: {now}"
    details = [f"{now}; target {goal.target_text} by {goal.due}{start}."]
    if goal.reason and goal.reason != release.reason:
        details.append(f"{goal.reason[:1].upper()}{goal.reason[1:]}.")
    return AgendaLine(goal.name, goal.status_text, tuple(details))


def _actions(board: Board, partner: Partner, actions: Sequence[NumberedAction], today: dt.date) -> AgendaSection:
    """Those of the last check-in, whatever became of them, and those that are still open from before."""
    last = partner.checkin_on(today)
    told = [each for each in actions if each.held is last or each.action.state(today) != "done"]
    lines = tuple(_action(board, each, today) for each in told if each.held.on <= today)
    title = f"What we took on, last on {last.on}" if last else "What we took on"
    empty = "No action is open." if last else "No check-in is on record yet: this is the first."
    return AgendaSection(title, lines, empty)


def _action(board: Board, numbered: NumberedAction, today: dt.date) -> AgendaLine:
    action = numbered.action
    who = [action.owner, f"due {action.due}" if action.due else "", f"done {action.done}" if action.done else ""]
    details = ["; ".join(text for text in who if text)] if any(who) else []
    details += [effect] if (effect := _effect(board, action.aims_at)) else []
    return AgendaLine(f"{numbered.number}. {action.what}", action.state(today), tuple(details))


def _effect(board: Board, kpi: str) -> str:
    """Where the figure that an action aimed at stands, and how it has changed; no claim of a cause."""
    for line in board.kpi_lines:
        if line.kpi == kpi:
            now, changed = board.release(line.now), board.release(line.changed)
            change = f", {changed.text}" if now.state is changed.state is State.SHOWN else ""
            return f"It aimed at {line.name}: {now.text or now.reason}{change}."
    return f"It aimed at {kpi}: nothing is known of it." if kpi else ""


def _skipped(partner: Partner, workspace: Workspace, today: dt.date) -> AgendaSection:
    held = held_quarters(partner, workspace.settings.calendar(), today=today)
    lines = tuple(AgendaLine(each.told) for each in held if each.state == "skipped")[-4:]
    return AgendaSection("Quarters without a check-in", lines, "None was skipped.")


def _late_sources(workspace: Workspace, partner: Partner, today: dt.date) -> list[Finding]:
    checks = [check for check in read_checks(workspace) if check.id == _LATE]
    with open_for_reading(workspace.database, wait_seconds=workspace.settings.lock_wait_seconds) as warehouse:
        found = run_checks(warehouse, checks, today=today)
    return [finding for finding in found if partner.id in finding.concerns]


def _late(findings: Sequence[Finding]) -> AgendaSection:
    lines = tuple(
        AgendaLine(example.replace("_", " "), "late", (finding.advice,))
        for finding in findings
        for example in finding.examples
    )
    return AgendaSection("Data that is late", lines, "No source is late.")


def _questions(
    board: Board, actions: Sequence[NumberedAction], today: dt.date, answers: dict[str, str]
) -> AgendaSection:
    lines = [
        AgendaLine(f"What will each side change for “{goal.name}”?")
        for goal in board.goals
        if goal.status in ("missed", "behind")
    ]
    lines += [
        AgendaLine(f"What does action {each.number} need to be done?", "", (f"It was due on {each.action.due}.",))
        for each in actions
        if each.action.state(today) == "late"
    ]
    lines += [
        AgendaLine(f"What comes after “{goal.name}”, now that it is met?")
        for goal in board.goals
        if goal.status == "met"
    ]
    # Whoever has answered nothing has not begun with these questions, and is not asked them every quarter.
    unanswered = [asked for key, asked in QUESTIONS.items() if key not in answers] if answers else []
    lines += [AgendaLine(f"Still open from the start: {asked}") for asked in unanswered]
    return AgendaSection("Questions", tuple(lines), "None that the data asks.")
