"""The manifest of a board: for every figure its KPI file, the settings, the source files and what was decided."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath

from partnerkpi.disclosure import is_small, rows_told
from partnerkpi.measure.settings import setting_values
from partnerkpi.models.board import Board
from partnerkpi.models.dated import Dated, Number
from partnerkpi.models.kpi import Kpi, with_values
from partnerkpi.models.manifest import SCHEMA, KpiSource, Manifest, SettingStep, SourceFile, readable
from partnerkpi.models.reference import rates_on
from partnerkpi.models.release import Release, State
from partnerkpi.models.school_year import SchoolCalendar
from partnerkpi.report.trail import Trail
from partnerkpi.version import __version__
from partnerkpi.warehouse.sources import SourceLoad

TOOL = f"partnerkpi {__version__}"


def make_manifest(board: Board, trail: Trail) -> Manifest:
    """What the board was made of; whatever the page hides is hidden here."""
    used = {release.kpi for release in board.releases}
    kpis = tuple(_kpi_source(kpi, trail) for kpi in trail.kpis if kpi.id in used)
    tables = {table for kpi in kpis for table in kpi.tables}
    return Manifest(
        schema=SCHEMA,
        tool=TOOL,
        district=readable(board.district),
        partner=board.partner_id,
        period=board.period,
        last_day=str(trail.quarter.last_day),
        audience=board.audience.value,
        language=board.language,
        paper=board.paper,
        version=board.version,
        minimum_group=trail.minimum_group,
        marts=_sha256("".join(f"{name}\n{sql}" for name, sql in sorted(trail.marts.items())).encode()),
        reference=trail.reference,
        releases=tuple(_as_printed(release) for release in board.releases),
        kpis=kpis,
        sources=tuple(_source_file(load, trail.minimum_group) for load in trail.loads if load.table in tables),
    )


def _as_printed(release: Release) -> Release:
    """Without a reason that the page keeps to itself: that all have the same value is a value."""
    if release.state is not State.HIDDEN:
        return release
    return replace(release, low=None, high=None, reason=release.reason if release.reason in release.text else "")


def _kpi_source(kpi: Kpi, trail: Trail) -> KpiSource:
    settings = trail.settings.get(kpi.id, {})
    in_force = setting_values(kpi, settings, trail.quarter.quarter_id)
    return KpiSource(
        id=kpi.id,
        name=readable(kpi.name),
        unit=kpi.unit,
        window=kpi.window.value,
        definition=readable(with_values(kpi.definition, in_force | rates_on(trail.rates, trail.quarter.last_day))),
        origin=kpi.origin,
        file=kpi.path.name,
        sha256=_sha256(kpi.path.read_bytes()),
        settings=_steps(kpi, settings, trail.calendar),
        source_table=kpi.source_table,
        tables=trail.tables(kpi),
    )


def _steps(kpi: Kpi, settings: Mapping[str, Number], calendar: SchoolCalendar) -> tuple[SettingStep, ...]:
    labels = {quarter.quarter_id: quarter.label for quarter in calendar.quarters}
    found = []
    for setting in kpi.settings:
        value = settings.get(setting.name, setting.default)
        steps = value.steps if isinstance(value, Dated) else ((0, float(value)),)
        found += [SettingStep(setting.name, step, labels.get(first, "")) for first, step in steps]
    return tuple(found)


def _source_file(load: SourceLoad, minimum_group: int) -> SourceFile:
    small = is_small(load.counts, load.people, minimum_group)
    return SourceFile(
        load=load.load,
        file=readable(PurePath(load.file).name),
        sha256="" if small else load.sha256,
        dialect=load.dialect,
        table=load.table,
        rows=rows_told(load.counts, load.people, minimum_group),
        first_day="" if small or load.first_day is None else str(load.first_day),
        last_day="" if small or load.last_day is None else str(load.last_day),
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
