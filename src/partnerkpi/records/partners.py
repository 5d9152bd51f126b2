"""Partner files: reading them, and finding out which partner or program an export's names mean."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from partnerkpi.config.toml_file import nearest, read_toml
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.models.partner import ChangeKind, Cohort, CohortName, Contact, FormerName, Partner, Program
from partnerkpi.records.holdings import holdings, program_named
from partnerkpi.records.holdings import plain as _plain
from partnerkpi.records.partner_file import PartnerFile

_NAMING = (ChangeKind.RENAMED, ChangeKind.ACQUIRED)
_NAMING_PROGRAMS = (ChangeKind.PROGRAM_CHANGED, ChangeKind.JOINED)
_BETWEEN = (ChangeKind.MERGED, ChangeKind.JOINED, ChangeKind.SPLIT, ChangeKind.SPLIT_OFF)


def read_partners(folder: Path) -> tuple[Partner, ...]:
    """Every partner of a workspace, by id.

    Raises ConfigurationError for a mistake in a file, or when two partners go by the same name.
    """
    partners = tuple(read_partner(path) for path in sorted(folder.glob("*.toml")) if not path.name.startswith("_"))
    require_together(partners, folder)
    return partners


def require_together(partners: Sequence[Partner], folder: Path) -> None:
    """Raise ConfigurationError when two go by the same name, or one has gone to a partner that is not there."""
    seen: dict[str, str] = {}
    for partner in partners:
        for name in {_plain(name) for name in (partner.id, *_names(partner))}:
            if name in seen:
                raise ConfigurationError(
                    f'Two partners go by the name "{name}".',
                    where=f"{folder / seen[name]}.toml and {folder / partner.id}.toml",
                    now="Take the name out of one of the two files.",
                )
            seen[name] = partner.id
    ids = {partner.id for partner in partners}
    for partner in partners:
        for change in partner.changes:
            if change.kind in _BETWEEN and (change.partner not in ids or change.partner == partner.id):
                raise ConfigurationError(
                    f'{partner.id} has "{change.kind.value}" in its log with the partner "{change.partner}", '
                    f"{'which is itself' if change.partner == partner.id else 'which is not there'}.",
                    where=f"{folder / partner.id}.toml, [[changes]] of {change.on}",
                    now=f"Name the id of another partner{nearest(change.partner, sorted(ids - {partner.id}))}.",
                )


def read_partner(path: Path) -> Partner:
    """One partner file as a value; raises ConfigurationError with every mistake in it."""
    return partner_of(path.stem, read_toml(path, PartnerFile))


def partner_of(partner_id: str, content: PartnerFile) -> Partner:
    """What a partner file says, as a value."""
    return Partner(
        id=partner_id,
        name=content.name,
        aliases=tuple(content.aliases),
        formerly=tuple(FormerName(former.name, former.until) for former in content.formerly),
        programs=tuple(program.program() for program in content.programs),
        vision=content.vision.text,
        goals=tuple(goal.goal() for goal in content.goals),
        contact=content.contact,
        color=content.color,
        checkins=tuple(sorted((each.checkin() for each in content.checkins), key=lambda each: each.on)),
        page=content.board.choice(),
        changes=content.log(),
        contacts=tuple(sorted((Contact(c.role, c.since) for c in content.contacts), key=lambda each: each.since)),
        agreements=content.agreed(),
        recipients=content.recipients.recipients(),
        sites=tuple(content.sites),
    )


def find_partner(partners: Sequence[Partner], wanted: str) -> Partner:
    """The partner with this id or name; raises UsageError, with the nearest known id, when there is none."""
    for partner in partners:
        if wanted == partner.id or _plain(wanted) in {_plain(name) for name in _names(partner)}:
            return partner
    known = [partner.id for partner in partners]
    raise UsageError(
        f"There is no partner called {wanted}{nearest(wanted, known)}.",
        where=f"known partners: {', '.join(known) or 'none'}",
        now="Name one of these, or describe a new one in the workspace's folder `partners`.",
    )


def goes_by(partner: Partner, name: str) -> bool:
    """Whether a name means this partner, as names are compared."""
    return _plain(name) in {_plain(known) for known in (partner.id, *_names(partner))}


def find_programs(partners: Sequence[Partner], wanted: str) -> dict[str, str]:
    """For each of these partners with a program of this id or name the program's id, by the partner's.

    Raises UsageError, with the nearest known id, when none has one.
    """
    found = {partner.id: program.id for partner in partners if (program := program_named(partner, wanted))}
    if not found:
        known = sorted({program.id for partner in partners for program in partner.programs})
        raise UsageError(
            f"There is no program called {wanted}{nearest(wanted, known)}.",
            where=f"known programs: {', '.join(known) or 'none'}",
            now="Name one of these with --program, or describe it under [[programs]] in the partner's file.",
        )
    return found


def find_program(partner: Partner, wanted: str) -> Program:
    """The partner's program with this id or name; raises UsageError, with the nearest known id, when there is none."""
    program = program_named(partner, wanted)
    if program is not None:
        return program
    known = [each.id for each in partner.programs]
    raise UsageError(
        f"{partner.id} has no program called {wanted}{nearest(wanted, known)}.",
        where=f"known programs: {', '.join(known) or 'none'}",
        now=f"Name one of these, or describe it in partners/{partner.id}.toml.",
    )


