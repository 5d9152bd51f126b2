"""Check-ins of a partner file: recorded, actions marked as done, and listed with the quarters that were skipped."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit

from partnerkpi.config.editing import alone
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.models.partner import Action, Checkin, Partner
from partnerkpi.models.school_year import Quarter, SchoolCalendar
from partnerkpi.partnership.edited import Edited, partner_and_file
from partnerkpi.partnership.goal_rules import Dated
from partnerkpi.partnership.goal_words import RevisionWords
from partnerkpi.partnership.goals import revision
from partnerkpi.records.edit import Edit, edit_partner, entries, entry
from partnerkpi.records.roles import names_among, require_no_address


@dataclass(frozen=True)
class HeldQuarter:
    """A quarter, and the check-ins held in it; a meeting in the summer counts for the quarter that comes.

    `state` is "held", "skipped", or "open" while the quarter is not over.
    """

    quarter: Quarter
    checkins: tuple[Checkin, ...]
    state: str

    @property
    def told(self) -> str:
        """One line about it."""
        if self.checkins:
            return f"{self.quarter.label}: check-in on {', '.join(str(each.on) for each in self.checkins)}"
        return _without(self.quarter.label, self.state)


@dataclass(frozen=True)
class NumberedAction:
    """An action with its number among all of the partner's, oldest check-in first."""

    number: int
    held: Checkin
    action: Action


@alone
def record_checkin(
    workspace: Workspace,
    wanted: str,
    checkin: Checkin,
    *,
    revisions: Sequence[RevisionWords] = (),
    today: dt.date,
    plan: bool = False,
) -> Edited:
    """Write down a meeting: who was there by role, decisions, actions, goals revised, and the next date.

    Raises UsageError for a day that is to come or has a check-in, a due date before it, an unknown KPI or a goal that
    is revised twice, and PrivacyRefused for an e-mail address.
    """
    partner, path = partner_and_file(workspace, wanted)
    _check(workspace, partner, checkin, today)
    _require_each_once(revisions)
    notes = names_among(checkin.attended, where="--attended")
    notes += names_among([a.owner for a in checkin.actions if a.owner], where="owner of an action")
    edits: list[Edit] = []
    for words in revisions:
        edit_goal, of_goal = revision(workspace, partner, words, day=Dated(checkin.on, today))
        edits.append(edit_goal)
        notes += of_goal

    def edit(document: tomlkit.TOMLDocument) -> None:
        for each in edits:
            each(document)
        table = entry(
            {
                "on": checkin.on,
                "attended": list(checkin.attended) or None,
                "decisions": list(checkin.decisions) or None,
                "next": checkin.next,
            }
        )
        for action in checkin.actions:
            values = {"what": action.what, "owner": action.owner, "due": action.due, "aims_at": action.aims_at}
            entries(table, "actions").append(entry(values))
        entries(document, "checkins").append(table)

    return Edited(path, edit_partner(path, edit, plan=plan), tuple(notes))


def _check(workspace: Workspace, partner: Partner, checkin: Checkin, today: dt.date) -> None:
    texts = [*checkin.decisions, *(action.what for action in checkin.actions)]
    require_no_address(texts, where="decisions and actions")
    if checkin.on > today:
        raise UsageError(
            "This check-in has not been held yet.",
            where=f"--on {checkin.on}, today is {today}",
            now="Record it afterwards; a date to come is the --next of the last one.",
        )
    if any(held.on == checkin.on for held in partner.checkins):
        raise UsageError(
            f"{partner.id} has a check-in on {checkin.on} already.",
            where=f"partners/{partner.id}.toml",
            now="Add to it in an editor, or name another day with --on.",
        )
    if checkin.next is not None and checkin.next <= checkin.on:
        raise UsageError(
            "The next check-in is not after this one.", where=f"--next {checkin.next}", now="Name a later day."
        )
    for action in checkin.actions:
        if action.due is not None and action.due < checkin.on:
            raise UsageError(
                "An action is due before the check-in it comes from.",
                where=f'"{action.what}", due {action.due}, check-in on {checkin.on}',
                now="Name a due date on or after the check-in.",
            )
        if action.aims_at:
            load_catalogue(workspace.root).find(action.aims_at)


def _require_each_once(revisions: Sequence[RevisionWords]) -> None:
    kpis = [words.kpi for words in revisions]
    twice = sorted({kpi for kpi in kpis if kpis.count(kpi) > 1})
    if twice:
        raise UsageError(
            f"The goal on {twice[0]} is revised twice in one check-in.",
            where="--goal",
            now="Say once what both sides have agreed on.",
        )


