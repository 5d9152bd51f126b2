"""Partners become one, or one becomes two: programs go from one partner file to another, on a day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import tomlkit

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Change, ChangeKind, Partner, Program
from partnerkpi.partner_life.agreements import allowed_besides, handed_on
from partnerkpi.partner_life.editing import Edit, Edited, When, carry_out, change_values, log, require_may_change
from partnerkpi.partner_life.programs import require_free, table_of
from partnerkpi.records.edit import entries, entry
from partnerkpi.records.holdings import plain
from partnerkpi.records.partner_file import ID_PATTERN
from partnerkpi.records.partners import find_partner, find_program, read_partners


def merge(
    workspace: Workspace,
    partner_id: str,
    into: str,
    when: When,
    *,
    called: Mapping[str, str] | None = None,
    plan: bool = False,
) -> tuple[Edited, ...]:
    """Rows under a partner's names count for another one from a day on, and its programs run there.

    `called` gives by id of a program the id it has over there: a new one, or that of a program it becomes one with.
    Safe to repeat when only one of the two files could be written.
    """
    partners = read_partners(workspace.partners)
    partner, there = find_partner(partners, partner_id), find_partner(partners, into)
    if partner.id == there.id:
        raise UsageError(
            f"{partner.id} cannot be merged into itself.",
            where=f"--into {into}",
            now="Name the partner that goes on: partnerkpi partner list",
        )
    require_may_change(partner, when)
    moving = [program for program in partner.programs if program.until is None or program.until > when.on]
    ids = _ids_there(partner, moving, called or {})
    targets = tuple(ids[program.id] for program in moving)
    what = f'Merged into "{there.name}".'
    renamed = tuple((old, new) for old, new in ids.items() if old != new)
    left = Change(when.on, ChangeKind.MERGED, what, when.reason, there.id, tuple(ids), renamed)
    came = Change(when.on, ChangeKind.JOINED, f'Joined by "{partner.name}".', when.reason, partner.id, targets)
    names = tuple(program.name for program in moving if _brings_its_name(there, program, ids[program.id]))

    def receive(document: tomlkit.TOMLDocument) -> None:
        for program in moving:
            _receive(document, there, program, ids[program.id], when)
        log(document, replace(came, names=names))

    edits: list[tuple[str, Edit | Mapping[str, object]]] = [(partner.id, _leaving(moving, left))]
    if came not in [replace(each, names=()) for each in there.changes]:
        require_may_change(there, when)
        for program in moving:
            _require_room(there, program, ids[program.id], called or {}, when)
        edits.insert(0, (there.id, receive))
    smallest = workspace.settings.privacy.minimum_group
    more = allowed_besides(partner, there, when.on, smallest=smallest)
    note = f"from {when.on} on the data-sharing agreement of {there.id} holds for what was {partner.id}'s: {more}."
    return carry_out(workspace, edits, plan=plan, notes=[note] if more else [])


def split(
    workspace: Workspace,
    partner_id: str,
    to: str,
    name: str,
    programs: Sequence[str],
    when: When,
    *,
    plan: bool = False,
) -> tuple[Edited, ...]:
    """Some programs of a partner go to a new one on a day; what names no program stays with the old one.

    Safe to repeat when only the new file could be written.
    """
    partners = read_partners(workspace.partners)
    partner = find_partner(partners, partner_id)
    require_may_change(partner, when)
    running = [program for program in partner.programs if program.runs_on(when.on)]
    wanted = {find_program(partner, text).id for text in programs}
    moving = [program for program in running if program.id in wanted]
    _require_some(partner, wanted, running, moving, when)
    if not re.fullmatch(ID_PATTERN, to):
        raise UsageError(
            f'"{to}" cannot be the id of a partner.',
            where="--to",
            now="Use small letters, digits, _ and -, as in: --to riverbend-rehab",
        )
    ids, titles = tuple(program.id for program in moving), ", ".join(program.name for program in moving)
    new = " ".join(name.split())
    left = Change(when.on, ChangeKind.SPLIT, f'"{new}" split off with {titles}.', when.reason, to, ids)
    begun = Change(when.on, ChangeKind.SPLIT_OFF, f'Split off from "{partner.name}".', when.reason, partner.id, ids)
    content = {
        "name": new,
        "contact": partner.contact_on(when.on),
        "color": partner.color,
        "programs": [_described(program, program.id, when) for program in moving],
        "changes": [_said(change_values(begun))],
        "agreements": handed_on(partner, when.on) or None,
    }
    there = next((each for each in partners if each.id == to), None)
    edits: list[tuple[str, Edit | Mapping[str, object]]] = [(partner.id, _leaving(moving, left))]
    if there is None or begun not in there.changes:
        edits.insert(0, (to, _said(content)))
    note = f"{to} has the data-sharing agreement of {partner.id} for now; agree on one of its own."
    return carry_out(workspace, edits, plan=plan, notes=[note] if partner.agreements else [])


def _leaving(moving: Sequence[Program], left: Change) -> Edit:
    """What happens to the file of the partner that programs leave."""

    def edit(document: tomlkit.TOMLDocument) -> None:
        for program in moving:
            table_of(document, program.id)["until"] = left.on
        log(document, left)

    return edit


def _receive(document: tomlkit.TOMLDocument, there: Partner, program: Program, target: str, when: When) -> None:
    """What happens to the file of the partner that a program comes to: a new program, or another name of one."""
    known = next((each for each in there.programs if each.id == target), None)
    if known is None:
        entries(document, "programs").append(entry(_described(program, target, when)))
    elif _brings_its_name(there, program, target):
        table_of(document, target)["aliases"] = [*known.aliases, program.name]


def _brings_its_name(there: Partner, program: Program, target: str) -> bool:
    """Whether a program over there gets another name: that of one that becomes part of it."""
    known = next((each for each in there.programs if each.id == target), None)
    return known is not None and plain(program.name) not in {plain(name) for name in known.names}


def _described(program: Program, program_id: str, when: When) -> dict[str, object]:
    return _said(
        {
            "id": program_id,
            "name": program.name,
            "aliases": list(program.aliases) or None,
            "since": max(program.since or when.on, when.on),
            "element": program.element,
            "capacity": program.capacity,
        }
    )


def _said(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value not in (None, "")}


def _ids_there(partner: Partner, moving: Sequence[Program], called: Mapping[str, str]) -> dict[str, str]:
    """By id of a program the id it has over there; raises UsageError for a program that does not move, or a bad id."""
    ids = {program.id: program.id for program in moving}
    for old, new in called.items():
        known = find_program(partner, old).id
        if known not in ids or not re.fullmatch(ID_PATTERN, new):
            raise UsageError(
                f"The program {known} has stopped; it goes nowhere." if known not in ids else f'"{new}" is no id.',
                where=f"--as {old}={new}",
                now="Write the id here and the id there, in small letters: --as academy=health-academy",
            )
        ids[known] = new
    return ids


def _require_room(there: Partner, program: Program, target: str, called: Mapping[str, str], when: When) -> None:
    """Raise UsageError when a program that comes would be taken for one that is there, without anybody saying so."""
    known = next((each for each in there.programs if each.id == target), None)
    if known is None:
        require_free(there, (target, program.name, *program.aliases))
    elif program.id not in called:
        raise UsageError(
            f"Both partners have a program {target}.",
            where=f"partners/{there.id}.toml, [[programs]]",
            now=f"Say that they become one, --as {program.id}={target}, or give another id: --as {program.id}=NEW_ID",
        )
    elif not known.runs_on(when.on):
        raise UsageError(
            f"The program {target} of {there.id} does not run on {when.on}.",
            where=f"--as {program.id}={target}",
            now="Name one that does, or a new id.",
        )


def _require_some(
    partner: Partner, wanted: set[str], running: Sequence[Program], moving: Sequence[Program], when: When
) -> None:
    """Raise UsageError when no program goes, one that does not run, or all."""
    still = wanted - {program.id for program in moving}
    if still or not moving:
        raise UsageError(
            f"The program {', '.join(sorted(still))} does not run on {when.on}." if still else "No program is named.",
            where=f"partners/{partner.id}.toml, [[programs]]",
            now="Name programs that run then, by id and with a comma between: --programs academy,interns",
        )
    if len(moving) == len(running):
        raise UsageError(
            f"All programs of {partner.id} would leave it.",
            where=f"partners/{partner.id}.toml, [[programs]]",
            now=f"If it has another name from now on: partnerkpi partner rename {partner.id} NAME --reason TEXT",
        )
