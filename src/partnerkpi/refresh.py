"""Bringing the quarter marts up to date with the facts and with the files that people write."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping

from partnerkpi.config.workspace import Workspace
from partnerkpi.measure.catalogue import mart_queries, read_marts, sound_kpis
from partnerkpi.measure.portable import FORBIDDEN
from partnerkpi.measure.rates import read_rates
from partnerkpi.measure.scales import read_scale, read_weights
from partnerkpi.models.reference import Reference
from partnerkpi.records.partners import cohort_names, cohorts, read_partners
from partnerkpi.warehouse import Warehouse, open_for_reading, open_for_writing
from partnerkpi.warehouse.checked import keep_checked
from partnerkpi.warehouse.marts import build_marts, marts_fingerprint, partner_names
from partnerkpi.warehouse.versions import facts_version


def refresh(workspace: Workspace, warehouse: Warehouse) -> bool:
    """Build the marts when anything they come from has changed; says whether it did.

    They come from the facts, the calendar, scales, rates and rules, the partners' names and the mart queries. Raises
    KpiFileError when one of the queries breaks the contract.
    """
    queries, reference = mart_queries(workspace.root), reference_of(workspace, warehouse)
    fingerprint = _fingerprint(warehouse, queries, reference)
    if fingerprint == marts_fingerprint(warehouse):
        return False
    build_marts(warehouse, queries, reference, fingerprint=fingerprint)
    return True


def ensure_fresh(workspace: Workspace) -> None:
    """As `refresh`, but take the write lock only when there is something to do."""
    with open_fresh(workspace):
        pass


@contextlib.contextmanager
def open_fresh(workspace: Workspace) -> Iterator[Warehouse]:
    """The database for questions, its marts up to date; raises as `refresh` and as opening does."""
    wait_seconds = workspace.settings.lock_wait_seconds
    with open_for_reading(workspace.database, wait_seconds=wait_seconds) as reading:
        if _is_fresh(workspace, reading):
            yield reading
            return
    mart_queries(workspace.root)  # what is wrong with them is told before anybody has to wait
    with open_for_writing(workspace.database, wait_seconds=wait_seconds) as writing:
        refresh(workspace, writing)
        keep_checked(writing, sound_kpis(writing, workspace.root))
    with open_for_reading(workspace.database, wait_seconds=wait_seconds) as reading:
        yield reading


def _is_fresh(workspace: Workspace, warehouse: Warehouse) -> bool:
    """Whether the marts were built from what there is; then their queries, letter by letter these, were checked."""
    queries, reference = read_marts(workspace.root), reference_of(workspace, warehouse)
    return _fingerprint(warehouse, queries, reference) == marts_fingerprint(warehouse)


def reference_of(workspace: Workspace, warehouse: Warehouse) -> Reference:
    """What the marts join the facts with, out of the workspace's files as they are now."""
    settings, partners = workspace.settings, read_partners(workspace.partners)
    calendar = settings.calendar()
    years = [year.name for year in calendar.school_years]
    eligible = [("grade_level", level) for level in settings.eligibility.grade_levels]
    eligible += [("school", school) for school in settings.eligibility.schools]
    return Reference(
        calendar=calendar,
        scales=tuple((year, read_scale(settings.scale_of(year), workspace.root)) for year in years),
        weights=tuple((year, read_weights(settings.weights_of(year), workspace.root)) for year in years),
        rates=read_rates(workspace.root),
        core_subjects=tuple(subject.strip().lower() for subject in settings.core_subjects),
        eligible=tuple(eligible),
        held=settings.cohorts.members == "school year",
        cohorts=cohorts(partners),
        names=cohort_names(partners, partner_names(warehouse)),
    )


def _fingerprint(warehouse: Warehouse, queries: Mapping[str, str], reference: Reference) -> str:
    # With other rules the queries are to be checked again.
    parts = (FORBIDDEN, facts_version(warehouse), sorted(queries.items()), reference)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
