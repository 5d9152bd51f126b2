"""Editing a partner file in place: comments, order and spelling of everything else stay as people wrote them."""

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from pathlib import Path

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from partnerkpi.config.toml_file import Model, mistakes_in, read_toml
from partnerkpi.errors import ConfigurationError
from partnerkpi.files import write_private
from partnerkpi.records.partner_file import PartnerFile
from partnerkpi.records.spacing import spaced

Edit = Callable[[tomlkit.TOMLDocument], None]


def edit_partner(path: Path, edit: Edit, *, plan: bool = False) -> str:
    """Change a partner file and give its new text; with `plan` nothing is written.

    The file is checked before and after: raises ConfigurationError when it has a mistake already, or would get one.
    """
    read_toml(path, PartnerFile)
    before = path.read_text("utf-8-sig")
    document = tomlkit.parse(before)
    edit(document)
    text = spaced(before, tomlkit.dumps(document))
    _require_sound(text, path, PartnerFile)
    if not plan:
        write_edited(path, text)
    return text


def write_edited(path: Path, text: str) -> None:
    """Write a file anew with the line ends of its first line and the byte order mark it had, if any."""
    before = path.read_bytes() if path.exists() else b""
    end = "\r\n" if before.partition(b"\n")[0].endswith(b"\r") else "\n"
    mark = BOM_UTF8 if before.startswith(BOM_UTF8) else b""
    write_private(path, mark + text.replace("\n", end).encode())


def write_partner(path: Path, content: Mapping[str, object], *, plan: bool = False) -> str:
    """A new partner file; raises ConfigurationError when there is one already, or when it would have a mistake."""
    if path.exists():
        raise ConfigurationError(
            f"There is a partner called {path.stem} already.",
            where=str(path),
            now="Choose another id, or change that file.",
        )
    document = tomlkit.document()
    for key, value in content.items():
        document.add(key, tomlkit.item(value))
    text = tomlkit.dumps(document)
    _require_sound(text, path, PartnerFile)
    if not plan:
        write_private(path, text.encode())
    return text


def entries(document: tomlkit.TOMLDocument | Table, key: str) -> AoT:
    """The tables `[[key]]`, made when there are none yet."""
    if key not in document:
        document.append(key, tomlkit.aot())
    found = document[key]
    if not isinstance(found, AoT):
        raise ConfigurationError(
            f"The partner file writes {key} as a list in brackets.",
            where=key,
            now=f"Write each of them as a table of its own, under a line [[{key}]].",
        )
    return found


def entry(values: Mapping[str, object]) -> Table:
    """A table of these values; those that are None or "" are left out."""
    table = tomlkit.table()
    for key, value in values.items():
        if value is not None and value != "":
            table.add(key, tomlkit.item(value))
    return table


def _require_sound(text: str, path: Path, model: type[Model]) -> None:
    try:
        model.model_validate(tomlkit.parse(text).unwrap())
    except ValidationError as error:
        raise ConfigurationError(
            "This change would leave a mistake in the file; nothing has been written.",
            where="\n".join(f"{path.name}: {mistake}" for mistake in mistakes_in(error, model)),
            now="Correct what you asked for and try again.",
        ) from None
    except TOMLKitError as error:
        raise ConfigurationError(
            f"This change cannot be written as TOML ({error}); nothing has been written.",
            where=str(path),
            now="Edit the file by hand.",
        ) from None
