"""Bytes to text: which encoding a file is in, and what is no text at all."""

import codecs
import re
from typing import IO

from charset_normalizer import from_bytes

from partnerkpi.exports.members import Export, refused

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML = re.compile(rb"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_JSON = re.compile(rb"\s*[\[{]\s*[\"\[{\]}]")


def encoding_of(export: Export, fallback: str) -> tuple[str, str]:
    """The encoding, and a notice when it had to be guessed ("" otherwise).

    A byte order mark decides; then UTF-8 if every byte agrees; then `fallback`, the dialect's own; then the best
    guess. Raises ExportRefused for web pages, JSON and binary files.
    """
    if export.is_workbook:
        return "", ""
    with export.open() as stream:
        head = stream.read(4096)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if _HTML.match(head):
        raise refused(export.path, "this is a web page, not an export; perhaps the login had expired")
    if _JSON.match(head):
        raise refused(export.path, "this is JSON, not a table")
    if marked is None and 20 * len(_CONTROL.findall(head)) > len(head):
        raise refused(export.path, "this is a binary file, not a table")
    for name in [marked] if marked else ["utf-8", fallback]:
        with export.open() as stream:
            if _decodes(stream, name):
                return name, "" if name != fallback else f"not UTF-8; read as {fallback}"
    if marked:
        raise refused(export.path, f"the file says it is {marked}, but is not")
    guess = _guess(export)
    if guess is None:
        raise refused(export.path, "its characters fit no known encoding")
    return guess, f"not UTF-8; read as {guess}, the best guess"


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while chunk := stream.read(_CHUNK):
            # In the midst of a character, the next byte is never ASCII.
            if not (encoding == "utf-8" and chunk.isascii() and not decoder.getstate()[0]):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _guess(export: Export) -> str | None:
    with export.open() as stream:
        best = from_bytes(stream.read(_CHUNK)).best()
    if best is None:
        return None
    with export.open() as stream:
        return best.encoding if _decodes(stream, best.encoding) else None
