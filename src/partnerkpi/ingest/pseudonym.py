"""Numbers of people to pseudonyms: the same on every load and machine that has the key, worthless without it."""

import hashlib
import hmac
from collections.abc import Sequence

from partnerkpi.models.source_table import Kind


def pseudonyms(key: bytes, kind: Kind, numbers: Sequence[str]) -> list[int]:
    """A 63-bit integer per number, from a keyed HMAC-SHA-256 (RFC 2104).

    Students and staff with the same number get different pseudonyms. Shape: one for each of `numbers`.
    """
    keyed = hmac.new(key, kind.value.encode() + b":", hashlib.sha256)
    found = []
    for number in numbers:
        one = keyed.copy()
        one.update(number.encode())
        found.append(int.from_bytes(one.digest()[:8]) >> 1)
    return found
