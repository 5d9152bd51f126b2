"""Writes the JSON Schema of a board from the dataclasses: scripts/board_schema.py docs/schemas/board-2.schema.json."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from partnerkpi.models.board import Board
from partnerkpi.models.release import State
from partnerkpi.report.build import SCHEMA

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """What `report --format json` writes: every key is there, no other is, and only a shown figure has numbers."""
    described = TypeAdapter(Board).json_schema(mode="serialization")
    parts = described.pop("$defs")
    # The manifest is a document of its own.
    del described["properties"]["manifest"]
    for part in (described, *parts.values()):
        if part["type"] == "object":
            _close(part)
    described["properties"]["schema"] = {"const": SCHEMA}
    parts["Release"] |= _numbers_of_shown_only(parts["Release"]["properties"])
    return {"$schema": _DIALECT, **described, "title": SCHEMA, "$defs": _named_in(described, parts)}


def _named_in(described: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """The parts that the description, or one of its parts, speaks of."""
    found: set[str] = set()
    named = set(_names(described))
    while named - found:
        found |= named
        named = {name for part in found for name in _names(parts[part])}
    return {name: part for name, part in parts.items() if name in found}


def _names(described: dict[str, Any]) -> list[str]:
    return re.findall(r'"#/\$defs/(\w+)"', json.dumps(described))


def _close(part: dict[str, Any]) -> None:
    """A value that has a default is written all the same, so every key is required."""
    part["required"] = list(part["properties"])
    part["additionalProperties"] = False
    for described in part["properties"].values():
        described.pop("default", None)
        described.pop("title", None)


def _numbers_of_shown_only(release: dict[str, Any]) -> dict[str, Any]:
    numbers = [name for name in ("low", "high") if name in release]
    shown = {"properties": {"state": {"const": State.SHOWN.value}}}
    return {
        "if": shown,
        "then": {"properties": {name: {"type": "number"} for name in numbers}},
        "else": {"properties": {name: {"type": "null"} for name in numbers}},
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", "utf-8")
