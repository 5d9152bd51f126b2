"""Files so plain that the database may read them itself: no quotes, no blank lines, one kind of line end."""

from partnerkpi.exports.members import Export

_CHUNK = 1 << 22


def plain_lines(export: Export, encoding: str) -> int | None:
    """The number of lines of a plain file; None for any other, which is read with care.

    Plain is an uncompressed UTF-8 text without a quotation mark, a NUL, a blank line, or a line end of another kind
    than the first: then a line is a row and a delimiter the end of a cell, and nothing can be misread.
    """
    if encoding not in ("utf-8", "utf-8-sig") or export.path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return None
    feeds = returns = pairs = 0
    last = b""
    with export.open() as stream:
        while chunk := stream.read(_CHUNK):
            # What may be cut by the end of a chunk is looked for across it.
            across = last + chunk
            if b'"' in chunk or b"\0" in chunk or b"\n\n" in across or b"\n\r\n" in across:
                return None
            feeds += chunk.count(b"\n")
            if b"\r" in across:
                returns += chunk.count(b"\r")
                pairs += across.count(b"\r\n") - last.count(b"\r\n")
            last = across[-2:]
    if not feeds or returns != pairs or (returns and returns != feeds):
        return None
    return feeds if last.endswith(b"\n") else feeds + 1
