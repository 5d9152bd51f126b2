"""KPIs that look at the same rows, told in one query: the numerators and denominators of all of them side by side.

Engagement has eleven KPIs that group one mart alike and sum another column of it; to group it once costs as much as for
one of them. Which KPIs are alike is read from the parsed query, not from its text.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partnerkpi.measure.catalogue import has_cohort
from partnerkpi.models.kpi import Counted, Kpi
from partnerkpi.warehouse.connection import query_of, trees

_OWN = ("student_id", "cohort_id", "period_id")
_MEMBERS = ("student_id", "period_id")
_TOLD = ("numerator", "denominator")
# What a SELECT may have beside its columns; with anything else it is asked alone.
_PARTS = {"type", "cte_map", "select_list", "from_table", "where_clause", "group_expressions", "group_sets", "having"}
_PLACES = {"query_location", "query_location_length"}
Values = Mapping[str, float | int]
Tree = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A SELECT with the values of its settings, and the periods it is asked for.

    Its columns are the keys of a row (`keys_of`), and for the first KPI `n0`, `d0` and `kept0`, for the second `n1`,
    `d1` and `kept1`: numerator, denominator, and whether the KPI has this row at all.
    """

    sql: str
    values: Values
    period_ids: tuple[int, ...]


@dataclass(frozen=True)
class Sheet:
    """KPIs told together, and the queries that tell of them; `unique`: each gives one row for a student and period.

    `denominators` has, for each KPI whose query writes down one whole number as the denominator of all, that number.
    """

    kpis: tuple[Kpi, ...]
    own_cohort: bool
    parts: tuple[Part, ...]
    unique: bool
    denominators: tuple[int | None, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that say what a row is about."""
        return keys_of(self.own_cohort)


def keys_of(own_cohort: bool) -> tuple[str, ...]:
    """The columns that say what a row of a KPI about students is about."""
    return _OWN if own_cohort else _MEMBERS


def alone(kpi: Kpi, own_cohort: bool, asked: Sequence[tuple[Values, Sequence[int]]]) -> Sheet:
    """A KPI by itself: its query as it is written, once for each group of periods with the same settings."""
    sql = f"""select {", ".join(keys_of(own_cohort))}, numerator as n0, denominator as d0, true as kept0
from (
{kpi.sql}
)"""
    parts = tuple(Part(sql, values, tuple(ids)) for values, ids in asked)
    return Sheet((kpi,), own_cohort, parts, unique=False, denominators=(None,))


def sheets(kpis: Iterable[tuple[Kpi, frozenset[str], Sequence[tuple[Values, Sequence[int]]]]]) -> tuple[Sheet, ...]:
    """Each KPI in one sheet, the ones that look at the same rows in the same periods in the same one.

    Of each KPI its columns, and its periods in groups with the values of its settings.
    """
    listed = list(kpis)
    nodes = trees(tuple(kpi.sql for kpi, _, _ in listed))
    alike: dict[object, list[tuple[Kpi, Tree, Values, tuple[int, ...]]]] = defaultdict(list)
    apart: list[Sheet] = []
    for (kpi, columns, asked), node in zip(listed, nodes, strict=True):
        keys = keys_of(has_cohort(columns))
        if len(asked) == 1 and node is not None and _fits(node, keys):
            values, ids = asked[0]
            same = (keys, kpi.counted is Counted.OWN, tuple(ids), _rows_of(node, keys, values))
            alike[same].append((kpi, node, values, tuple(ids)))
        else:
            apart.append(alone(kpi, has_cohort(columns), asked))
    return (*(_together(found) for found in alike.values()), *apart)


def _fits(node: Tree, keys: Sequence[str]) -> bool:
    """Whether a query is one SELECT of its keys and two figures, grouped by its keys or not at all."""
    if node["type"] != "SELECT_NODE" or node.get("aggregate_handling") != "STANDARD_HANDLING":
        return False
    if node.keys() - _PARTS - {"aggregate_handling"} or '"WINDOW"' in json.dumps(node):
        return False
    columns = _columns(node)
    if sorted(columns) != sorted([*keys, *_TOLD]) or len(node["select_list"]) != len(columns):
        return False
    groups = node.get("group_expressions", [])
    if not groups:
        return "having" not in node
    whole = node.get("group_sets") == [list(range(len(groups)))]
    return whole and _sorted(groups) == _sorted([{**columns[key], "alias": ""} for key in keys])


def _together(alike: Sequence[tuple[Kpi, Tree, Values, tuple[int, ...]]]) -> Sheet:
    _, first, _, period_ids = alike[0]
    keys = [name for name in _OWN if name in _columns(first)]
    told = [{**_columns(first)[key], "alias": key} for key in keys]
    values: dict[str, float | int] = {}
    for number, (_, node, own, _) in enumerate(alike):
        columns, kept = _columns(node), node.get("having", _TRUE)
        figures = zip((f"n{number}", f"d{number}", f"kept{number}"), (*(columns[n] for n in _TOLD), kept), strict=True)
        told += [_renamed({**figure, "alias": name}, number) for name, figure in figures]
        values |= {f"{name}_{number}": value for name, value in own.items()}
    rest = {name: part for name, part in first.items() if name not in ("select_list", "having")}
    merged = {**_renamed(rest, 0), "select_list": told}
    used = _parameters(merged)
    sql, kpis = query_of(merged), tuple(kpi for kpi, *_ in alike)
    part = Part(sql, {name: value for name, value in values.items() if name in used}, period_ids)
    written = tuple(_whole_number(_columns(node)["denominator"]) for _, node, *_ in alike)
    return Sheet(kpis, "cohort_id" in keys, (part,), unique="group_expressions" in first, denominators=written)


_TRUE: Tree = {
    "class": "COMPARISON",
    "type": "COMPARE_EQUAL",
    "left": {"class": "CONSTANT", "type": "VALUE_CONSTANT", "literal": {"kind": "INTEGER", "text": "1"}},
    "right": {"class": "CONSTANT", "type": "VALUE_CONSTANT", "literal": {"kind": "INTEGER", "text": "1"}},
}


def _columns(node: Tree) -> dict[str, Tree]:
    """The columns a SELECT gives, by name."""
    return {(c.get("alias") or (c.get("column_names") or [""])[-1]).lower(): c for c in node["select_list"]}


def _whole_number(node: Tree) -> int | None:
    """The number that a column is, when the query writes it down and it is above 0."""
    if node.get("class") != "CONSTANT" or node["literal"].get("kind") != "INTEGER":
        return None
    return int(node["literal"]["text"]) or None


def _rows_of(node: Tree, keys: Sequence[str], values: Values) -> str:
    """Everything a query says but its figures and which rows it keeps: the same for queries of the same rows."""
    rest = {name: part for name, part in node.items() if name not in ("select_list", "having")}
    columns = _columns(node)
    used = _parameters(rest)
    settings = sorted((name, value) for name, value in values.items() if name in used)
    return json.dumps([_bare(rest), [_bare({**columns[key], "alias": ""}) for key in keys], settings], sort_keys=True)


def _sorted(nodes: Iterable[Tree]) -> list[str]:
    return sorted(json.dumps(_bare({"alias": "", **node}), sort_keys=True) for node in nodes)


def _bare(node: Any) -> Any:
    """A tree without where in the text each part stands."""
    if isinstance(node, dict):
        return {name: _bare(part) for name, part in node.items() if name not in _PLACES}
    return [_bare(part) for part in node] if isinstance(node, list) else node


def _renamed(node: Any, number: int) -> Any:
    """A tree with the settings it names numbered: two KPIs may have one of the same name."""
    if isinstance(node, dict):
        named = node.get("class") == "PARAMETER"
        changed = {name: _renamed(part, number) for name, part in node.items()}
        return {**changed, "identifier": f"{node['identifier']}_{number}"} if named else changed
    return [_renamed(part, number) for part in node] if isinstance(node, list) else node


def _parameters(node: Any) -> set[str]:
    """The settings a tree names."""
    if isinstance(node, dict):
        own = {str(node["identifier"])} if node.get("class") == "PARAMETER" else set()
        return own.union(*(_parameters(part) for part in node.values()))
    return set().union(*(_parameters(part) for part in node)) if isinstance(node, list) else set()
