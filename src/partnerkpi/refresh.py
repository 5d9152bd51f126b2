"""Bringing the quarter marts up to date with the facts and with the files that people write."""

import hashlib
from collections.abc import Mapping, Sequence

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import mart_queries
from partnerkpi.measure.scales import read_scale
from partnerkpi.models.partner import Partner
from partnerkpi.records.partners import cohort_names, cohorts, read_partners
from partnerkpi.warehouse import Warehouse, open_for_reading, open_for_writing
from partnerkpi.warehouse.marts import (
    ScaleMark,
    build_marts,
    facts_version,
    marts_fingerprint,
    partner_names,
)


def refresh(workspace: Workspace, warehouse: Warehouse) -> bool:
    """Build the marts when anything they come from has changed; says whether it did.

    They come from the facts, the calendar, the grading scale, the partners' names and the mart queries.
    """
    queries, scale, partners = _sources(workspace)
    fingerprint = _fingerprint(workspace, warehouse, queries, scale, partners)
    if fingerprint == marts_fingerprint(warehouse):
        return False
    build_marts(
        warehouse,
        queries,
        calendar=workspace.settings.calendar(),
        scale=scale,
        cohorts=cohorts(partners),
        names=cohort_names(partners, partner_names(warehouse)),
        fingerprint=fingerprint,
    )
    return True


def ensure_fresh(workspace: Workspace) -> None:
    """As `refresh`, but take the write lock only when there is something to do."""
    queries, scale, partners = _sources(workspace)
    wait_seconds = workspace.settings.lock_wait_seconds
    with open_for_reading(workspace.database, wait_seconds=wait_seconds) as reading:
        fresh = _fingerprint(workspace, reading, queries, scale, partners) == marts_fingerprint(reading)
    if not fresh:
        with open_for_writing(workspace.database, wait_seconds=wait_seconds) as writing:
            refresh(workspace, writing)


def _sources(workspace: Workspace) -> tuple[dict[str, str], tuple[ScaleMark, ...], tuple[Partner, ...]]:
    scale = read_scale(workspace.settings.grade_scale, workspace.root)
    return mart_queries(workspace.root), scale, read_partners(workspace.partners)


def _fingerprint(
    workspace: Workspace,
    warehouse: Warehouse,
    queries: Mapping[str, str],
    scale: Sequence[ScaleMark],
    partners: Sequence[Partner],
) -> str:
    names = [(p.id, p.name, p.aliases, p.formerly, p.programs) for p in partners]
    parts = (facts_version(warehouse), workspace.settings.calendar(), sorted(queries.items()), scale, names)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
