"""Programs of a partner begin, become something else and stop; schools and contacts change."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import tomlkit
from tomlkit.items import Table

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import UsageError
from partnerkpi.models.partner import Change, ChangeKind, Partner, Program
from partnerkpi.partner_life.editing import Edited, When, carry_out, log, require_may_change
from partnerkpi.records.edit import entries, entry
from partnerkpi.records.holdings import plain, program_named
from partnerkpi.records.partners import find_partner, find_program, read_partners
from partnerkpi.records.roles import require_no_address


@dataclass(frozen=True)
class ProgramWords:
    """What a program is to be; what is empty or None is left as it is."""

    name: str = ""
    element: str = ""
    capacity: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def given(self) -> dict[str, object]:
        """By key of the partner file, only what is said."""
        said = {"name": self.name, "element": self.element, "capacity": self.capacity}
        return {key: value for key, value in said.items() if value not in ("", None)}


def add_program(
    workspace: Workspace, partner_id: str, program_id: str, words: ProgramWords, when: When, *, plan: bool = False
) -> tuple[Edited, ...]:
    """A new program from a day on; rows with its names count for it from then on."""
    partner = _partner(workspace, partner_id, when)
    require_no_address((words.name, *words.aliases), where="the names of the program")
    name = words.name or program_id
    require_free(partner, (program_id, name, *words.aliases))
    aliases = list(words.aliases) or None
    values = {"id": program_id, **words.given, "name": name, "aliases": aliases, "since": when.on}

    def edit(document: tomlkit.TOMLDocument) -> None:
        entries(document, "programs").append(entry(values))
        log(document, _of(ChangeKind.PROGRAM_ADDED, f'Program "{name}" added.', when, program_id))

    return carry_out(workspace, [(partner.id, edit)], plan=plan)


def change_program(
    workspace: Workspace, partner_id: str, wanted: str, words: ProgramWords, when: When, *, plan: bool = False
) -> tuple[Edited, ...]:
    """Another name, element or number of places from a day on; exports may go on using the old name."""
    partner = _partner(workspace, partner_id, when)
    program = _running(partner, wanted, when.on)
    require_no_address((words.name, *words.aliases), where="the names of the program")
    now = {"name": program.name, "element": program.element, "capacity": program.capacity}
    new = {key: value for key, value in words.given.items() if now[key] != value}
    added = [alias for alias in words.aliases if plain(alias) not in _plain_names(program)]
    if not new and not added:
        raise UsageError(
            f"Nothing of the program {program.id} would change.",
            where=f"partners/{partner.id}.toml, [[programs]]",
            now="Say what it is now, with --name, --element, --capacity or --alias.",
        )
    require_free(partner, (str(new.get("name", program.name)), *added), but=program)
    what = f'Program "{program.name}" changed: {_told(now, new, added)}.'
    names = [str(new["name"])] if "name" in new and plain(str(new["name"])) not in _plain_names(program) else []

    def edit(document: tomlkit.TOMLDocument) -> None:
        table = table_of(document, program.id)
        table.update(new)
        if added:
            table["aliases"] = [*program.aliases, *added]
        if new:
            entries(table, "formerly").append(entry({"until": when.on, **now}))
        log(document, _of(ChangeKind.PROGRAM_CHANGED, what, when, program.id, names=(*names, *added)))

    return carry_out(workspace, [(partner.id, edit)], plan=plan)


def stop_program(
    workspace: Workspace, partner_id: str, wanted: str, when: When, *, plan: bool = False
) -> tuple[Edited, ...]:
    """The program runs no more from a day on; rows of later days count for the partner alone."""
    partner = _partner(workspace, partner_id, when)
    program = _running(partner, wanted, when.on)

    def edit(document: tomlkit.TOMLDocument) -> None:
        table_of(document, program.id)["until"] = when.on
        log(document, _of(ChangeKind.PROGRAM_STOPPED, f'Program "{program.name}" stopped.', when, program.id))

    return carry_out(workspace, [(partner.id, edit)], plan=plan)


def add_site(workspace: Workspace, partner_id: str, name: str, when: When, *, plan: bool = False) -> tuple[Edited, ...]:
    """One more school or place where the partner's programs run."""
    partner = _partner(workspace, partner_id, when)
    require_no_address([name], where="the name of the site")
    if plain(name) in {plain(site) for site in partner.sites}:
        raise UsageError(
            f"{partner.id} has the site {name} already.",
            where=f"partners/{partner.id}.toml, sites",
            now="Name another school or place.",
        )

    def edit(document: tomlkit.TOMLDocument) -> None:
        document["sites"] = [*partner.sites, name]
        log(document, _of(ChangeKind.SITE_ADDED, f"Site added: {name}.", when, names=(name,)))

    return carry_out(workspace, [(partner.id, edit)], plan=plan)


