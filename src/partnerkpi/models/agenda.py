"""The agenda of a check-in: sections of lines, every figure in them out of a board."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AgendaLine:
    """One point: a status word ("behind", "late", ...; "" without one), what it is about, and what is known of it."""

    text: str
    status: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgendaSection:
    """A part of the agenda; `empty` is what it says when there is no point."""

    title: str
    lines: tuple[AgendaLine, ...]
    empty: str


@dataclass(frozen=True)
class Agenda:
    """Everything on the agenda, in reading order. `period` is the quarter it looks at, `slug` as a folder's name."""

    title: str
    district: str
    partner: str
    partner_id: str
    period: str
    slug: str
    intro: str
    sections: tuple[AgendaSection, ...]
    paper: str
    color: str
    note: str
