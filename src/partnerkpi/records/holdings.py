"""For whom the rows under a partner's name count, from which day to which: partners merge, and programs leave them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from partnerkpi.models.partner import Change, ChangeKind, Partner, Program

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Holding:
    """The partner that rows of a pair of names count for, and which of its programs, both days included."""

    partner: Partner
    program: Program | None
    first_day: dt.date = dt.date.min
    last_day: dt.date = dt.date.max

    @property
    def in_program(self) -> tuple[dt.date, dt.date] | None:
        """The days on which they count for the program too: it has begun and has not ended."""
        if self.program is None:
            return None
        first = max(self.first_day, self.program.since or dt.date.min)
        last = min(self.last_day, self.program.until - _DAY if self.program.until else dt.date.max)
        return (first, last) if first <= last else None


def holdings(known: Mapping[str, Partner], partner: Partner, text: str) -> Iterator[Holding]:
    """Who holds the rows of a partner's name and a program's, by date: every day of the calendar once.

    `known` are all partners by id. What is written under the name of a partner that was split off counts, before that
    day, for the partner it was a part of.
    """
    begun = partner.first(ChangeKind.SPLIT_OFF)
    if begun is None or begun.partner not in known or begun.partner == partner.id:
        yield from _onward(known, Holding(partner, program_named(partner, text)), text, frozenset())
        return
    others = {name: each for name, each in known.items() if name != partner.id}
    for before in holdings(others, known[begun.partner], text):
        if before.first_day < begun.on:
            yield replace(before, last_day=min(before.last_day, begun.on - _DAY))
    since = Holding(partner, program_named(partner, text), begun.on)
    yield from _onward(known, since, text, frozenset())


def _onward(known: Mapping[str, Partner], held: Holding, text: str, seen: frozenset[str]) -> Iterator[Holding]:
    """From the first day of a holding on: the holding, and whoever it goes to when it leaves the partner."""
    partner, program = held.partner, held.program
    seen |= {partner.id}
    left = _leaving(partner, program)
    if left is None or left.partner not in known or left.partner in seen:
        yield held
        return
    if held.first_day < left.on:
        yield replace(held, last_day=left.on - _DAY)
    there = known[left.partner]
    of_id = dict(left.renamed).get(program.id, program.id) if program else ""
    found = next((each for each in there.programs if each.id == of_id), None)
    onward = Holding(there, found or program_named(there, text), max(held.first_day, left.on))
    yield from _onward(known, onward, text, seen)


def _leaving(partner: Partner, program: Program | None) -> Change | None:
    """The change with which rows of a program (None: of none of them) stop counting for the partner."""
    for change in partner.changes:
        if change.kind is ChangeKind.MERGED:
            return change
        if change.kind is ChangeKind.SPLIT and program is not None and program.id in change.programs:
            return change
    return None


def program_named(partner: Partner, text: str) -> Program | None:
    """The partner's program of this id or name, or None."""
    wanted = plain(text)
    return next((each for each in partner.programs if wanted in {plain(name) for name in each.names}), None)


def plain(name: str) -> str:
    """A name as it is compared: case, spacing and punctuation do not count."""
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