def change_contact(
    workspace: Workspace, partner_id: str, role: str, when: When, *, plan: bool = False
) -> tuple[Edited, ...]:
    """Whom readers may turn to from a day on: an office or a role, never a person's name."""
    partner = _partner(workspace, partner_id, when)
    require_no_address([role], where="the contact")
    before = partner.contact_on(when.on)
    if role == before:
        raise UsageError(
            f"The contact of {partner.id} is {role} already.",
            where=f"partners/{partner.id}.toml, contact and [[contacts]]",
            now="Name the office or role that it is from now on.",
        )

    def edit(document: tomlkit.TOMLDocument) -> None:
        what = f"Contact changed from {before} to {role}." if before else f"Contact: {role}."
        log(document, _of(ChangeKind.CONTACT_CHANGED, what, when))
        entries(document, "contacts").append(entry({"role": role, "since": when.on}))

    return carry_out(workspace, [(partner.id, edit)], plan=plan)


def table_of(document: tomlkit.TOMLDocument, program_id: str) -> Table:
    """The table under [[programs]] that describes a program."""
    found: Table = next(table for table in entries(document, "programs") if table["id"] == program_id)
    return found


def require_free(partner: Partner, names: Sequence[str], *, but: Program | None = None) -> None:
    """Raise UsageError when another program of the partner goes by one of these names."""
    for name in names:
        taken = program_named(partner, name)
        if taken is not None and (but is None or taken.id != but.id):
            raise UsageError(
                f'{partner.id} has a program that goes by the name "{name}" already: {taken.id}.',
                where=f"partners/{partner.id}.toml, [[programs]]",
                now=f"Choose another name; what that program is: partnerkpi partner show {partner.id}",
            )


def _partner(workspace: Workspace, partner_id: str, when: When) -> Partner:
    partner = find_partner(read_partners(workspace.partners), partner_id)
    require_may_change(partner, when)
    return partner


def _running(partner: Partner, wanted: str, day: dt.date) -> Program:
    program = find_program(partner, wanted)
    if program.runs_on(day):
        return program
    over = program.until is not None and program.until <= day
    raise UsageError(
        f"The program {program.id} {'has stopped' if over else 'has not begun'} by {day}.",
        where=f"partners/{partner.id}.toml, [[programs]]",
        now=f"Name a day from {program.since or 'its beginning'} to before {program.until or 'its end'}, "
        "or another program.",
    )


def _of(kind: ChangeKind, what: str, when: When, *programs: str, names: Sequence[str] = ()) -> Change:
    return Change(when.on, kind, what, when.reason, programs=programs, names=tuple(names))


def _plain_names(program: Program) -> set[str]:
    return {plain(name) for name in program.names}


def _told(now: Mapping[str, object], new: Mapping[str, object], added: Sequence[str]) -> str:
    told = [f"{key} {now[key] or 'not known'} to {value}" for key, value in new.items()]
    return ", ".join([*told, *(f"also called {alias}" for alias in added)])
