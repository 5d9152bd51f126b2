"""Restatements: figures that were told differently on a board before, and the lines that say so on the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from partnerkpi.errors import InputMissing
from partnerkpi.language import Language
from partnerkpi.models.board import Board
from partnerkpi.models.kpi import Measure
from partnerkpi.models.manifest import Manifest, address
from partnerkpi.models.release import Release, State
from partnerkpi.records.board_file import parse_manifest
from partnerkpi.report.causes import causes, loads_since
from partnerkpi.report.trail import Told, Trail
from partnerkpi.warehouse.publications import Publication

_MOST_LINES = 3
_MOST_FILES = 2


@dataclass(frozen=True)
class Restated:
    """A figure as it is told now and as it was told last when it was told differently, and on which board."""

    now: Release
    was: Release
    board: Publication


def restated(board: Board, told: Sequence[Told]) -> tuple[Restated, ...]:
    """The figures that boards written before told differently, in the order of the page.

    What was not due or missing then is news, no restatement; what is hidden then and now is the same. The board's own
    earlier copies say the same as it does, so writing it twice changes nothing; boards in another language are left
    alone.
    """
    of_language = [each for each in told if each.language == board.language]
    latest_first = [(each.publication, {address(r): r for r in each.figures}) for each in reversed(of_language)]
    found: dict[object, Restated] = {}
    for release in board.releases:
        key = address(release)
        if key in found or key[2]:
            continue
        for publication, figures in latest_first:
            if key in figures and _differ(figures[key], release):
                found[key] = Restated(release, figures[key], publication)
                break
    return tuple(found.values())


def restatement_notes(
    found: Sequence[Restated], names: dict[str, str], manifest: Manifest, trail: Trail, language: Language
) -> list[str]:
    """At most three lines, one for each KPI and program, and how many figures they leave out.

    Of a figure that is or was hidden no number and no cause is told.
    """
    groups = [list(group) for _, group in groupby(found, key=_whose)]
    lines = []
    for group in groups[:_MOST_LINES]:
        first, others = group[0], len(group) - 1
        more = language.say(" and {number} more of its figures", number=others) if others else ""
        name = language.look_up(names.get(first.now.kpi, first.now.kpi))
        sentence = _sentence(first, name, more, manifest, trail, language)
        lines.append(language.say("Restated: {sentence}", sentence=sentence))
    left = sum(len(group) for group in groups[_MOST_LINES:])
    if left:
        lines.append(language.say("And {number} more: partnerkpi verify.", number=left))
    return lines


def _whose(each: Restated) -> tuple[str, str, str]:
    whom = each.now.population
    return each.now.kpi, whom.partner, whom.program


def _differ(was: Release, now: Release) -> bool:
    told = (State.SHOWN, State.HIDDEN)
    if was.state not in told or (was.state is State.HIDDEN and now.state is not State.SHOWN):
        return False
    return was.text != now.text


def _sentence(each: Restated, name: str, more: str, manifest: Manifest, trail: Trail, language: Language) -> str:
    whom, say = each.now.population, language.say
    words = [whom.partner if whom.partner != each.board.partner else "", whom.program]
    program = f" ({', '.join(filter(None, words))})" if any(words) else ""
    told: dict[str, str] = {
        "what": say("{name}{program} of {quarter}", name=name, program=program, quarter=whom.period),
        "more": more,
        "board": say("board of {quarter}", quarter=each.board.period),
    }
    if each.now.state is State.HIDDEN:
        return say("{what}{more}, told on the {board}, is not shown now, to protect privacy.", **told)
    if each.was.state is State.HIDDEN:
        return say("{what}{more}, not shown on the {board}, is told now.", **told)
    if each.now.state is not State.SHOWN:
        return say("{what}{more}, told on the {board}, is not known now.", **told)
    why = _why(each, manifest, trail, language)
    told |= {"now": each.now.text, "was": each.was.text, "why": why}
    if not _may_tell_both(each, trail):
        if why:
            return say("{what}, {now}, was another figure{more} ({board}): {why}.", **told)
        return say("{what}, {now}, was another figure{more} ({board}).", **told)
    if why:
        return say("{what}, {now}, was {was}{more} ({board}): {why}.", **told)
    return say("{what}, {now}, was {was}{more} ({board}).", **told)


def _may_tell_both(each: Restated, trail: Trail) -> bool:
    """Two totals side by side tell what a few people add (R7), unless they are counts of people far enough apart."""
    kpi = next((kpi for kpi in trail.kpis if kpi.id == each.now.kpi), None)
    if kpi is None or kpi.measure is not Measure.TOTAL:
        return True
    now, was = _count(each.now.text), _count(each.was.text)
    if kpi.unit != "students" or now is None or was is None:
        return False
    return abs(now - was) >= trail.minimum_group


def _count(text: str) -> int | None:
    """The number that a text is; the ledger keeps no other. None for a range."""
    digits = text.replace(",", "")
    return int(digits) if digits.isdigit() else None


def _why(each: Restated, manifest: Manifest, trail: Trail, language: Language) -> str:
    """The cause in a few words, when there is only one kind of it."""
    kpi = each.now.kpi
    try:
        was = parse_manifest(each.board.manifest, where=f"the board of {each.board.period}")
    except InputMissing:
        return ""  # a version of the toolkit wrote it that knew other manifests
    files = loads_since(was, manifest, kpi)
    if len(causes(was, manifest, kpi, trail.booked)) > len(files):
        same = (was.kpi(kpi).sha256, was.kpi(kpi).settings) == (manifest.kpi(kpi).sha256, manifest.kpi(kpi).settings)
        return "" if same else language.say("another definition")
    listed = ", ".join(files[:_MOST_FILES])
    if len(files) > _MOST_FILES:
        listed = language.say("{number} files", number=len(files))
    return language.say("{files} taken in since", files=listed) if files else ""
