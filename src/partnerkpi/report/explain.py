"""From a code on the page to what the figure is made of; as it was published, never finer."""

import datetime as dt
from dataclasses import dataclass

from partnerkpi.config.toml_file import nearest
from partnerkpi.config.workspace import Workspace
from partnerkpi.disclosure import Policy, decision
from partnerkpi.errors import UsageError
from partnerkpi.language import Language
from partnerkpi.models.board import Audience, Board
from partnerkpi.models.kpi import UNITS
from partnerkpi.models.manifest import KpiSource, Manifest, SourceFile
from partnerkpi.models.release import Release
from partnerkpi.report.district import make_any_board


@dataclass(frozen=True)
class Explained:
    """One figure: how it is told, why so, what its KPI means, and the files its rows come from."""

    release: Release
    decision: str
    kpi: KpiSource
    sources: tuple[SourceFile, ...]


@dataclass(frozen=True)
class Explanation:
    """What was asked for on one board: one figure, or of a KPI all of them."""

    partner: str
    period: str
    version: str
    asked: str
    figures: tuple[Explained, ...]
    partner_id: str = ""


def explain(
    workspace: Workspace,
    wanted: str,
    partner_id: str,
    *,
    today: dt.date,
    period: str | None = None,
    audience: str = Audience.EXECUTIVE.value,
) -> Explanation:
    """A figure by its code ("A1", "A1-t3", "P1a", "V1" for that of a goal), or all figures of a KPI by its id.

    Codes are those of the page for this audience; without a partner of the district's page.

    Raises UsageError, with the nearest known code, for anything else, and as `make_any_board` does.
    """
    board, quarter = make_any_board(workspace, partner_id, today=today, period=period, audience=audience)
    if board.manifest is None:
        raise ValueError("a board without a manifest explains nothing")
    found = tuple(_explained(release, board.manifest) for release in _wanted(board, board.manifest, wanted))
    return Explanation(board.partner, quarter.label, board.version, wanted, found, partner_id=board.partner_id)


def _wanted(board: Board, manifest: Manifest, wanted: str) -> list[Release]:
    """The figures asked for, as the manifest has them: without what the page keeps to itself."""
    releases = {release.code.casefold(): release for release in manifest.releases}
    goals = {goal.code.casefold(): goal.now.casefold() for goal in board.goals}
    text = wanted.strip().casefold()
    code = goals.get(text, text)
    if code in releases:
        return [releases[code]]
    of_kpi = [release for release in manifest.releases if release.kpi == text]
    if of_kpi:
        return of_kpi
    codes = [release.code for release in manifest.releases if "-" not in release.code]
    known = [*codes, *(goal.code for goal in board.goals), *(kpi.id for kpi in manifest.kpis)]
    every = [*known, *(release.code for release in manifest.releases)]
    raise UsageError(
        f"There is no figure or KPI called {wanted} on this board{_near(wanted, every)}.",
        where=f"{board.partner_id or 'the district'}, {board.period}: {', '.join(known)}",
        now="Name one of these codes or KPIs; behind a code -y is last year, -d the change, -t1 to -t8 the trend.",
    )


def _near(wanted: str, known: list[str]) -> str:
    """The known word that is most like it: codes are large letters, ids of KPIs small ones, either may be meant.

    Of a code that is only too high the last one of its panel.
    """
    alike = nearest(wanted.strip(), known) or nearest(wanted.strip().capitalize(), known)
    panel = [code for code in known if code[:1] == wanted.strip()[:1].upper() and "-" not in code]
    return alike or (f" (did you mean {panel[-1]}?)" if panel else "")


def _explained(release: Release, manifest: Manifest) -> Explained:
    kpi = manifest.kpi(release.kpi)
    told = decision(release, UNITS[kpi.unit], Policy(manifest.minimum_group, Language(manifest.language)))
    return Explained(release, told, kpi, manifest.files_of(kpi.id))
