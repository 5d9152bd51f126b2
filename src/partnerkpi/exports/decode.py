"""Bytes to text: which encoding a file is in, and what is no text at all."""

import codecs
import re

from charset_normalizer import from_bytes

from partnerkpi.exports.members import Export
from partnerkpi.exports.refusal import refused

_CHUNK = 1 << 20
_HEAD = 4096
_SAMPLE = 1 << 18
# The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of these encodings a file itself leaves no doubt.
SAYS_ITSELF = ("utf-8", "utf-8-sig", "utf-16", "utf-32")
_WESTERN = "cp1252"
_HTML = re.compile(r"\s*<(!doctype|!--|html|head|body|table|meta|\?xml)", re.IGNORECASE)
_JSON = re.compile(r"\s*[\[{]\s*[\"\[{\]}]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Words of Western European languages do not have three accented letters in a row.
_NOT_WESTERN = re.compile(rb"[\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xa1-\xff]{3}")


def encoding_of(export: Export, declared: str) -> tuple[str, str]:
    """The encoding, and a notice when the file does not say it ("" otherwise).

    A byte order mark decides; then the zeros that UTF-16 has in every other place; then UTF-8 if every byte agrees;
    then `declared`, the dialect's own; then Windows-1252 where what it makes of the file could be a Western language;
    then the best guess. Raises ExportRefused for web pages, JSON and binary files, and for a text that ends in the
    middle of a character.
    """
    if export.is_workbook:
        return "", ""
    with export.open() as stream:
        head = stream.read(_HEAD)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    named = marked or _utf16_without_mark(head)
    _check_kind(export, head.decode(named or "latin-1", "replace"))
    if named:
        if _ends_well(export, named) is not True:
            raise refused(export.place, f"this is not a complete export: it begins as {named}, but does not end so")
        return named, "" if marked else f"no byte order mark; read as {named}"
    # Of a plain text every byte was seen while it was hashed.
    known = export.look is not None and export.look.plain and export.look.ascii
    ends_well = known or _ends_well(export, "utf-8")
    if ends_well:
        return "utf-8", ""
    if ends_well is None:
        raise refused(export.place, "this is not a complete export: it ends in the middle of a character")
    encoding = next((name for name in _candidates(export, declared) if _ends_well(export, name)), None)
    if encoding is None:
        raise refused(export.place, "its characters fit no known encoding")
    return encoding, f"not UTF-8; read as {encoding}" + ("" if encoding in (declared, _WESTERN) else ", the best guess")


def _check_kind(export: Export, head: str) -> None:
    if _HTML.match(head):
        why = "this is not a complete export: it is a web page; perhaps the login had expired"
        raise refused(export.place, why)
    if _JSON.match(head):
        raise refused(export.place, "this is not a complete export: it is JSON, not a table")
    if 20 * len(_CONTROL.findall(head)) > len(head):
        raise refused(export.place, "this is a binary file, not a table")


def _utf16_without_mark(head: bytes) -> str:
    """The byte order of UTF-16 text that does not tell it; "" for any other text."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if 4 * odd > 3 * half and 20 * even < half:
        return "utf-16-le"
    if 4 * even > 3 * half and 20 * odd < half:
        return "utf-16-be"
    return ""


def _ends_well(export: Export, encoding: str) -> bool | None:
    """Whether every byte is in the encoding.

    None when all are but the last few, which begin a character and lack its end, in a text that has other such
    characters: where there is none, the last letter may as well be in another encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    ascii_only = True
    try:
        with export.open() as stream:
            while chunk := stream.read(_CHUNK):
                ascii_only = decoder.decode(chunk).isascii() and ascii_only
    except UnicodeError:
        return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False if ascii_only else None
    return True


def _candidates(export: Export, declared: str) -> list[str]:
    if declared:
        return [declared, *_guesses(_sample(export))]
    sample = _sample(export)
    if _NOT_WESTERN.search(sample):
        return [*_guesses(sample), _WESTERN]
    return [_WESTERN, *_guesses(sample)]


def _guesses(sample: bytes) -> list[str]:
    best = from_bytes(sample).best()
    return [] if best is None else [best.encoding]


def _sample(export: Export) -> bytes:
    """Lines that are more than ASCII, as many as a guess needs; they may stand anywhere in a long file."""
    found: list[bytes] = []
    length = 0
    with export.open() as stream:
        while length < _SAMPLE and (chunk := stream.read(_CHUNK)):
            if not chunk.isascii():
                lines = [line for line in re.split(rb"[\r\n]+", chunk) if not line.isascii()]
                found += lines
                length += sum(map(len, lines))
    return b"\n".join(found)
