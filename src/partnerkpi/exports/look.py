"""What the bytes of a text look like, seen in passing, piece by piece: its line ends, and whether it is plain."""

from partnerkpi.models.caps import Caps

_TAIL = 1 << 12


class Look:
    """What can be told of a text without knowing its header.

    `marks` are places to cut the text at: for each piece the first line that begins in it, as (byte, lines before it).
    Plain is a text without a quotation mark, a NUL, a line as long as a cell may be, or a line end of another kind
    than the first.
    """

    def __init__(self, caps: Caps) -> None:
        # A line of that many bytes, even one cut by the end of a piece, fills one of the stretches that are looked at.
        self._stretch = min(caps.cell_characters, caps.row_characters) // 3
        self._feeds = self._returns = self._pairs = 0
        self._tail = b""
        self._odd = False
        self.ascii = True
        self.marks: list[tuple[int, int]] = []
        self._seen = 0

    def at(self, piece: bytes) -> None:
        """Look at the next piece."""
        if self._odd or b'"' in piece or b"\0" in piece or self._has_long_line(piece):
            self._odd = True
            return
        end = piece.find(b"\n")
        if end >= 0:
            self.marks.append((self._seen + end + 1, self._feeds + 1))
        self._seen += len(piece)
        self._feeds += piece.count(b"\n")
        if b"\r" in piece or self._tail.endswith(b"\r"):
            self._returns += piece.count(b"\r")
            # A pair may be cut by the end of a piece.
            self._pairs += piece.count(b"\r\n") + (self._tail.endswith(b"\r") and piece.startswith(b"\n"))
        self.ascii = self.ascii and piece.isascii()
        self._tail = (self._tail + piece[-_TAIL:])[-_TAIL:]

    @property
    def plain(self) -> bool:
        """Whether the text, now that all of it was seen, is plain and has a line at all."""
        ends_alike = self._returns == self._pairs and self._returns in (0, self._feeds)
        return not self._odd and bool(self._feeds) and ends_alike and self._ends < len(self._tail)

    @property
    def blank(self) -> int:
        """How many blank lines there are at the end of a plain text."""
        return max(0, self._ends // (2 if self._returns else 1) - 1)

    @property
    def lines(self) -> int:
        """How many lines a plain text has, without the blank ones at its end."""
        return self._feeds - self.blank + (0 if self._ends else 1)

    @property
    def _ends(self) -> int:
        return len(self._tail) - len(self._tail.rstrip(b"\r\n"))

    def _has_long_line(self, piece: bytes) -> bool:
        """Whether any full stretch of the piece, told from its beginning, has no line end."""
        ends = range(self._stretch, len(piece) + 1, self._stretch)
        return any(piece.find(b"\n", end - self._stretch, end) < 0 for end in ends)
