"""Archives: which of their files are exports, and reading one where it lies; nothing is ever unpacked to disk."""

import struct
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from partnerkpi.exports.refusal import larger_than_allowed, over_cap, printable, refused, unpacks_to_too_much
from partnerkpi.models.caps import Caps

_EXPORTS = (".csv", ".tsv", ".txt", ".xlsx")
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst")
_PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_NAMED = 5
# What a damaged directory or name makes of the standard library.
_DAMAGED = (KeyError, RuntimeError, ValueError, OverflowError, struct.error, NotImplementedError, EOFError)


@dataclass(frozen=True)
class Members:
    """The files of an archive that are exports, by their names in it, and a notice about those that are not."""

    names: tuple[str, ...]
    notice: str


def members_of(path: Path, caps: Caps) -> Members:
    """What an archive holds, told from its directory.

    Folders, hidden files, what a Mac adds, readme files and other kinds of files are passed over. Raises ExportRefused
    for an archive that is damaged, encrypted, larger than the caps allow, that holds an archive or no export at all,
    or two files of one name.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, *_DAMAGED):
        raise refused(path, "the archive is damaged or cut off") from None
    if len(found) > caps.zip_members:
        raise over_cap(
            path, f"the archive holds {len(found):,} files, more than {caps.zip_members:,}", "max_zip_members"
        )
    check_sizes(path, found, path.stat().st_size, caps)
    files = [info for info in found if not _passed_over(info.filename)]
    _check_kinds(path, files)
    exports = [info.filename for info in files if _is_export(info.filename)]
    if not exports:
        raise refused(path, "the archive holds no export")
    twice = next((name for name, count in Counter(exports).items() if count > 1), None)
    if twice is not None:
        raise refused(path, f"the archive holds two files called {printable(twice)}")
    return Members(tuple(exports), _notice([info.filename for info in found if info.filename not in exports]))


def check_sizes(path: Path | str, files: Sequence[zipfile.ZipInfo], packed: int, caps: Caps) -> None:
    """Raise ExportRefused when an archive of `packed` bytes says it holds more than the caps allow.

    What it says can be relied on for a file read through `open_member`: more than that is never unpacked.
    """
    size = sum(info.file_size for info in files)
    if size > caps.file_bytes:
        raise larger_than_allowed(path, caps)
    if size > caps.honest_size(packed):
        raise unpacks_to_too_much(path, caps)


@contextmanager
def open_member(path: Path, member: str) -> Iterator[IO[bytes]]:
    """The bytes of one file of an archive; raises BadZipFile when they are not there."""
    with zipfile.ZipFile(path) as archive:
        try:
            stream = archive.open(member)
        except _DAMAGED:
            raise zipfile.BadZipFile from None
        with stream:
            yield stream


def _check_kinds(path: Path, files: Sequence[zipfile.ZipInfo]) -> None:
    for info in files:
        name = printable(info.filename)
        if info.flag_bits & _ENCRYPTED:
            raise refused(path, "the archive is encrypted", now="Unpack it, and take in the files that were inside.")
        if info.filename.lower().endswith(_ARCHIVES):
            why = f"the archive holds another archive: {name}"
            raise refused(path, why, now="Unpack it, and take in the files that were inside.")
        if info.compress_type not in _PACKED_BY:
            why = f"{name} is packed in a way that is not read"
            raise refused(path, why, now="Unpack it, and take in the files that were inside.")


def _passed_over(name: str) -> bool:
    """Whether it is a folder, a hidden file, or what a Mac adds."""
    *folders, base = name.replace("\\", "/").split("/")
    return not base or base.startswith(".") or "__MACOSX" in folders


def _is_export(name: str) -> bool:
    base = PurePosixPath(name.replace("\\", "/")).name.lower()
    return base.endswith(_EXPORTS) and not base.startswith(("readme", "read me"))


def _notice(skipped: Sequence[str]) -> str:
    if not skipped:
        return ""
    named = ", ".join(printable(name) for name in skipped[:_NAMED])
    more = f" and {len(skipped) - _NAMED} more" if len(skipped) > _NAMED else ""
    return f"the archive holds what is no export; not read: {named}{more}"
