"""Reads the pictures of a page: the shapes of each SVG, in the order of painting, with colours and extents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = r"-?\d*\.?\d+"


@dataclass(frozen=True)
class Shape:
    """One painted shape: its colours ("" for none) and the rectangle it lies in, in units of its picture."""

    fill: str
    stroke: str
    left: float
    top: float
    right: float
    bottom: float

    def inside(self, other: "Shape", near: float = 0.6) -> bool:
        """Whether it lies in another one."""
        across = self.left >= other.left - near and self.right <= other.right + near
        return across and self.top >= other.top - near and self.bottom <= other.bottom + near


def pictures(page: str) -> list[tuple[str, list[Shape]]]:
    """The title and the shapes of every picture of a page; raises ValueError for a shape that is not read."""
    found = []
    for text in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        picture = ElementTree.fromstring(text)
        shapes = [_shape(node) for node in picture if node.tag != f"{SVG}title"]
        found.append((picture.findtext(f"{SVG}title", ""), shapes))
    return found


def _shape(node: ElementTree.Element) -> Shape:
    match node.tag.removeprefix(SVG):
        case "rect":
            left, top, width, height = (float(node.get(name, 0)) for name in ("x", "y", "width", "height"))
            points = [(left, top), (left + width, top + height)]
        case "circle":
            x, y, radius = (float(node.get(name, 0)) for name in ("cx", "cy", "r"))
            points = [(x - radius, y - radius), (x + radius, y + radius)]
        case "polyline":
            numbers = [float(number) for number in re.findall(NUMBER, node.get("points", ""))]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
        case "path":
            points = list(_path(node.get("d", "")))
        case other:
            raise ValueError(f"<{other}> is not read")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    colors = [node.get(name, standard) for name, standard in (("fill", "#000000"), ("stroke", "none"))]
    fill, stroke = ("" if color == "none" else color for color in colors)
    return Shape(fill, stroke, min(xs), min(ys), max(xs), max(ys))


def _path(data: str) -> Iterator[tuple[float, float]]:
    """The corners of a path of straight lines."""
    x = y = 0.0
    for command, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", data):
        numbers = [float(number) for number in re.findall(NUMBER, text)]
        match command:
            case "M" | "L":
                x, y = numbers
            case "l":
                x, y = x + numbers[0], y + numbers[1]
            case "H":
                x = numbers[0]
            case "h":
                x += numbers[0]
            case "z" | "Z":
                continue
            case _:
                raise ValueError(f"path command {command} is not read")
        yield x, y
