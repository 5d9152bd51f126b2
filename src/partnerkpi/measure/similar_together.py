"""Several KPIs of several cohorts beside similar students, from `compared_figures`.

Of one cohort everything is whole numbers, stratum by stratum. Of many the database weighs the strata, and only what
it cannot do well enough is looked at by the stratum.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from partnerkpi.measure.beside import NUMBERS, Number
from partnerkpi.measure.interval import Sums
from partnerkpi.measure.strata import Arm, Stratum, compared
from partnerkpi.measure.strata_sql import Told, strata_sql, sums_of
from partnerkpi.measure.weighted import Inexact, Weighted, all_weighted_sql, weighted_sql
from partnerkpi.models.kpi import Kpi
from partnerkpi.models.similar import Comparison, Matching
from partnerkpi.warehouse import Warehouse

Cohort = tuple[str, str]
_Place = tuple[str, Cohort]


class Prepared(Protocol):
    """What `similar.Prepared` knows of a period and its cohorts."""

    @property
    def warehouse(self) -> Warehouse: ...
    @property
    def cohorts(self) -> tuple[Cohort, ...]: ...
    @property
    def matching(self) -> Matching: ...
    @property
    def others(self) -> Mapping[Cohort, Mapping[str, Sums]]: ...
    def bare(self, kpi: Kpi, cohort: Cohort) -> Comparison: ...


def compared_together(
    prepared: Prepared, kpis: Sequence[Kpi], told: Sequence[Told]
) -> dict[str, tuple[Comparison, ...]]:
    """By id the comparisons of each KPI, in the order of the cohorts; `told` are those that have any rows."""
    numbers = _numbers(prepared)
    done = _by_weight(prepared, told, numbers) if told and len(prepared.cohorts) > 1 else {}
    left = [(each, cohort) for each in told for cohort in prepared.cohorts if (each.kpi.id, cohort) not in done]
    done |= _by_stratum(prepared, left, numbers)
    nothing = {
        (kpi.id, cohort): compared(prepared.bare(kpi, cohort), [], prepared.matching, before=prepared.others[cohort])
        for kpi in kpis
        for cohort in prepared.cohorts
        if (kpi.id, cohort) not in done
    }
    done |= nothing
    return {kpi.id: tuple(done[kpi.id, cohort] for cohort in prepared.cohorts) for kpi in kpis}


def _numbers(prepared: Prepared) -> dict[Cohort, int]:
    """The number of each cohort that there is."""
    found = prepared.warehouse.rows("select partner, program, cohort_id from compared_cohorts")
    return {(str(partner), str(program)): int(number) for partner, program, number in found}


def _by_weight(prepared: Prepared, told: Sequence[Told], numbers: Mapping[Cohort, int]) -> dict[_Place, Comparison]:
    """Whatever can be told from weighted sums."""
    found: dict[_Place, Comparison] = {}
    names = [list(weighted_sql(each)) for each in told]
    cohorts = {number: cohort for cohort, number in numbers.items()}
    for number, *sums in prepared.warehouse.rows(all_weighted_sql(told)):
        cohort, rest, numbers_of = cohorts[number], iter(sums), dict[int, Mapping[str, Number]]()
        for each, own in zip(told, names, strict=True):
            weighted = Weighted(each, {name: next(rest) for name in own})
            bare = prepared.bare(each.kpi, cohort)
            if each.kind not in numbers_of:
                numbers_of[each.kind] = weighted.numbers(bare.variables, prepared.others[cohort])
            try:
                found[each.kpi.id, cohort] = weighted.compared(bare, prepared.matching, numbers_of[each.kind])
            except Inexact:
                continue
    return found


def _by_stratum(
    prepared: Prepared, places: Sequence[tuple[Told, Cohort]], numbers: Mapping[Cohort, int]
) -> dict[_Place, Comparison]:
    """Whatever is asked for, in whole numbers."""
    told = list({each.kpi.id: each for each, _ in places}.values())
    wanted = [numbers[cohort] for cohort in dict.fromkeys(cohort for _, cohort in places) if cohort in numbers]
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if told and wanted:
        for row in prepared.warehouse.records(f"{strata_sql(told, wanted)}\nselect * from strata order by all"):
            rows[row["cohort_id"]].append(row)
    named = {each.kpi.id: [{n: f"{side}_{c}" for n, c in sums_of(each).items()} for side in "mc"] for each in told}
    return {
        (each.kpi.id, cohort): compared(
            prepared.bare(each.kpi, cohort),
            [_stratum(each, named[each.kpi.id], row) for row in rows[numbers.get(cohort, -1)]],
            prepared.matching,
            before=prepared.others[cohort],
        )
        for each, cohort in places
    }


def _stratum(each: Told, names: Sequence[Mapping[str, str]], row: Mapping[str, Any]) -> Stratum:
    mine, theirs = (_arm(each, names_of_side, row) for names_of_side in names)
    return Stratum(mine, theirs, row["stratum"] is not None)


def _arm(each: Told, names: Mapping[str, str], row: Mapping[str, Any]) -> Arm | None:
    """One arm of a stratum; None without students. What the row does not have follows from what it has."""
    if not row[names["n"]]:
        return None
    s = {name: row[column] or 0 for name, column in names.items()}
    n, x, d = s["n"], s["x"], each.denominator
    if each.span.zero_or_one:
        sums = Sums(n, x, n, x, x, n)
    elif d is not None:
        sums = Sums(n, x, d * n, s["xx"], d * x, d * d * n)
    else:
        sums = Sums(n, x, s["d"], s["xx"], s["xd"], s["dd"])
    last_year = {
        name: Sums(s[f"{v}n"], s[f"{v}x"], s[f"{v}n"], s[f"{v}xx"], s[f"{v}x"], s[f"{v}n"])
        for v, name in zip("ab", NUMBERS, strict=True)
    }
    return Arm(sums, last_year, each.span.zero_or_one or not s.get("other", n))
