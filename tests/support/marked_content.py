"""Reads the content of a PDF page as a list of marks: what is painted, where, and under which tag.

Positions are in points from the top left corner of the page. See ISO 32000-1, 14.6 (marked content), 9.4 (text) and
9.7 (composite fonts). Reads what a page without form XObjects, inline images and simple fonts needs, and raises
ValueError for anything else, so nothing that is painted goes unseen.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pypdf import PageObject
from pypdf.generic import ContentStream

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
ASCENT, DESCENT = 0.72, 0.2  # of the type size: capitals, and the part of a letter that hangs
PAINTING = {"f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh"}
UNREAD = {"Do", "BI", "'", '"', "TL", "T*", "Tz", "Ts"}


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, in points from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: "Box | None") -> "Box":
        """The least box around both."""
        if other is None:
            return self
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def around(boxes: Iterable[Box]) -> Box | None:
    """The least box around all; None around nothing."""
    joined: Box | None = None
    for box in boxes:
        joined = box.joined(joined)
    return joined


@dataclass(frozen=True)
class Mark:
    """A stretch of content under one tag; `mcid` is None for an artifact, `tag` empty for what has no tag at all.

    `box` is None where nothing is painted.
    """

    mcid: int | None
    tag: str
    text: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class _State:
    """What `q` keeps and `Q` brings back."""

    matrix: Matrix = IDENTITY
    font: str = ""
    size: float = 0
    letter_space: float = 0
    word_space: float = 0


class _Font:
    """What a composite font with two-byte codes says: the letters of a code and its width in thousandths."""

    def __init__(self, font: Any) -> None:
        if font["/Subtype"] != "/Type0" or font["/Encoding"] != "/Identity-H":
            raise ValueError(f"font {font['/BaseFont']} is not a composite font with two-byte codes")
        self.letters = _letters(font["/ToUnicode"].get_data().decode("latin-1"))
        descendant = font["/DescendantFonts"][0].get_object()
        self.default = float(descendant.get("/DW", 1000))
        self.widths = _widths(descendant.get("/W", []))

    def read(self, code: int) -> tuple[str, float]:
        return self.letters.get(code, "\ufffd"), self.widths.get(code, self.default)


def _letters(cmap: str) -> dict[int, str]:
    """The letters of each code, out of a ToUnicode map."""
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, letters in re.findall(r"<(\w+)>\s*<(\w*)>", block):
            found[int(code, 16)] = bytes.fromhex(letters).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, letters in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(letters, 16) + step)
    return found


def _widths(array: Any) -> dict[int, float]:
    """The widths of codes: `first [w w ...]` or `first last w`."""
    found: dict[int, float] = {}
    rest = [item.get_object() for item in array]
    while rest:
        first, second = rest[0], rest[1]
        if isinstance(second, list):
            found.update({int(first) + at: float(width.get_object()) for at, width in enumerate(second)})
            rest = rest[2:]
        else:
            found.update(dict.fromkeys(range(int(first), int(second) + 1), float(rest[2])))
            rest = rest[3:]
    return found


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


class _Reader:
    """Goes through the operators of a page once; `marks` is what was found, in the order of painting."""

    def __init__(self, page: PageObject) -> None:
        fonts = page["/Resources"].get("/Font", {})  # type: ignore[attr-defined]
        self.fonts = {name: _Font(font.get_object()) for name, font in fonts.items()}
        self.height = float(page.mediabox.top)
        self.state, self.kept = _State(), list[_State]()
        self.open: list[Mark] = []
        self.marks: list[Mark] = []
        self.path: list[tuple[float, float]] = []
        self.line: Matrix = IDENTITY

    def paint(self, points: list[tuple[float, float]], text: str = "") -> None:
        """Something appears at these points of the page: in the innermost mark, or outside all tags."""
        box = Box(
            min(x for x, _ in points),
            self.height - max(y for _, y in points),
            max(x for x, _ in points),
            self.height - min(y for _, y in points),
        )
        if not self.open:
            self.marks.append(Mark(None, "", text, box))
            return
        mark = self.open[-1]
        self.open[-1] = replace(mark, text=mark.text + text, box=box.joined(mark.box))

    def place(self, x: float, y: float, matrix: Matrix | None = None) -> tuple[float, float]:
        a, b, c, d, e, f = matrix or self.state.matrix
        return a * x + c * y + e, b * x + d * y + f

    def begin(self, name: str, properties: Any) -> None:
        outer = self.open[-1] if self.open else None
        mcid = properties.get("/MCID") if isinstance(properties, dict) else None
        if outer is not None and mcid is None and name != "Artifact":
            mcid, name = outer.mcid, outer.tag  # a mark without a number belongs to the one around it
        self.open.append(Mark(None if mcid is None else int(mcid), name))

    def show(self, parts: Any) -> None:
        """Strings and, between them, steps back in thousandths of the size."""
        state, font, letters, start = self.state, self.fonts[self.state.font], "", self.line
        for part in parts:
            if isinstance(part, (int, float)):
                self._step(-float(part) / 1000 * state.size)
                continue
            codes = getattr(part, "original_bytes", part)  # pypdf makes a text of bytes where it can
            for code in (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)):
                letter, width = font.read(code)
                letters += letter
                self._step(width / 1000 * state.size + state.letter_space)
        if letters.strip():
            ends = (_times(start, state.matrix), _times(self.line, state.matrix))
            heights = (-DESCENT * state.size, ASCENT * state.size)
            self.paint([self.place(0, height, end) for end in ends for height in heights], letters)
        elif letters and self.open:
            self.open[-1] = replace(self.open[-1], text=self.open[-1].text + letters)

    def _step(self, x: float) -> None:
        self.line = _times((1, 0, 0, 1, x, 0), self.line)

    def read(self, operator: str, operands: Any) -> None:
        """One operator."""
        numbers = [float(item) for item in operands if isinstance(item, (int, float))]
        match operator:
            case "q":
                self.kept.append(self.state)
            case "Q":
                self.state = self.kept.pop()
            case "cm":
                self.state = replace(self.state, matrix=_times(_matrix(numbers), self.state.matrix))
            case "BMC" | "BDC":
                self.begin(str(operands[0]).removeprefix("/"), operands[1] if len(operands) > 1 else {})
            case "EMC":
                self.marks.append(self.open.pop())
            case "m" | "l" | "c" | "v" | "y":
                self.path += [self.place(numbers[at], numbers[at + 1]) for at in range(0, len(numbers), 2)]
            case "re":
                x, y, width, height = numbers
                self.path += [self.place(x + at, y + up) for at in (0, width) for up in (0, height)]
            case "n":
                self.path = []
            case _ if operator in PAINTING:
                self.paint(self.path)
                self.path = []
            case _ if operator in UNREAD:
                raise ValueError(f"operator {operator} is not read")
            case _:
                self.read_text(operator, operands, numbers)

    def read_text(self, operator: str, operands: Any, numbers: list[float]) -> None:
        """One operator of text; all others change nothing that is read here."""
        match operator:
            case "BT":
                self.line = IDENTITY
            case "Tm":
                self.line = _matrix(numbers)
            case "Td" | "TD":
                self.line = _times((1, 0, 0, 1, numbers[0], numbers[1]), self.line)
            case "Tf":
                self.state = replace(self.state, font=str(operands[0]), size=numbers[0])
            case "Tc":
                self.state = replace(self.state, letter_space=numbers[0])
            case "Tj":
                self.show(operands)
            case "TJ":
                self.show(operands[0])
            case _:
                pass


def _matrix(numbers: list[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def read_marks(page: PageObject) -> tuple[Mark, ...]:
    """Everything painted on a page, in the order of painting.

    Raises ValueError for an operator or a font that is not read.
    """
    reader = _Reader(page)
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        reader.read(operator.decode("ascii"), operands)
    if reader.open or reader.kept:
        raise ValueError("a mark or a graphics state is not closed")
    return tuple(reader.marks)
