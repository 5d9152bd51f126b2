"""A known export with a renamed heading: which heading stands for which, and the one line that says so."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from partnerkpi.dialects.names import is_personal, likeness_to_any
from partnerkpi.dialects.recognise import NearMiss
from partnerkpi.ingest.fit import share_read
from partnerkpi.models.dialect import Need, TableRule
from partnerkpi.models.source_table import Kind
from partnerkpi.warehouse import Warehouse, scratch

_ALIKE = 0.6
_FITS = 0.9
# A district's own words may be new to the dialect; half of them known is enough where the name agrees.
_FITS_BY_WORDS = 0.5

Cells = Mapping[str, Sequence[str]]
Fits = Callable[[Need, str, bool], bool | None]


@dataclass(frozen=True)
class Proposal:
    """A heading of the file that may stand for one the dialect needs; `by` is "name" or "values"."""

    heading: str
    stands_for: str
    by: str

    @property
    def line(self) -> str:
        """The line of a dialect file that says so."""
        return f"headings.{json.dumps(self.heading, ensure_ascii=False)} = {json.dumps(self.stands_for)}"


def proposals(miss: NearMiss, cells: Cells, rules: Sequence[TableRule]) -> tuple[Proposal, ...]:
    """For what a near miss lacks, the headings that may stand for it. `cells` are some of each heading's.

    First by name, the most alike first, where the values do not speak against it; then, for the one thing still
    lacking, the one heading left whose values fit. A heading that speaks of a person stands for nothing.
    """
    spare = [heading for heading in miss.spare if not is_personal(heading)]
    with scratch() as warehouse:

        def fits(need: Need, heading: str, by_name: bool) -> bool | None:
            return _fits(warehouse, miss.rule, need, cells.get(heading, ()), by_name)

        found = _by_name(miss, spare, rules, fits)
        left = [need for need in miss.lacking if need not in found]
        unused = [heading for heading in spare if heading not in found.values()]
        if len(left) == 1 and (heading := _by_values(miss.rule, left[0], unused, fits)):
            return (*_told(found, "name"), Proposal(heading, left[0].headers[0], "values"))
    return _told(found, "name")


def _told(found: Mapping[Need, str], by: str) -> tuple[Proposal, ...]:
    return tuple(Proposal(heading, need.headers[0], by) for need, heading in found.items())


def _by_name(miss: NearMiss, spare: Sequence[str], rules: Sequence[TableRule], fits: Fits) -> dict[Need, str]:
    scores = {}
    for need in miss.lacking:
        elsewhere = _elsewhere(need, miss.rule, rules)
        for heading in spare:
            scores[need, heading] = max(
                likeness_to_any(heading, need.headers), 0.9 * likeness_to_any(heading, elsewhere)
            )
    found: dict[Need, str] = {}
    for (need, heading), score in sorted(scores.items(), key=lambda item: -item[1]):
        rivals = [rival for (other, rival), its in scores.items() if other == need and its == score]
        if score < _ALIKE or need in found or heading in found.values() or len(rivals) > 1:
            continue
        if fits(need, heading, True) is not False:
            found[need] = heading
    return found


def _elsewhere(need: Need, rule: TableRule, rules: Sequence[TableRule]) -> list[str]:
    """What other dialects call the same column of the same table."""
    if not need.column or need.joined:
        return []
    alike = [other for other in rules if other.table.name == rule.table.name]
    columns = [column for other in alike for column in other.columns if column.column == need.column]
    return [need.column, *(name for column in columns if not column.beside for name in column.headers)]


def _by_values(rule: TableRule, need: Need, unused: Sequence[str], fits: Fits) -> str | None:
    if need.column and rule.table.column(need.column).kind is Kind.TEXT:
        # Any text fits a text.
        return unused[0] if len(unused) == 1 else None
    fitting = [heading for heading in unused if fits(need, heading, False)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(warehouse: Warehouse, rule: TableRule, need: Need, cells: Sequence[str], by_name: bool) -> bool | None:
    """Whether the cells are such as the need wants; None where they cannot tell."""
    if need.joined or not any(cell.strip() for cell in cells):
        return None
    if not need.column:
        words = {word.casefold() for headers, all_words in rule.only if headers == need.headers for word in all_words}
        return any(cell.strip().casefold() in words for cell in cells)
    column = next(column for column in rule.columns if column.column == need.column)
    enough = _FITS_BY_WORDS if by_name and column.words else _FITS
    return share_read(warehouse, cells, rule.table.column(need.column), column) >= enough
