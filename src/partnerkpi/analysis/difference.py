"""What a changed KPI file does to the figures: before, after and the difference, quarter by quarter."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from partnerkpi.analysis.study import Study, study
from partnerkpi.config.workspace import Workspace
from partnerkpi.errors import InputMissing, UsageError
from partnerkpi.measure.catalogue import check_kpi
from partnerkpi.measure.kpi_files import kpi_paths, read_kpi
from partnerkpi.measure.results import results_of
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.result import Result

SHIPPED = "shipped"
QUARTERS = 8


@dataclass(frozen=True)
class Difference:
    """One partner and quarter, in the results' own scale (a share is 0 to 1); None where a file gives no figure."""

    partner: str
    period: str
    before: float | None
    after: float | None
    students_before: int
    students_after: int

    @property
    def difference(self) -> float | None:
        """After less before; None when either is missing."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class KpiDifference:
    """Two files of one KPI and what they give, by partner and quarter, oldest first."""

    before: Kpi
    after: Kpi
    rows: tuple[Difference, ...]


def kpi_difference(workspace: Workspace, kpi_id: str, *, against: str, today: dt.date) -> KpiDifference:
    """What a change of a KPI file does in the last eight quarters, for every partner: exact, not for release.

    `against` is "shipped": from the shipped file to the workspace's own; or the path of a file: from the one in
    force to that one. Both are measured with the settings of partnerkpi.toml, each in its own window. Raises
    UsageError for an unknown KPI or when there are no two files to compare, InputMissing when the file is not there
    or there is no data, KpiFileError when a file breaks the contract.
    """
    with study(workspace, period=None, today=today) as found:
        before, after = (
            _shipped_and_own(found, kpi_id) if against == SHIPPED else _own_and(found, kpi_id, Path(against))
        )
        was, becomes = _results(found, before), _results(found, after)
        labels = [quarter.label for quarter in found.calendar.latest(found.quarter, QUARTERS)]
    keys = sorted(was.keys() | becomes.keys(), key=lambda key: (key[0], labels.index(key[1])))
    return KpiDifference(before, after, tuple(_difference(key, was.get(key), becomes.get(key)) for key in keys))


def _shipped_and_own(found: Study, kpi_id: str) -> tuple[Kpi, Kpi]:
    own = found.kpi(kpi_id)
    shipped = kpi_paths(None).get(kpi_id)
    if shipped is None or own.path == shipped:
        which = "is the shipped one" if own.path == shipped else "is the workspace's own, and none is shipped"
        raise UsageError(
            f"There is only one file of {kpi_id}: it {which}.",
            where=str(own.path),
            now=f"Copy it to queries/kpis/{kpi_id}.sql in the workspace and change it there, "
            "or name the changed file with --against FILE."
            if own.path == shipped
            else "Name the file to compare it with: --against FILE",
        )
    return _checked(found, shipped, kpi_id, SHIPPED), own


def _own_and(found: Study, kpi_id: str, path: Path) -> tuple[Kpi, Kpi]:
    if not path.is_file():
        raise InputMissing(
            "There is no such file.", where=str(path), now='Name a KPI file, or "shipped" for the one that is shipped.'
        )
    return found.kpi(kpi_id), _checked(found, path, kpi_id, "file")


def _checked(found: Study, path: Path, kpi_id: str, origin: str) -> Kpi:
    return check_kpi(found.warehouse, replace(read_kpi(path, origin=origin), id=kpi_id))


def _results(found: Study, kpi: Kpi) -> Mapping[tuple[str, str], Result]:
    """By partner and quarter, for whole partners, where the KPI's domain has data."""
    quarters = [q for q in found.calendar.latest(found.quarter, QUARTERS) if found.evidence.covers(kpi, q)]
    labels = {found.calendar.period(quarter, kpi.window).period_id: quarter.label for quarter in quarters}
    results = results_of(found.measured([kpi], quarters))
    return {
        (result.partner, labels[result.period_id]): result
        for result in results
        if result.partner and not result.program
    }


def _difference(key: tuple[str, str], was: Result | None, becomes: Result | None) -> Difference:
    return Difference(
        *key,
        before=was.value if was else None,
        after=becomes.value if becomes else None,
        students_before=was.students if was else 0,
        students_after=becomes.students if becomes else 0,
    )
