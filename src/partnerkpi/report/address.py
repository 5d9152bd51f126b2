"""The address of every number: the manifest joins the board, a restatement is announced, a written board is booked."""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import replace

from partnerkpi.config.workspace import Workspace
from partnerkpi.language import Language
from partnerkpi.models.board import Board
from partnerkpi.models.manifest import manifest_json
from partnerkpi.report.manifest import TOOL, make_manifest
from partnerkpi.report.restate import restated, restatement_notes
from partnerkpi.report.trail import Trail
from partnerkpi.warehouse import open_for_reading, open_for_writing
from partnerkpi.warehouse.publications import Publication, book, published_on


def addressed(board: Board, trail: Trail) -> Board:
    """The board with what it was made of, and with notes on the figures that were told differently before."""
    manifest = make_manifest(board, trail)
    names = {kpi.id: kpi.name for kpi in manifest.kpis}
    notes = restatement_notes(restated(board, trail.told), names, manifest, trail, Language(board.language))
    if notes:
        # Another text is another version, and the manifest names it.
        version = hashlib.sha256("\n".join([board.version, *notes]).encode()).hexdigest()[:8]
        board, manifest = (
            replace(board, notes=(*board.notes, *notes), version=version),
            replace(manifest, version=version),
        )
    return replace(board, manifest=manifest)


@contextlib.contextmanager
def booked(workspace: Workspace, board: Board, content: bytes, *, suffix: str, day: dt.date) -> Iterator[None]:
    """Book a board in the release ledger, once, while it is written to a file: both happen or neither.

    Raises WorkspaceBusy, before anything is written, when another run holds the database for too long; ValueError for a
    board without a manifest.
    """
    if board.manifest is None:
        raise ValueError("a board without a manifest cannot be booked")
    sha256, wait_seconds = hashlib.sha256(content).hexdigest(), workspace.settings.lock_wait_seconds
    with open_for_reading(workspace.database, wait_seconds=wait_seconds) as reading:
        known = published_on(reading, sha256) is not None
    if known:
        yield
        return
    publication = Publication(
        partner=board.partner_id,
        period=board.period,
        day=day,
        version=board.version,
        tool=TOOL,
        format=suffix,
        sha256=sha256,
        manifest=manifest_json(board.manifest),
    )
    with open_for_writing(workspace.database, wait_seconds=wait_seconds) as warehouse, warehouse.transaction():
        book(warehouse, publication, board.manifest.releases)
        yield
