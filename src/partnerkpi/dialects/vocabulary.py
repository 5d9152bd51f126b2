"""What all dialects together know: by which headings a column goes, and what the words in its cells mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from partnerkpi.dialects.names import words_of
from partnerkpi.models.dialect import TableRule


@dataclass(frozen=True)
class Vocabulary:
    """`headings` by table and column, the column's own name first; `words` by table, column and the word's small form.

    A heading that is only "ID" or "No." says nothing and is left out. A word's meaning comes with the dialect that says
    so. `kinds` are, by table, the headings that tell rows apart, each with the words of those that are taken.
    """

    headings: Mapping[tuple[str, str], tuple[str, ...]]
    words: Mapping[tuple[str, str], Mapping[str, tuple[str, str]]]
    kinds: Mapping[str, Mapping[str, tuple[str, ...]]]


def vocabulary(rules: Iterable[TableRule]) -> Vocabulary:
    """The vocabulary of these rules; drafts have none, and joined columns mean nothing one by one."""
    headings: dict[tuple[str, str], dict[str, None]] = {}
    words: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    kinds: dict[str, dict[str, tuple[str, ...]]] = {}
    for rule in rules:
        for headers, taken in () if rule.unsettled else rule.only:
            kinds.setdefault(rule.table.name, {}).update((rule.spelled(header), taken) for header in headers)
        for column in rule.table.columns:
            headings.setdefault((rule.table.name, column.name), {column.name: None})
        for read in () if rule.unsettled else rule.columns:
            place = rule.table.name, read.column
            if read.beside:
                continue
            names = [rule.spelled(header) for header in read.headers]
            headings[place] |= dict.fromkeys(name for name in names if words_of(name) != ("number",))
            words.setdefault(place, {}).update({word.casefold(): (to, rule.dialect) for word, to in read.words})
    return Vocabulary({place: tuple(names) for place, names in headings.items()}, words, kinds)
