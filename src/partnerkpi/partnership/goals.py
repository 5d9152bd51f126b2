"""Goals of a partner file: set, revised and retired; every revision stays, with its date and reason."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import tomlkit

from partnerkpi.config.editing import alone
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.partner import Goal, Partner
from partnerkpi.models.school_year import SchoolCalendar, quarter_label
from partnerkpi.partnership.baseline import baseline_now
from partnerkpi.partnership.edited import Edited, partner_and_file
from partnerkpi.partnership.goal_words import GoalWords, RevisionWords
from partnerkpi.records.edit import Edit, edit_partner, entries, entry
from partnerkpi.records.roles import names_among

MOST_GOALS = 5


@dataclass(frozen=True)
class Dated:
    """When something is agreed, and the day it is told."""

    on: dt.date
    today: dt.date


@alone
def set_goal(
    workspace: Workspace,
    wanted: str,
    words: GoalWords,
    *,
    day: Dated,
    propose: bool = True,
    from_the_start: bool = False,
    plan: bool = False,
) -> Edited:
    """A new goal; one without a baseline starts from the published figure, where `propose` allows and there is one.

    It holds from the day on, or `from_the_start` of the partnership. Raises UsageError for an unknown partner or KPI, a
    KPI that has a goal, a number the KPI cannot be, or a due date in the past.
    """
    partner, path = partner_and_file(workspace, wanted)
    values, notes = checked_goal(workspace, words, day=day)
    for goal in partner.goals:
        if goal.kpi == words.kpi and (goal.retired is None or goal.retired > day.on):
            raise UsageError(
                f"{partner.id} has a goal on {goal.kpi} already.",
                where=str(path),
                now=f"Revise it: partnerkpi goal revise {partner.id} {goal.kpi} --target NUMBER --reason TEXT",
            )
    if propose and words.baseline is None:
        found = baseline_now(workspace, partner.id, words.kpi, today=day.today)
        if found is None:
            notes.append(f"{words.kpi} has no baseline: nothing is published of it yet; name one with --baseline")
        else:
            values |= {"baseline": found.value, "baseline_period": found.period, "baseline_students": found.students}
            notes.append(f"the baseline of {words.kpi} is what is published: {found.told}; --baseline names another")
    held = [goal for goal in partner.goals if goal.holds_on(day.on)]
    notes += too_many(len(held) + 1)
    values["since"] = None if from_the_start else day.on

    def edit(document: tomlkit.TOMLDocument) -> None:
        entries(document, "goals").append(entry(values))

    return Edited(path, edit_partner(path, edit, plan=plan), tuple(notes))


def checked_goal(workspace: Workspace, words: GoalWords, *, day: Dated) -> tuple[dict[str, object], list[str]]:
    """A goal as the file keeps it, without its date, and notes. Raises UsageError as `set_goal`."""
    kpi = load_catalogue(workspace.root).find(words.kpi)
    _require_possible(kpi, words.target, "cannot reach")
    if words.baseline is not None:
        _require_possible(kpi, words.baseline, "cannot have been")
    calendar = workspace.settings.calendar()
    due, notes = _due(calendar, words.due, day.today)
    period = _label(words.baseline_period) if words.baseline_period else ""
    if words.baseline is not None and not period:
        notes.append(f"the baseline of {words.kpi} has no quarter: its pace is counted from a year before it is due")
    values: dict[str, object] = {
        "kpi": words.kpi,
        "baseline": words.baseline,
        "baseline_period": period,
        "baseline_students": words.baseline_students,
        "target": words.target,
        "due": due,
    }
    return values, notes


@alone
def revise_goal(workspace: Workspace, wanted: str, words: RevisionWords, *, day: Dated, plan: bool = False) -> Edited:
    """Agree on another target, and due date if one is named; what held before stays on record.

    Raises UsageError when there is no such goal, the KPI cannot reach the target, no reason is given, or the day lies
    before the goal's last revision; PrivacyRefused for an e-mail address in the reason.
    """
    partner, path = partner_and_file(workspace, wanted)
    edit, notes = revision(workspace, partner, words, day=day)
    return Edited(path, edit_partner(path, edit, plan=plan), tuple(notes))


def revision(workspace: Workspace, partner: Partner, words: RevisionWords, *, day: Dated) -> tuple[Edit, list[str]]:
    """The edit that revises a goal, and notes; raises as `revise_goal`."""
    goal, kpi = _held_goal(workspace, partner, words.kpi)
    _require_possible(kpi, words.target, "cannot reach")
    _require_after(goal, partner, day)
    due, notes = _due(workspace.settings.calendar(), words.due, day.today) if words.due else ("", [])
    notes += _reason_notes(goal, words.reason)
    values = {"on": day.on, "target": words.target, "due": due, "reason": words.reason}

    def edit(document: tomlkit.TOMLDocument) -> None:
        entries(_table(document, words.kpi), "revisions").append(entry(values))

    return edit, notes


@alone
def retire_goal(workspace: Workspace, wanted: str, kpi: str, *, day: Dated, reason: str, plan: bool = False) -> Edited:
    """Give a goal up from a day on; boards of the time before go on telling it. Raises as `revise_goal`."""
    partner, path = partner_and_file(workspace, wanted)
    goal, _ = _held_goal(workspace, partner, kpi)
    _require_after(goal, partner, day)
    notes = _reason_notes(goal, reason)

    def edit(document: tomlkit.TOMLDocument) -> None:
        table = _table(document, kpi)
        table["retired"], table["why"] = day.on, reason

    left = [goal for goal in partner.goals if goal.holds_on(day.on) and goal.kpi != kpi]
    notes += [] if left else ["no goal is left; a partnership keeps three to five"]
    return Edited(path, edit_partner(path, edit, plan=plan), tuple(notes))


def goal_rows(workspace: Workspace, wanted: str, *, today: dt.date) -> list[dict[str, Any]]:
    """Every goal with what holds today, and every revision."""
    partner, _ = partner_and_file(workspace, wanted)
    return [_row(goal, today) for goal in partner.goals]


def too_many(number: int) -> list[str]:
    """A note when there are more goals than a page reader keeps in mind."""
    return [f"that makes {number} goals; three to {MOST_GOALS} are kept in mind"] if number > MOST_GOALS else []


def _row(goal: Goal, today: dt.date) -> dict[str, Any]:
    now = goal.on(today)
    state = "held" if goal.holds_on(today) else "retired" if goal.retired and goal.retired <= today else "to come"
    return {
        "kpi": goal.kpi,
        "baseline": goal.baseline,
        "baseline_period": goal.baseline_period,
        "baseline_students": goal.baseline_students,
        "target": now.target,
        "due": now.due,
        "since": goal.since,
        "state": state,
        "retired": goal.retired,
        "why": goal.why,
        "first_target": goal.target,
        "first_due": goal.due,
        "revisions": [{"on": r.on, "target": r.target, "due": r.due, "reason": r.reason} for r in goal.revisions],
    }


def _held_goal(workspace: Workspace, partner: Partner, kpi: str) -> tuple[Goal, Kpi]:
    """The goal that was not given up, and its KPI; raises UsageError, for an unknown KPI too."""
    known = load_catalogue(workspace.root).find(kpi)
    for goal in partner.goals:
        if goal.kpi == kpi and goal.retired is None:
            return goal, known
    held = [goal.kpi for goal in partner.goals if goal.retired is None]
    raise UsageError(
        f"{partner.id} has no goal on {kpi}.",
        where=f"its goals: {', '.join(held) or 'none'}",
        now=f"Name one of these, or set it: partnerkpi goal set {partner.id} {kpi} --target NUMBER --due QUARTER",
    )


def _require_possible(kpi: Kpi, value: float, what: str) -> None:
    """Raise UsageError for a number that no figure of the KPI can be."""
    if not kpi.can_be(value):
        percent = "Name a number from 0 to 100; of a plan, or more."
        raise UsageError(
            f"{kpi.id} {what} {value:g}.",
            where=f"its unit: {kpi.unit}",
            now=percent if kpi.measure is Measure.SHARE else "Name a number like 12 or 12.5.",
        )


def _reason_notes(goal: Goal, reason: str) -> list[str]:
    """A note when a reason looks like a name. Raises UsageError without a reason, PrivacyRefused for an address."""
    if not reason.strip():
        raise UsageError(
            f"The change of the goal on {goal.kpi} has no reason.",
            where="--reason",
            now='Say why in a few words, which a board prints: --reason "..."',
        )
    return names_among([reason], where=f"the reason of {goal.kpi}")


def _require_after(goal: Goal, partner: Partner, day: Dated) -> None:
    last = max([r.on for r in goal.revisions] + ([goal.since] if goal.since else []), default=None)
    if last is not None and day.on < last:
        raise UsageError(
            f"The goal on {goal.kpi} was agreed or revised on {last}; this is before.",
            where=f"--on {day.on}",
            now=f"Name a later day; `partnerkpi goal list {partner.id}` shows every revision.",
        )


def _due(calendar: SchoolCalendar, text: str, today: dt.date) -> tuple[str, list[str]]:
    """The quarter's one spelling, and a note when the calendar does not know it yet; raises UsageError."""
    label, quarter = _label(text), calendar.quarter(text)
    known = [each.label for each in calendar.quarters]
    years = {each.school_year for each in calendar.quarters}
    if quarter is None and (label.partition(" ")[0] in years or known[0] < label < known[-1]):
        raise UsageError(
            f"There is no quarter called {text}.",
            where=f"known quarters: {', '.join(known)}",
            now="Name one of these as the due date.",
        )
    if label < known[0] or (quarter is not None and quarter.last_day < today):
        raise UsageError(
            f"{label} is over: a goal cannot be due in the past.",
            where=f"today is {today}",
            now="Name the quarter that is under way, or a later one.",
        )
    notes = [] if quarter else [f"{label} is not in partnerkpi.toml yet: add its school year, or no pace can be told"]
    return label, notes


def _label(text: str) -> str:
    try:
        return quarter_label(text)
    except ValueError:
        raise UsageError(f"{text} is not a quarter.", where=f'"{text}"', now="Write it like 2026-27 Q4.") from None


def _table(document: tomlkit.TOMLDocument, kpi: str) -> Any:
    return next(table for table in entries(document, "goals") if table["kpi"] == kpi and "retired" not in table)