@alone
def finish_action(
    workspace: Workspace, wanted: str, number: int, *, on: dt.date, today: dt.date, plan: bool = False
) -> Edited:
    """Mark an action as done; `number` is that of `checkin list`.

    Raises UsageError when there is no such action, it is done on another day, or the day is to come or too early.
    """
    partner, path = partner_and_file(workspace, wanted)
    known = numbered_actions(partner)
    if not 1 <= number <= len(known):
        told = f"its actions: 1 to {len(known)}" if known else "no action is on record"
        told = told if partner.checkins else "no check-in is on record"
        raise UsageError(
            f"{partner.id} has no action {number}.",
            where=told,
            now=f"Look it up: partnerkpi checkin list {partner.id}",
        )
    found = known[number - 1]
    if found.action.done == on:
        return Edited(path, path.read_text("utf-8-sig"), ("it was marked as done on that day before; nothing changes",))
    if found.action.done is not None or on < found.held.on or on > today:
        why = (
            f"done on {found.action.done} already"
            if found.action.done
            else f"taken on on {found.held.on}, today is {today}"
        )
        raise UsageError(
            f"Action {number} cannot have been done on {on}.",
            where=f'"{found.action.what}", {why}',
            now=f"Name another day with --on, or correct partners/{partner.id}.toml.",
        )

    def edit(document: tomlkit.TOMLDocument) -> None:
        # In the order of time, as they are numbered.
        held = sorted(document["checkins"], key=lambda table: table["on"])
        tables = [action for checkin in held for action in checkin.get("actions", [])]
        tables[number - 1]["done"] = on

    return Edited(path, edit_partner(path, edit, plan=plan))


def numbered_actions(partner: Partner) -> list[NumberedAction]:
    """Every action of a partner, oldest check-in first, numbered from 1."""
    pairs = [(checkin, action) for checkin in partner.checkins for action in checkin.actions]
    return [NumberedAction(number, held, action) for number, (held, action) in enumerate(pairs, start=1)]


def held_quarters(partner: Partner, calendar: SchoolCalendar, *, today: dt.date) -> tuple[HeldQuarter, ...]:
    """The quarters from the first check-in to today, oldest first; without any check-in those of this school year."""
    by_quarter: dict[Quarter, list[Checkin]] = {}
    for checkin in partner.checkins:
        if (quarter := calendar.ending_from(checkin.on)) is not None:
            by_quarter.setdefault(quarter, []).append(checkin)
    now = calendar.ending_from(today) or calendar.quarters[-1]
    first = min(by_quarter, key=lambda q: q.first_day, default=None) or next(
        q for q in calendar.quarters if q.school_year == now.school_year
    )
    told = [q for q in calendar.quarters if first.first_day <= q.first_day <= now.first_day]
    return tuple(HeldQuarter(q, tuple(by_quarter.get(q, ())), _state(q, by_quarter, today)) for q in told)


def _state(quarter: Quarter, by_quarter: dict[Quarter, list[Checkin]], today: dt.date) -> str:
    return "held" if quarter in by_quarter else "open" if today <= quarter.last_day else "skipped"


def checkin_document(workspace: Workspace, wanted: str, *, today: dt.date) -> dict[str, Any]:
    """The check-ins quarter by quarter as one document, actions numbered."""
    partner, _ = partner_and_file(workspace, wanted)
    numbered = numbered_actions(partner)
    quarters = [
        {
            "quarter": each.quarter.label,
            "state": each.state,
            "checkins": [_described(checkin, numbered, today) for checkin in each.checkins],
        }
        for each in held_quarters(partner, workspace.settings.calendar(), today=today)
    ]
    return {"schema": "partnerkpi.checkins/1", "partner": partner.id, "quarters": quarters}


def _described(checkin: Checkin, numbered: Sequence[NumberedAction], today: dt.date) -> dict[str, Any]:
    actions = [
        {
            "number": each.number,
            "what": each.action.what,
            "owner": each.action.owner,
            "due": each.action.due,
            "done": each.action.done,
            "state": each.action.state(today),
            "aims_at": each.action.aims_at,
        }
        for each in numbered
        if each.held is checkin
    ]
    return {
        "on": checkin.on,
        "attended": checkin.attended,
        "decisions": checkin.decisions,
        "next": checkin.next,
        "actions": actions,
    }


def checkin_lines(document: dict[str, Any]) -> list[str]:
    """The document of `checkin_document` as lines for a person, one heading for each quarter."""
    lines = []
    for quarter in document["quarters"]:
        if not quarter["checkins"]:
            lines.append(_without(quarter["quarter"], quarter["state"]))
        for held in quarter["checkins"]:
            roles = f": {', '.join(held['attended'])}" if held["attended"] else ""
            lines.append(f"{quarter['quarter']}: check-in on {held['on']}{roles}")
            lines += [f"  decided: {text}" for text in held["decisions"]]
            lines += [f"  {action_line(action)}" for action in held["actions"]]
            lines += [f"  next: {held['next']}"] if held["next"] else []
    return lines


def _without(quarter: str, state: str) -> str:
    return f"{quarter}: no check-in{' yet' if state == 'open' else ''}"


def action_line(action: dict[str, Any]) -> str:
    """One action: number, state, what, and who until when."""
    state = f"done {action['done']}" if action["state"] == "done" else action["state"]
    more = [action["owner"], f"due {action['due']}" if action["due"] else ""]
    more += [f"aims at {action['aims_at']}" if action["aims_at"] else ""]
    told = "; ".join(text for text in more if text)
    return f"{action['number']}. [{state}] {action['what']}{f' ({told})' if told else ''}"
