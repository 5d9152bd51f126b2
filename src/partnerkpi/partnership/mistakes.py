"""What partner files say that nothing in the workspace answers to: a page would pass over it without a word."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import load_catalogue
from partnerkpi.measure.kpi_files import kpi_paths
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.partner import Change, ChangeKind, Goal, Partner
from partnerkpi.models.school_year import SchoolCalendar
from partnerkpi.records.partner_file import ID_PATTERN

_OVER = (ChangeKind.ENDED, ChangeKind.MERGED)


@dataclass(frozen=True)
class Mistake:
    """A file, the place in it, and what cannot be so."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.what}"


@dataclass(frozen=True)
class _Known:
    """What partner files may refer to: the ids of KPI files, those of them that are sound, and the calendar."""

    ids: Collection[str]
    kpis: Mapping[str, Kpi]
    calendar: SchoolCalendar


def mistakes(workspace: Workspace, partners: Sequence[Partner]) -> list[Mistake]:
    """Every KPI, quarter, number, change and file name that cannot be, with the nearest known word; in order of ids."""
    kpis = {kpi.id: kpi for kpi in load_catalogue(workspace.root).kpis}
    known = _Known(sorted(kpi_paths(workspace.root)), kpis, workspace.settings.calendar())
    return [
        Mistake(f"partners/{partner.id}.toml", place, what)
        for partner in partners
        for place, what in _of_partner(partner, known)
    ]


def _of_partner(partner: Partner, known: _Known) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(ID_PATTERN, partner.id):
        yield "the name of the file", "an id has small letters, digits, - and _, at most 40, as in river-hospital"
    for goal in partner.goals:
        for what in _of_goal(goal, known):
            yield f"goal on {goal.kpi}", what
    aims = [(checkin.on, action.aims_at) for checkin in partner.checkins for action in checkin.actions]
    for on, kpi in aims:
        if kpi and kpi not in known.ids:
            yield f"check-in on {on}, aims_at", _no_kpi(kpi, known)
    for panel, names in partner.page.kpis:
        for name in names:
            if name not in known.ids:
                yield f"[board] kpis of {panel}", _no_kpi(name, known)
    yield from _of_changes(partner.changes)


def _of_goal(goal: Goal, known: _Known) -> Iterator[str]:
    if goal.kpi not in known.ids:
        yield _no_kpi(goal.kpi, known)
    told = [("target", goal.target), ("baseline", goal.baseline)]
    told += [(f"target of {each.on}", each.target) for each in goal.revisions]
    kpi = known.kpis.get(goal.kpi)
    for what, value in told:
        if kpi is not None and value is not None and not kpi.can_be(value):
            yield f"the {what}, {value:g}, cannot be in {kpi.unit}"
    labels = [quarter.label for quarter in known.calendar.quarters]
    years = {quarter.school_year for quarter in known.calendar.quarters}
    for label in dict.fromkeys((goal.baseline_period, goal.due, *(each.due for each in goal.revisions))):
        if label.rpartition(" ")[0] in years and label not in labels:
            yield f"there is no quarter {label}{nearest(label, labels)}"


def _of_changes(changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    """What cannot come after what came before; changes are in order of time."""
    paused: Change | None = None
    over: Change | None = None
    for change in changes:
        place = f"[[changes]] of {change.on}"
        if over is not None:
            yield place, f'nothing comes after "{over.kind.value}" on {over.on}'
        elif change.kind is ChangeKind.RESUMED and paused is None:
            yield place, '"resumed" without a "paused" before it'
        elif change.kind is ChangeKind.PAUSED and paused is not None:
            yield place, f'"paused" again; it is paused since {paused.on}'
        if change.kind in (ChangeKind.PAUSED, ChangeKind.RESUMED):
            paused = change if change.kind is ChangeKind.PAUSED else None
        over = over or (change if change.kind in _OVER else None)


def _no_kpi(wanted: str, known: _Known) -> str:
    return f"there is no KPI called {wanted}{nearest(wanted, list(known.ids))}"
