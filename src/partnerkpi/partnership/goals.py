"""Goals of a partner file: set, revised and retired; every revision stays, with its date and reason."""

import datetime as dt
from typing import Any

import tomlkit

from partnerkpi.config.editing import alone
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.models.partner import Goal, Partner
from partnerkpi.partnership.baseline import baseline_now
from partnerkpi.partnership.edited import Edited, partner_and_file
from partnerkpi.partnership.goal_rules import (
    Dated,
    due_quarter,
    quarter_named,
    reason_notes,
    require_after,
    require_known_day,
    require_possible,
    require_told,
)
from partnerkpi.partnership.goal_words import GoalWords, RevisionWords
from partnerkpi.records.edit import Edit, edit_partner, entries, entry

MOST_GOALS = 5


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
    require_known_day(workspace.settings.calendar(), day)
    for goal in partner.goals:
        if goal.kpi == words.kpi and (goal.retired is None or goal.retired > day.on):
            until = f"; it is given up on {goal.retired}" if goal.retired else ""
            revise = f"Revise it: partnerkpi goal revise {partner.id} {goal.kpi} --target NUMBER --reason TEXT"
            raise UsageError(
                f"{partner.id} has a goal on {goal.kpi} already{until}.",
                where=str(path),
                now=f"Set the new one from that day: --on {goal.retired}" if goal.retired else revise,
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
    require_possible(kpi, words.target, "cannot reach")
    if words.baseline is not None:
        require_possible(kpi, words.baseline, "cannot have been")
    calendar = workspace.settings.calendar()
    due, notes = due_quarter(calendar, words.due, day.today)
    period = quarter_named(words.baseline_period) if words.baseline_period else ""
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
    kpi = load_catalogue(workspace.root).find(words.kpi)
    place, goal = _held_goal(partner, words.kpi, day.on)
    require_told(words.kpi, day)
    require_possible(kpi, words.target, "cannot reach")
    require_after(goal, partner, day)
    due, notes = due_quarter(workspace.settings.calendar(), words.due, day.today) if words.due else ("", [])
    notes += reason_notes(goal, words.reason)
    values = {"on": day.on, "target": words.target, "due": due, "reason": words.reason}

    def edit(document: tomlkit.TOMLDocument) -> None:
        entries(entries(document, "goals")[place], "revisions").append(entry(values))

    return edit, notes


@alone
def retire_goal(workspace: Workspace, wanted: str, kpi: str, *, day: Dated, reason: str, plan: bool = False) -> Edited:
    """Give a goal up from a day on; boards of the time before go on telling it. Raises as `revise_goal`."""
    partner, path = partner_and_file(workspace, wanted)
    load_catalogue(workspace.root).find(kpi)
    place, goal = _held_goal(partner, kpi, day.on)
    require_known_day(workspace.settings.calendar(), day)
    require_after(goal, partner, day)
    notes = reason_notes(goal, reason)

    def edit(document: tomlkit.TOMLDocument) -> None:
        table = entries(document, "goals")[place]
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


def _held_goal(partner: Partner, kpi: str, day: dt.date) -> tuple[int, Goal]:
    """The goal that is not given up by a day, and its place in the file; raises UsageError when there is none.

    Where one follows another, the one that holds on the day.
    """
    found = [
        (place, goal)
        for place, goal in enumerate(partner.goals)
        if goal.kpi == kpi and (goal.retired is None or goal.retired > day)
    ]
    if found:
        return next((each for each in found if each[1].holds_on(day)), found[0])
    held = [goal.kpi for goal in partner.goals if goal.retired is None]
    raise UsageError(
        f"{partner.id} has no goal on {kpi}.",
        where=f"its goals: {', '.join(held) or 'none'}",
        now=f"Name one of these, or set it: partnerkpi goal set {partner.id} {kpi} --target NUMBER --due QUARTER",
    )
