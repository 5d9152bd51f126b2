"""Reads the structure tree of a one-page PDF: roles, texts, alternative texts, table attributes, and where each is.

ISO 32000-1, 14.7 (logical structure) and 14.8 (tagged PDF).
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pypdf
from marked_content import Box, Mark, around, read_marks


@dataclass(frozen=True)
class Element:
    """A structure element: its role ("H1"), alternative text, attributes, id, and what is in it, in order."""

    role: str
    alt: str | None = None
    id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    children: "tuple[Element | Mark, ...]" = ()

    def walk(self) -> "Iterator[Element]":
        """This element and all in it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def elements(self) -> "tuple[Element, ...]":
        """The elements directly in it."""
        return tuple(child for child in self.children if isinstance(child, Element))

    def marks(self) -> Iterator[Mark]:
        """The content in it, in the order of the tags."""
        for child in self.children:
            yield from [child] if isinstance(child, Mark) else child.marks()

    @cached_property
    def text(self) -> str:
        """What stands in it, without the alternative texts."""
        return "".join(mark.text for mark in self.marks())

    @cached_property
    def box(self) -> Box | None:
        """Where it stands; None where nothing is painted."""
        return around(mark.box for mark in self.marks() if mark.box is not None)


@dataclass(frozen=True)
class TaggedPdf:
    """A tagged PDF of one page: its catalog, XMP packet, tree, and all that is painted, artifacts included."""

    reader: pypdf.PdfReader
    root: Element
    marks: tuple[Mark, ...]

    @property
    def catalog(self) -> Any:
        """The document catalog."""
        return self.reader.trailer["/Root"]

    @property
    def xmp(self) -> str:
        """The metadata packet, as text."""
        return str(self.catalog["/Metadata"].get_data().decode())

    def parents(self) -> tuple[Element, ...]:
        """For each marked content id of the page, the element that the parent tree says it belongs to."""
        numbers = self.catalog["/StructTreeRoot"]["/ParentTree"]["/Nums"]
        at = list(numbers)[::2].index(self.reader.pages[0]["/StructParents"])
        return tuple(_element(kid.get_object(), {}) for kid in numbers[2 * at + 1].get_object())

    def find(self, *roles: str) -> tuple[Element, ...]:
        """The elements of some roles, in order."""
        return tuple(element for element in self.root.walk() if element.role in roles)


def read_tags(pdf: bytes) -> TaggedPdf:
    """The tags of a PDF; raises ValueError when it has more than one page or content that is not read."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    if len(reader.pages) != 1:
        raise ValueError(f"{len(reader.pages)} pages")
    marks = read_marks(reader.pages[0])
    numbered: dict[int | None, Mark] = {mark.mcid: mark for mark in marks if mark.mcid is not None}
    tree: Any = reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    (document,) = _kids(tree)
    return TaggedPdf(reader, _element(document, numbered), marks)


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


def _element(element: Any, numbered: Mapping[int | None, Mark]) -> Element:
    """A structure element with all in it; a number that nothing on the page has stays an empty mark."""
    children: list[Element | Mark] = []
    for kid in _kids(element):
        if isinstance(kid, int):
            children.append(numbered.get(int(kid), Mark(int(kid), "")))
        elif kid.get("/Type") == "/StructElem":
            children.append(_element(kid, numbered))
    alt, name = element.get("/Alt"), element.get("/ID")
    return Element(
        role=str(element["/S"]).removeprefix("/"),
        alt=None if alt is None else str(alt),
        id=None if name is None else str(name),
        attributes=_attributes(element.get("/A", [])),
        children=tuple(children),
    )


def _attributes(value: Any) -> dict[str, Any]:
    """All attribute objects of an element as one."""
    value = value.get_object() if hasattr(value, "get_object") else value
    parts = value if isinstance(value, list) else [value]
    return {str(key): item for part in parts for key, item in part.get_object().items() if key != "/O"}