def cohorts(partners: Sequence[Partner]) -> tuple[Cohort, ...]:
    """Every partner and program, numbered in order of their ids, from 1; 0 is all partners together."""
    pairs = [
        (partner.id, program)
        for partner in partners
        for program in ("", *sorted(program.id for program in partner.programs))
    ]
    return (Cohort(0, "", ""), *(Cohort(number, *pair) for number, pair in enumerate(pairs, start=1)))


def cohort_names(partners: Sequence[Partner], written: Iterable[tuple[str, str]]) -> tuple[CohortName, ...]:
    """For each pair of names found in exports the cohorts it counts for: all partners, the partner, its program.

    For all partners it counts on every day, for the others as long as they hold it, so that whatever goes from one
    to the other is counted once. A pair whose partner nobody knows counts for none and is left out.
    """
    numbered = {(cohort.partner, cohort.program): cohort.cohort_id for cohort in cohorts(partners)}
    by_name = {_plain(name): partner for partner in partners for name in (partner.id, *_names(partner))}
    known = {partner.id: partner for partner in partners}
    found = []
    for pair in written:
        partner = by_name.get(_plain(pair[0]))
        if partner is None:
            continue
        found.append(CohortName(*pair, numbered["", ""], partner.id))
        for held in holdings(known, partner, pair[1]):
            of_partner = numbered[held.partner.id, ""]
            found.append(CohortName(*pair, of_partner, partner.id, held.first_day, held.last_day))
            if held.program and held.in_program:
                of_program = numbered[held.partner.id, held.program.id]
                found.append(CohortName(*pair, of_program, partner.id, *held.in_program))
    return tuple(found)


def known_on(partners: Iterable[Partner], day: dt.date) -> tuple[Partner, ...]:
    """The partners without the changes and names that were to come: what names meant to whoever looked on a day."""
    return tuple(_known_on(partner, day) for partner in partners)


def _known_on(partner: Partner, day: dt.date) -> Partner:
    to_come, of_programs = _names_to_come(partner, day, _NAMING), _names_to_come(partner, day, _NAMING_PROGRAMS)
    return replace(
        partner,
        name=partner.name_on(day) if _plain(partner.name) in to_come else partner.name,
        aliases=tuple(alias for alias in partner.aliases if _plain(alias) not in to_come),
        formerly=tuple(former for former in partner.formerly if _plain(former.name) not in to_come),
        programs=tuple(_program_known_on(program, day, of_programs) for program in partner.programs),
        changes=tuple(change for change in partner.changes if change.on <= day),
    )


def _program_known_on(program: Program, day: dt.date, to_come: frozenset[str]) -> Program:
    return replace(
        program,
        name=program.on(day).name if _plain(program.name) in to_come else program.name,
        aliases=tuple(alias for alias in program.aliases if _plain(alias) not in to_come),
        formerly=tuple(former for former in program.formerly if _plain(former.name) not in to_come),
    )


def _names_to_come(partner: Partner, day: dt.date, kinds: Sequence[ChangeKind]) -> frozenset[str]:
    """The names that changes of these kinds brought after a day, as names are compared."""
    later = [change for change in partner.changes if change.on > day and change.kind in kinds]
    return frozenset(_plain(name) for change in later for name in change.names)


def _names(partner: Partner) -> tuple[str, ...]:
    return (partner.name, *partner.aliases, *(former.name for former in partner.formerly))
