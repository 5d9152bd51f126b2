"""Dialect files: one TOML per source system, read into `Dialect` values."""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from partnerkpi import assets
from partnerkpi.config.toml_file import nearest, read_toml
from partnerkpi.dialects.schema import QUESTION, ColumnFile, DialectFile, TableFile
from partnerkpi.errors import ConfigurationError, UsageError
from partnerkpi.models.dialect import ColumnRule, Dialect, TableRule
from partnerkpi.models.source_table import SOURCE_TABLES

# Strings and comments of a line of TOML.
_TOKENS = re.compile(r""" "(?:[^"\\]|\\.)*" | '[^']*' | \#.* """, re.VERBOSE)
_TABLE = re.compile(r"\s*\[\[\s*table\s*\]\]")
Names = Callable[[str | list[str]], tuple[str, ...]]


def read_dialect(path: Path, base: Path | None = None) -> Dialect:
    """One dialect; `base` is the shipped file of the same name, for one that only adds headings to it.

    Raises ConfigurationError with every mistake in the file.
    """
    content, read_from = read_toml(path, DialectFile), [path]
    headings = {normalised(also): normalised(meant) for also, meant in content.headings.items()}
    if not content.table:
        read_from.append(_base_of(path, base))
        content = read_toml(read_from[-1], DialectFile)
    _check_headings(path, headings, content)
    tables = tuple(_table_rule(path.stem, table, headings) for table in content.table)
    unsettled = _unsettled(read_from[-1])
    tables = tuple(replace(table, unsettled=lines) for table, lines in zip(tables, unsettled, strict=True))
    fingerprint = hashlib.sha256(b"".join(each.read_bytes() for each in read_from)).hexdigest()[:16]
    return Dialect(path.stem, content.name, content.encoding, tables, fingerprint)


def _unsettled(path: Path) -> list[tuple[int, ...]]:
    """For each table of the file the lines with an open question; one above the first table is everybody's."""
    found: list[list[int]] = [[]]
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if _TABLE.match(line):
            found.append([])
        if is_open(line):
            found[-1].append(number)
    return [(*found[0], *lines) for lines in found[1:]]


def is_open(line: str) -> bool:
    """Whether a line of a dialect file has an open question."""
    tokens = itertools.takewhile(lambda token: not token.startswith("#"), _TOKENS.findall(line))
    return any(token[1:-1] == QUESTION for token in tokens)


def _base_of(path: Path, base: Path | None) -> Path:
    if base is not None and base != path:
        return base
    known = list(assets.files("dialects", ".toml"))
    raise ConfigurationError(
        f"This dialect has no table, and no dialect called {path.stem} is shipped{nearest(path.stem, known)}.",
        where=str(path),
        now="Give it the name of the shipped dialect whose headings it adds to, or write its tables.",
    )


def _check_headings(path: Path, headings: dict[str, str], content: DialectFile) -> None:
    """Each heading that is added stands for one the tables know."""
    rules = [_table_rule(path.stem, table, {}) for table in content.table]
    known = {name: rule.spelled(name) for rule in rules for name in rule.headings()}
    for also, meant in headings.items():
        if meant not in known:
            raise ConfigurationError(
                f"This dialect knows no heading {meant}{nearest(meant, list(known))}.",
                where=f'{path}: headings."{also}"',
                now=f"Name one of its headings: {', '.join(known.values())}",
            )


def read_dialects(workspace: Path | None) -> dict[str, Dialect]:
    """Every dialect by its id: the shipped ones, and those of the workspace in their place or beside them."""
    shipped = assets.files("dialects", ".toml")
    found = assets.files("dialects", ".toml", workspace)
    return {name: read_dialect(path, shipped.get(name)) for name, path in found.items()}


def choose_dialects(workspace: Path | None, wanted: str | None) -> dict[str, Dialect]:
    """Every dialect, or only the one that is wanted; raises UsageError when there is none of this name."""
    dialects = read_dialects(workspace)
    if wanted is None:
        return dialects
    if wanted not in dialects:
        raise UsageError(
            f"There is no dialect called {wanted}{nearest(wanted, list(dialects))}.",
            where=f"known dialects: {', '.join(dialects)}",
            now="Name one of these with --dialect, or leave the option out.",
        )
    return {wanted: dialects[wanted]}


def _table_rule(dialect: str, content: TableFile, headings: Mapping[str, str]) -> TableRule:
    table, spelling = SOURCE_TABLES[content.table], dict[str, str]()
    names = partial(_names, headings=headings, spelling=spelling)
    return TableRule(
        dialect=dialect,
        table=table,
        columns=tuple(_column_rule(name, column, names) for name, column in content.columns.items()),
        slice=table.slice if content.slice is None else tuple(content.slice),
        span=content.span,
        only=tuple((names(only.header), tuple(only.words)) for only in content.only),
        no_data=tuple((names(no_data.header), tuple(no_data.words)) for no_data in content.no_data),
        exit_is_last_day=content.exit_date_is == "last day enrolled",
        spelling=spelling,
    )


def _column_rule(name: str, content: str | ColumnFile, names: Names) -> ColumnRule:
    if isinstance(content, str):
        return ColumnRule(name, headers=names(content))
    headers, *beside = [names(each) for each in content.join] or [names(content.header)]
    return ColumnRule(
        column=name,
        headers=headers,
        beside=tuple(beside),
        between=content.between,
        part=content.part,
        required=content.required,
        value=content.value,
        formats=tuple(_listed(content.format)),
        words=tuple(content.words.items()),
        blank=content.blank,
        unit=content.unit,
        pattern=content.pattern,
        width=content.width,
    )


def _names(headers: str | list[str], headings: Mapping[str, str], spelling: dict[str, str]) -> tuple[str, ...]:
    """The names as they are compared, then those that were added to them; `spelling` learns how they are written."""
    known = [header for header in _listed(headers) if header != QUESTION]
    spelling |= {normalised(header): header for header in known}
    found = [normalised(header) for header in known]
    return (*found, *(also for also, meant in headings.items() if meant in found))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def normalised(header: str) -> str:
    """A header name as it is compared: without case and surrounding blanks."""
    return " ".join(header.split()).casefold()


def toml_string(text: str) -> str:
    """A text as TOML writes it, between quotation marks: as JSON does, but for the one sign TOML does not allow."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
