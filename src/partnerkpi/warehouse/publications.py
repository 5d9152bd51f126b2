"""The release ledger: which boards were written, and every figure on them as it was told."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from partnerkpi.models.release import Population, Release, State
from partnerkpi.warehouse.connection import Warehouse
from partnerkpi.warehouse.schema import LEDGER


@dataclass(frozen=True)
class Publication:
    """A board that was written to a file: what it was, when, and the SHA-256 of the file; `manifest` is its JSON."""

    partner: str
    period: str
    day: dt.date
    version: str
    tool: str
    format: str
    sha256: str
    manifest: str


def publications(
    warehouse: Warehouse, partner: str, periods: Collection[str], until: dt.date | None = None
) -> tuple[Publication, ...]:
    """The boards of a partner and these periods, oldest first; with `until` those written by the end of that day."""
    if not warehouse.has_table("published_boards"):
        return ()
    rows = warehouse.rows(
        """
select partner, period, day, version, tool, format, sha256, manifest
from published_boards
where partner = $partner and list_contains($periods::varchar[], period) and ($until is null or day <= $until)
order by board_id""",
        {"partner": partner, "periods": list(periods), "until": until},
    )
    return tuple(Publication(*row) for row in rows)


def published_on(warehouse: Warehouse, sha256: str) -> dt.date | None:
    """The day a file of these bytes was first written as a board; None when it never was."""
    if not warehouse.has_table("published_boards"):
        return None
    found: dt.date | None = warehouse.value(
        "select min(day) from published_boards where sha256 = $sha256", {"sha256": sha256}
    )
    return found


def told_figures(warehouse: Warehouse, sha256: str) -> tuple[Release, ...]:
    """The figures on a board by the SHA-256 of its file, in the order of the page, as they were told."""
    partner = "coalesce(r.partner, b.partner)" if _has_partners(warehouse) else "b.partner"
    rows = warehouse.rows(
        f"""
select r.code, r.kpi, {partner}, r.program, r.period, r.time_window, r.group_by, r.group_value, r.state, r.text
from published_figures as r
join published_boards as b on b.board_id = r.board_id
where b.sha256 = $sha256
order by r.rowid""",
        {"sha256": sha256},
    )
    return tuple(
        Release(str(code), str(kpi), Population(*population), State(state), str(text))
        for code, kpi, *population, state, text in rows
    )


def book(warehouse: Warehouse, publication: Publication, releases: Collection[Release]) -> bool:
    """Book a board with its figures, whole or not at all; a file of the same bytes is booked once. Says whether it was.

    A database from before there was a ledger gets one.
    """
    with warehouse.transaction():
        warehouse.run(LEDGER)
        if published_on(warehouse, publication.sha256) is not None:
            return False
        board = int(warehouse.value("select coalesce(max(board_id), 0) + 1 from published_boards"))
        warehouse.run(
            "insert into published_boards values "
            "($board, $partner, $period, $day, $version, $tool, $format, $sha256, $manifest)",
            {"board": board, **vars(publication)},
        )
        columns = [_row(release) for release in releases]
        names = [f"c{number}" for number in range(len(columns[0]))] if columns else []
        if columns:
            unnested = ", ".join(f"unnest(${name}::varchar[])" for name in names)
            values = {name: [row[number] for row in columns] for number, name in enumerate(names)}
            warehouse.run(f"insert into published_figures select $board, {unnested}", {"board": board, **values})
    return True


def _row(release: Release) -> tuple[str, ...]:
    whom = release.population
    population = (whom.program, whom.period, whom.window, whom.by, whom.group)
    return (release.code, release.kpi, *population, release.state.value, release.text, whom.partner)


def _has_partners(warehouse: Warehouse) -> bool:
    """Whether the ledger says of each figure whom it is about."""
    return "partner" in [str(row[0]) for row in warehouse.rows("describe published_figures")]
