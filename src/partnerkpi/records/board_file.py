"""A board that was written: finding the manifest in the file, which may have been anywhere since."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from partnerkpi.errors import InputMissing
from partnerkpi.models.manifest import FILE_NAME, SCHEMA, UNREADABLE, Manifest, manifest_json

_LARGEST_BYTES = 64 << 20


def read_manifest(path: Path) -> Manifest:
    """The manifest of a board: attached to a PDF, or as JSON by itself.

    Raises InputMissing when there is no such file, it is no PDF, has no manifest, or one of another kind.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _no_board(path, "it is larger than any board")
        content = path.read_bytes()
    except OSError as error:
        raise _no_board(path, (error.strerror or "it cannot be read").lower()) from None
    if content.lstrip()[:1] == b"{":
        return parse_manifest(content.decode("utf-8", "replace"), where=str(path))
    if not content.startswith(b"%PDF-"):
        raise _no_board(path, "it is not a PDF")
    return parse_manifest(_attached(content, path), where=str(path))


def parse_manifest(text: str, *, where: str) -> Manifest:
    """A manifest out of its JSON; raises InputMissing when it is another document, or not as it was written."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_board(where, "its manifest is not JSON") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        named = f"of the schema {schema}" if isinstance(schema, str) and re.fullmatch(r"[\w./-]{1,60}", schema) else ""
        raise _no_board(where, f"its manifest is {named or 'of no known schema'}, not of {SCHEMA}")
    try:
        manifest: Manifest = TypeAdapter(Manifest).validate_json(text, strict=False)
    except ValidationError:
        raise _no_board(where, "its manifest has not the parts of one") from None
    # What is printed later comes out of a file that anybody may have made.
    if manifest_json(manifest) != text or any(UNREADABLE.search(found) for found in _texts(document)):
        raise _no_board(where, "its manifest is not as partnerkpi writes it")
    if not _hangs_together(manifest):
        raise _no_board(where, "its manifest does not hang together")
    return manifest


def _hangs_together(manifest: Manifest) -> bool:
    """Whether its days are days, and every figure is one of a KPI that it tells of."""
    try:
        dt.date.fromisoformat(manifest.last_day)
    except ValueError:
        return False
    return {release.kpi for release in manifest.releases} <= {kpi.id for kpi in manifest.kpis}


def _attached(content: bytes, path: Path) -> str:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as document:
            for number in range(document.count_attachments()):
                attachment = document.get_attachment(number)
                if attachment.get_name() == FILE_NAME:
                    return bytes(attachment.get_data()).decode("utf-8", "replace")
    except pypdfium2.PdfiumError:
        raise _no_board(path, "it cannot be read as a PDF") from None
    raise _no_board(path, f"it has no {FILE_NAME} attached")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _no_board(where: Path | str, why: str) -> InputMissing:
    return InputMissing(
        f"This file is not a board with a manifest: {why}.",
        where=str(where),
        now="Name a PDF that `partnerkpi report` has written; web pages and JSON boards carry no manifest.",
    )
