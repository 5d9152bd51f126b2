"""Whether a board that was written still holds: every figure measured again and held beside what was told."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import ConfigurationError, PartnerKpiError, WorkspaceBusy
from partnerkpi.measure.kpi_files import kpi_paths
from partnerkpi.models.manifest import Manifest, address, readable
from partnerkpi.models.release import Release
from partnerkpi.records.board_file import read_manifest
from partnerkpi.records.partners import find_partner, read_partners
from partnerkpi.report.causes import causes, undone_since
from partnerkpi.report.district import make_any_board
from partnerkpi.warehouse import open_for_reading
from partnerkpi.warehouse.publications import published_on
from partnerkpi.warehouse.sources import BookedLoad, booked_loads


class Verdict(StrEnum):
    """What became of a figure that was told."""

    HOLDS = "holds"
    RESTATED = "restated"
    UNCHECKED = "cannot be checked"


@dataclass(frozen=True)
class CheckedFigure:
    """A figure as it was told and as it is told now ("" when it cannot be checked), and why they differ."""

    release: Release
    name: str
    verdict: Verdict
    now: str = ""
    why: str = ""


@dataclass(frozen=True)
class Verification:
    """Every figure of a board. `published`: the day the file was booked as written here, None when it never was."""

    manifest: Manifest
    published: dt.date | None
    figures: tuple[CheckedFigure, ...]

    def count(self, verdict: Verdict) -> int:
        """How many figures have this verdict."""
        return sum(figure.verdict is verdict for figure in self.figures)

    @property
    def holds(self) -> bool:
        """Whether every figure does."""
        return self.count(Verdict.HOLDS) == len(self.figures)


def verify(workspace: Workspace, path: Path, *, today: dt.date) -> Verification:
    """Measure every figure of a written board again.

    Raises InputMissing when the file is no board with a manifest or nothing was taken in, WorkspaceBusy and
    ConfigurationError as every command. Whatever else keeps the board from being made is told of every figure.
    """
    manifest = read_manifest(path)
    wait_seconds = workspace.settings.lock_wait_seconds
    with open_for_reading(workspace.database, wait_seconds=wait_seconds) as warehouse:
        booked = booked_loads(warehouse)
        published = published_on(warehouse, hashlib.sha256(path.read_bytes()).hexdigest())
    now, why = _measured_again(workspace, manifest, booked, today)
    if now is None:
        figures = [_figure(release, manifest, Verdict.UNCHECKED, why=why) for release in manifest.releases]
    else:
        figures = _held_beside(manifest, now, booked, set(kpi_paths(workspace.root)))
    return Verification(manifest, published, tuple(figures))


def _measured_again(
    workspace: Workspace, manifest: Manifest, booked: Sequence[BookedLoad], today: dt.date
) -> tuple[Manifest | None, str]:
    """The manifest of the same board made now, or why it cannot be made."""
    if _of_another_workspace(workspace, manifest, booked):
        return None, f"it is of another workspace: {manifest.district}"
    try:
        if manifest.partner:
            find_partner(read_partners(workspace.partners), manifest.partner)
        board, _ = make_any_board(
            workspace,
            manifest.partner,
            today=today,
            period=manifest.period,
            audience=manifest.audience,
            language=manifest.language,
        )
    except (ConfigurationError, WorkspaceBusy):
        raise
    except PartnerKpiError as error:
        return None, error.what.rstrip(".")
    return board.manifest, ""


def _of_another_workspace(workspace: Workspace, manifest: Manifest, booked: Sequence[BookedLoad]) -> bool:
    """Another district's, or made of files none of which was ever taken in here."""
    named = {source.sha256 for source in manifest.sources if source.sha256}
    known = {load.sha256 for load in booked}
    return manifest.district != readable(workspace.settings.district.name) or bool(named and not named & known)


def _held_beside(
    was: Manifest, now: Manifest, booked: Sequence[BookedLoad], known_kpis: set[str]
) -> list[CheckedFigure]:
    told, measured = was.releases, now.addresses()
    return [_checked(release, measured.get(address(release)), was, now, booked, known_kpis) for release in told]


def _checked(
    was: Release,
    found: Release | None,
    before: Manifest,
    after: Manifest,
    booked: Sequence[BookedLoad],
    known_kpis: set[str],
) -> CheckedFigure:
    if found is None:
        undone = undone_since(before, was.kpi, booked)
        if undone:
            return _figure(was, before, Verdict.RESTATED, why="; ".join(undone))
        there = was.kpi in known_kpis
        why = "the board has no such figure now" if there else f"there is no KPI called {was.kpi} now"
        return _figure(was, before, Verdict.UNCHECKED, why=why)
    if (found.state, found.text) == (was.state, was.text):
        return _figure(was, before, Verdict.HOLDS, now=found.text)
    why = "; ".join(causes(before, after, was.kpi, booked)) or "no cause is known"
    return _figure(was, before, Verdict.RESTATED, now=found.text, why=why)


def _figure(release: Release, manifest: Manifest, verdict: Verdict, *, now: str = "", why: str = "") -> CheckedFigure:
    names = {kpi.id: kpi.name for kpi in manifest.kpis}
    return CheckedFigure(release, names.get(release.kpi, release.kpi), verdict, now, why)
