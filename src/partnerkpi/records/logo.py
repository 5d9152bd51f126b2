"""A partner's logo: a PNG or SVG file beside its partner file, checked, cleaned and carried inside the page.

Nothing that runs, refers or tells of a person stays in it: of a PNG only the chunks that draw, of an SVG only
elements and attributes that draw.
"""

import base64
import re
import struct
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from partnerkpi.errors import ConfigurationError
from partnerkpi.models.partner import Partner

MOST_BYTES = 256 * 1024
_MOST_PIXELS = 4000
_MOST_ELEMENTS = 2000
_DRAWING = (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"IDAT", b"IEND")
_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = {
    *("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "title", "desc"),
    *("linearGradient", "radialGradient", "stop", "clipPath"),
}
_ATTRIBUTES = {
    *("id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height"),
    *(
        "points",
        "viewBox",
        "preserveAspectRatio",
        "transform",
        "version",
        "offset",
        "opacity",
        "clip-path",
        "clip-rule",
    ),
    *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"),
    *("stroke-opacity", "stroke-miterlimit", "stroke-dasharray", "stop-color", "stop-opacity", "gradientUnits"),
    *("gradientTransform", "spreadMethod", "clipPathUnits"),
}


def read_logo(folder: Path, partner: Partner) -> str:
    """The logo as a `data:` address, "" without one; `folder` is that of the partner files.

    Raises ConfigurationError for a file that is missing, too large, elsewhere, or neither PNG nor SVG.
    """
    if not partner.page.logo:
        return ""
    path = (folder / partner.page.logo).resolve()
    if folder.resolve() not in path.parents:
        raise _refused(partner, "lies outside the folder of the partner files")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _refused(partner, f"cannot be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise _refused(partner, f"is larger than {MOST_BYTES // 1024} KB")
    try:
        kind, clean = ("png", clean_png(content)) if content[:4] == b"\x89PNG" else ("svg+xml", clean_svg(content))
    except ValueError as error:
        raise _refused(partner, str(error)) from None
    return f"data:image/{kind};base64,{base64.b64encode(clean).decode('ascii')}"


def clean_png(content: bytes) -> bytes:
    """The picture with the chunks that draw it and no other; ValueError when it is no whole PNG or too many pixels."""
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        chunk, name = content[at : at + 12 + length], content[at + 4 : at + 8]
        if name == b"IHDR" and max(struct.unpack(">II", chunk[8:16])) > _MOST_PIXELS:
            raise ValueError(f"has more than {_MOST_PIXELS} pixels on a side")
        if name in _DRAWING:
            kept.append(chunk)
        at += 12 + length
        if name == b"IEND":
            break
    if content[:8] != b"\x89PNG\r\n\x1a\n" or at > len(content) or kept[-1][4:8] != b"IEND" or kept[1][4:8] != b"IHDR":
        raise ValueError("is not a whole PNG picture")
    return b"".join(kept)


def clean_svg(content: bytes) -> bytes:
    """The drawing with the elements and attributes that draw and no other; ValueError when it is no SVG."""
    if b"<!" in re.sub(rb"<!--.*?-->", b"", content, flags=re.DOTALL):
        raise ValueError("declares a document type or entities, which a picture does not need")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError):
        raise ValueError("is neither a PNG nor an SVG picture") from None
    if _local(root.tag) != "svg":
        raise ValueError("is neither a PNG nor an SVG picture")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise ValueError(f"has more than {_MOST_ELEMENTS} elements")
    if not root.get("viewBox") and not (root.get("width") and root.get("height")):
        raise ValueError("says no size: it needs a viewBox")
    ElementTree.register_namespace("", _SVG)
    drawn: bytes = ElementTree.tostring(_clean(root), encoding="utf-8")
    return drawn


def _clean(element: ElementTree.Element, depth: int = 0) -> ElementTree.Element:
    if depth > 50:
        raise ValueError("nests its elements too deeply")
    made = ElementTree.Element(f"{{{_SVG}}}{_local(element.tag)}")
    for name, value in element.attrib.items():
        if name in _ATTRIBUTES and _harmless(value):
            made.set(name, value)
    if _local(element.tag) in ("title", "desc"):
        made.text = element.text
    made.extend(_clean(child, depth + 1) for child in element if _local(child.tag) in _ELEMENTS)
    return made


def _harmless(value: str) -> bool:
    """Nothing but a reference within the drawing itself may stand in brackets after `url`."""
    return "url" not in value.casefold() or re.fullmatch(r"url\(#[\w-]+\)", value.strip()) is not None


def _local(tag: object) -> str:
    """The name of an element of SVG; "" for one of another namespace, a comment or an instruction."""
    text = str(tag)
    return text.removeprefix(f"{{{_SVG}}}") if text.startswith(f"{{{_SVG}}}") or "{" not in text else ""


def _refused(partner: Partner, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The logo {why}.",
        where=f"{partner.page.logo}, named in partners/{partner.id}.toml",
        now="Name a PNG or SVG file in the folder `partners`, or take the line `logo` out.",
    )
