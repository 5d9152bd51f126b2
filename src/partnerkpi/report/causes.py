"""Why a figure is not what it was: what changed between two manifests, in words."""

from collections.abc import Iterable, Iterator, Sequence

from partnerkpi.models.manifest import KpiSource, Manifest
from partnerkpi.warehouse.sources import BookedLoad


def causes(was: Manifest, now: Manifest, kpi_id: str, booked: Sequence[BookedLoad]) -> tuple[str, ...]:
    """What a KPI's figures depend on and what changed since, most telling first; nothing when nothing is known.

    `booked` are the loads of the workspace. Raises KeyError when one of the two manifests has no such KPI.
    """
    found = [*_loads(was, now, kpi_id, booked), *_definition(was.kpi(kpi_id), now.kpi(kpi_id))]
    if was.marts != now.marts:
        found.append("the mart queries changed")
    if was.reference != now.reference:
        found.append("the calendar, a scale, a rate, a rule or a partner's names and programs changed")
    if was.minimum_group != now.minimum_group:
        found.append(f"the smallest group that is shown changed from {was.minimum_group} to {now.minimum_group}")
    if not found and was.tool != now.tool:
        found.append(f"another version: {was.tool} then, {now.tool} now")
    return tuple(found)


def undone_since(was: Manifest, kpi_id: str, booked: Sequence[BookedLoad]) -> tuple[str, ...]:
    """The loads that a KPI's figures were made of and that were undone since."""
    books = {load.load: load for load in booked}
    return tuple(
        f"load {source.load} ({source.file}) was undone on {books[source.load].undone}"
        for source in was.files_of(kpi_id)
        if source.load in books and books[source.load].undone
    )


def loads_since(was: Manifest, now: Manifest, kpi_id: str) -> list[str]:
    """The files whose rows a KPI has been made of since."""
    before = {source.load for source in was.sources}
    return [source.file for source in now.files_of(kpi_id) if source.load not in before]


def _definition(was: KpiSource, now: KpiSource) -> Iterator[str]:
    if was.sha256 != now.sha256:
        yield f"the KPI file {now.file} changed"
    for name in sorted({step.name for step in (*was.settings, *now.settings)}):
        before, after = _values(was, name), _values(now, name)
        if before != after:
            yield f"the setting {name} changed from {before or 'none'} to {after or 'none'}"


def _values(kpi: KpiSource, name: str) -> str:
    steps = [step for step in kpi.settings if step.name == name]
    return ", ".join(f"{step.value:g}{f' from {step.since}' if step.since else ''}" for step in steps)


def _loads(was: Manifest, now: Manifest, kpi_id: str, booked: Iterable[BookedLoad]) -> Iterator[str]:
    """Loads that came, and loads that were undone; one that only gave way to another is not told twice."""
    books = {load.load: load for load in booked}
    before = {source.load: source for source in was.files_of(kpi_id)}
    after = {source.load: source for source in now.files_of(kpi_id)}
    came = sorted(after.keys() - before.keys())
    for load in came:
        did = "corrected" if books[load].replaced else "added to"
        yield f"load {load} ({after[load].file}) {did} {after[load].table.replace('_', ' ')} on {books[load].day}"
    for load in sorted(before.keys() - after.keys()):
        file = before[load].file
        if load in books and books[load].undone:
            yield f"load {load} ({file}) was undone on {books[load].undone}"
        elif not came:
            yield f"load {load} ({file}) has no part in it any more"
