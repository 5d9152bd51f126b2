"""Which source table of which dialect a header belongs to, by its names alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from partnerkpi.config.toml_file import nearest
from partnerkpi.dialects.files import normalised
from partnerkpi.models.dialect import ColumnRule, Need, TableRule


@dataclass(frozen=True)
class Recognised:
    """A header that fits: `headers` are the names to read and `positions` where they stand.

    `rule` knows the places of joined columns among `headers`.
    `groups` are extra columns named group_*; `ignored` counts the columns nobody reads.
    """

    rule: TableRule
    headers: tuple[str, ...]
    positions: tuple[int, ...]
    groups: tuple[str, ...]
    ignored: int

    def kinds_without_data(self) -> tuple[tuple[int, frozenset[str]], ...]:
        """Where a cell says that its line is no row, and with which words, in small letters."""
        places = dict(zip(self.headers, self.positions, strict=True))
        found = [(_first(headers, places), words) for headers, words in self.rule.no_data]
        return tuple((places[header], frozenset(word.casefold() for word in words)) for header, words in found)


@dataclass(frozen=True)
class NearMiss:
    """A rule whose needs are half met at least: what the header lacks, and which of its cells nothing reads.

    `share` is the part of its needs that is met, `used` counts the headings it would read.
    """

    rule: TableRule
    lacking: tuple[Need, ...]
    spare: tuple[str, ...]
    share: float
    used: int


@dataclass(frozen=True)
class NotRecognised:
    """Why a header fits nothing, what would help, and the rules it is close to, the closest first."""

    reason: str
    advice: str
    near: tuple[NearMiss, ...] = ()


def recognise(cells: Sequence[str], rules: Iterable[TableRule]) -> Recognised | NotRecognised | None:
    """The table rule whose columns explain most of the header.

    None when the cells look like no header at all; NotRecognised when they come close, when two rules fit
    equally well, or when a name that would be read stands there twice.
    """
    names = [normalised(cell) for cell in cells]
    fits = [(rule, _used(rule, names)) for rule in rules if _complete(rule, names)]
    if not fits:
        return _closest(cells, rules)
    most = max(len(used) for _, used in fits)
    best = [(rule, used) for rule, used in fits if len(used) == most]
    if len(best) > 1:
        both = " and ".join(sorted(f"{rule.dialect} {rule.table.name}" for rule, _ in best))
        return NotRecognised(f"the header fits {both} equally well", "Say which with --dialect NAME.")
    return _positions(best[0][0], best[0][1], names)


def _complete(rule: TableRule, names: Sequence[str]) -> bool:
    """Whether the header has what the rule needs; a draft was made for one header and wants all of it."""
    present = set(names)
    needed = [(name,) for name in rule.headings()] if rule.unsettled else rule.required_headers()
    return bool(needed) and all(not present.isdisjoint(headers) for headers in needed)


def _used(rule: TableRule, names: Sequence[str]) -> tuple[str, ...]:
    """For each column of the rule the headers it is read from, then those of groups, and those that tell rows apart."""
    present = set(names)
    used = [header for column in rule.columns for header in _read_from(column, present)]
    used += [_first(headers, present) for headers, _ in (*rule.only, *rule.no_data)]
    if rule.table.groups:
        used += [name for name in names if name.startswith("group_")]
    return tuple(dict.fromkeys(header for header in used if header))


def _first(headers: Sequence[str], present: Iterable[str]) -> str:
    return next((header for header in headers if header in present), "")


def _read_from(column: ColumnRule, present: Iterable[str]) -> list[str]:
    """The header of the column and those joined to it; none when one of them is lacking."""
    found = [_first(headers, present) for headers in (column.headers, *column.beside) if headers]
    return found if all(found) else []


def _placed(column: ColumnRule, used: tuple[str, ...]) -> ColumnRule:
    """The column with the places of what is joined to it; the constant instead, when one of its headers is lacking."""
    found = _read_from(column, used)
    if not found and (column.beside or column.value is not None):
        return ColumnRule(column.column, value=column.value)
    if not column.beside:
        return replace(column, value=None)
    return replace(column, headers=(found[0],), places=tuple(used.index(header) for header in found[1:]), value=None)


def _positions(rule: TableRule, used: tuple[str, ...], names: list[str]) -> Recognised | NotRecognised:
    counts = Counter(names)
    twice = sorted(name for name in used if counts[name] > 1)
    if twice:
        return NotRecognised(
            f"the header has {', '.join(twice)} more than once", "Leave one of them out of the export."
        )
    groups = tuple(name for name in used if rule.table.groups and name.startswith("group_"))
    placed = replace(rule, columns=tuple(_placed(column, used) for column in rule.columns))
    return Recognised(placed, used, tuple(names.index(name) for name in used), groups, ignored=len(names) - len(used))


def near_misses(cells: Sequence[str], rules: Iterable[TableRule]) -> tuple[NearMiss, ...]:
    """The rules whose needs are at least half, but not all, met by these cells; the closest first."""
    names = [normalised(cell) for cell in cells]
    found = [miss for rule in rules if (miss := _near_miss(cells, names, rule)) is not None]
    return tuple(sorted(found, key=lambda miss: (-miss.share, -miss.used)))


def _near_miss(cells: Sequence[str], names: Sequence[str], rule: TableRule) -> NearMiss | None:
    present, needs = set(names), rule.needs()
    lacking = tuple(need for need in needs if present.isdisjoint(need.headers))
    if not lacking or len(needs) < 2 or 2 * len(lacking) > len(needs):
        return None
    used = _used(rule, names)
    spare = tuple(cell for cell, name in zip(cells, names, strict=True) if name and name not in used)
    return NearMiss(rule, lacking, spare, 1 - len(lacking) / len(needs), len(used))


def _closest(cells: Sequence[str], rules: Iterable[TableRule]) -> NotRecognised | None:
    near = near_misses(cells, rules)
    if not near:
        return None
    return NotRecognised(what_it_lacks(near[0], {}), "Add the column to the export, or its name to the dialect.", near)


def what_it_lacks(miss: NearMiss, meant: Mapping[str, str]) -> str:
    """What keeps a header from being the rule's; `meant` gives, for a heading that lacks, one that may stand for it."""
    lacks = []
    for name in (miss.rule.spelled(need.headers[0]) for need in miss.lacking):
        lacks.append(name + (f" (did you mean {meant[name]}?)" if name in meant else nearest(name, list(miss.spare))))
    return f"the header is closest to {miss.rule.dialect} {miss.rule.table.name}, but lacks {', '.join(lacks)}"
