"""Partner files: reading them, and finding out which partner or program an export's names mean."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from partnerkpi.config.toml_file import nearest, read_toml
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.models.partner import Cohort, CohortName, Contact, FormerName, Partner, Program
from partnerkpi.records.partner_file import PartnerFile


def read_partners(folder: Path) -> tuple[Partner, ...]:
    """Every partner of a workspace, by id.

    Raises ConfigurationError for a mistake in a file, or when two partners go by the same name.
    """
    partners = tuple(read_partner(path) for path in sorted(folder.glob("*.toml")) if not path.name.startswith("_"))
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
    return partners


def read_partner(path: Path) -> Partner:
    """One partner file as a value; raises ConfigurationError with every mistake in it."""
    content = read_toml(path, PartnerFile)
    return Partner(
        id=path.stem,
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
        agreement=content.agreed(),
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
    found = {partner.id: program.id for partner in partners if (program := _program(partner, wanted))}
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
    program = _program(partner, wanted)
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

    A pair whose partner nobody knows counts for none and is left out.
    """
    numbered = {(cohort.partner, cohort.program): cohort.cohort_id for cohort in cohorts(partners)}
    by_name = {_plain(name): partner for partner in partners for name in (partner.id, *_names(partner))}
    found = []
    for partner_text, program_text in written:
        partner = by_name.get(_plain(partner_text))
        if partner is None:
            continue
        found.append(CohortName(partner_text, program_text, numbered["", ""]))
        found.append(CohortName(partner_text, program_text, numbered[partner.id, ""]))
        program = _program(partner, program_text)
        if program is not None:
            found.append(CohortName(partner_text, program_text, numbered[partner.id, program.id]))
    return tuple(found)


def _program(partner: Partner, text: str) -> Program | None:
    wanted = _plain(text)
    for program in partner.programs:
        if wanted in {_plain(name) for name in (program.id, program.name, *program.aliases)}:
            return program
    return None


def _names(partner: Partner) -> tuple[str, ...]:
    return (partner.name, *partner.aliases, *(former.name for former in partner.formerly))


def _plain(name: str) -> str:
    """A name as it is compared: case, spacing and punctuation do not count."""
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
