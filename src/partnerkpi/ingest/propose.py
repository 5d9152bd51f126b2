"""A known export with a renamed heading: which heading stands for which, and the one line that says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from partnerkpi.dialects.files import toml_string
from partnerkpi.dialects.names import is_personal, likeness_to_any
from partnerkpi.dialects.recognise import NearMiss
from partnerkpi.dialects.vocabulary import vocabulary
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
    """A heading of the file that may stand for one the dialect needs."""

    heading: str
    stands_for: str

    @property
    def line(self) -> str:
        """The line of a dialect file that says so."""
        return f"headings.{toml_string(self.heading)} = {toml_string(self.stands_for)}"


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
            found[left[0]] = heading
    return tuple(Proposal(heading, miss.rule.spelled(need.headers[0])) for need, heading in found.items())


def _by_name(miss: NearMiss, spare: Sequence[str], rules: Sequence[TableRule], fits: Fits) -> dict[Need, str]:
    scores, known = {}, vocabulary(rules).headings
    for need in miss.lacking:
        elsewhere = () if need.joined else known.get((miss.rule.table.name, need.column), ())
        for heading in spare:
            scores[need, heading] = max(
                likeness_to_any(heading, map(miss.rule.spelled, need.headers)),
                0.9 * likeness_to_any(heading, elsewhere),
            )
    found: dict[Need, str] = {}
    for (need, heading), score in sorted(scores.items(), key=lambda item: -item[1]):
        rivals = [rival for (other, rival), its in scores.items() if other == need and its == score]
        if score < _ALIKE or need in found or heading in found.values() or len(rivals) > 1:
            continue
        if fits(need, heading, True) is not False:
            found[need] = heading
    return found


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
        kinds = [words for headers, words in (*rule.only, *rule.no_data) if headers == need.headers]
        known = {word.casefold() for words in kinds for word in words}
        return any(cell.strip().casefold() in known for cell in cells) if known else None
    column = next(column for column in rule.columns if column.column == need.column)
    enough = _FITS_BY_WORDS if by_name and column.words else _FITS
    return share_read(warehouse, cells, rule.table.column(need.column), column) >= enough
