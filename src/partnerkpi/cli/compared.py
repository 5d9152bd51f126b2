"""A comparison with similar students as a person reads it, and as a JSON document."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from partnerkpi.cli.console import put, put_table
from partnerkpi.models.kpi import Kpi, Measure
from partnerkpi.models.result import Result
from partnerkpi.models.similar import Balance, Comparison, Estimate, Matching
from partnerkpi.report.compare import Compared, ComparedKpi

NOTICE = "internal, not for release"
CAUTION = "similar students, not proof of cause"
_BALANCE = {
    "variable": "variable",
    "participants": "participants",
    "before": "others",
    "after": "similar students",
    "effect": "effect size",
    "verdict": "verdict",
}
_EFFECTS = {
    "kpi": "KPI",
    "participants": "participants",
    "similar": "similar students",
    "difference": "difference",
    "interval": "90 percent interval",
    "effect": "effect size",
    "effect_interval": "90 percent interval",
}
_HOURS = {
    "kpi": "KPI",
    "group": "hours of engagement",
    "students": "students",
    "value": "value",
    "interval": "90 percent interval",
}


def document(compared: Compared) -> dict[str, Any]:
    """The JSON document; its schema is described in docs/similar-students.md. Shares are 0 to 1."""
    return {
        "schema": "partnerkpi.compare/1",
        "notice": NOTICE,
        "caution": CAUTION,
        "partner": compared.partner.id,
        "program": compared.program,
        "period": compared.quarter.slug,
        "matching": _matching(compared.matching),
        "kpis": [_kpi(each) for each in compared.kpis],
    }


def show(compared: Compared) -> None:
    """Print it: balance and coverage first, then what came of it, then the hours behind it."""
    program = next((p.name for p in compared.partner.programs if p.id == compared.program), "")
    who = f"{compared.partner.name}, {program}" if program else compared.partner.name
    put(f"{who}, {compared.quarter.label}: {NOTICE}")
    for alike in _alike(compared.kpis):
        _heading(f"Balance of {', '.join(one.kpi.name for one in alike)}")
        for line in _arms(alike[0].comparison):
            put(line)
        put("")
        put_table([_balance(row) for row in alike[0].comparison.balance], _BALANCE)
    _heading(f"Participants less similar students ({CAUTION})")
    effects = [_effect(each.kpi, each.comparison) for each in compared.kpis]
    if told := [row for row in effects if row is not None]:
        put_table(told, _EFFECTS)
    for each in compared.kpis:
        for reason in _reasons(each.comparison):
            put(f"{each.kpi.name}: {reason}.")
    hours = [_of_hours(each.kpi, result) for each in compared.kpis for result in each.by_hours]
    if hours:
        _heading("Participants by their hours of engagement in the school year (not proof of cause)")
        put_table(hours, _HOURS)


def _heading(text: str) -> None:
    put(f"\n{text}\n")


def _matching(matching: Matching) -> dict[str, Any]:
    """The settings in force, in the units of partnerkpi.toml."""
    told = asdict(matching)
    attendance, gpa = told.pop("attendance_edges"), told.pop("gpa_edges")
    return {**told, "attendance_bands": [edge / 100 for edge in attendance], "gpa_bands": [edge / 100 for edge in gpa]}


def _kpi(each: ComparedKpi) -> dict[str, Any]:
    described = {"kpi": each.kpi.id, "name": each.kpi.name, "unit": _unit(each.kpi), "better": each.kpi.better}
    told = asdict(each.comparison)
    for name in ("kpi", "partner", "program"):
        del told[name]
    hours = [
        {"hours": r.group, "students": r.students, "value": r.value, "low": r.low, "high": r.high}
        for r in each.by_hours
    ]
    return {**described, **told, "coverage": each.comparison.coverage, "by_hours": hours}


def _alike(kpis: Sequence[ComparedKpi]) -> list[list[ComparedKpi]]:
    """KPIs of the same students have the same balance, and one table is enough."""
    found: dict[tuple[Any, ...], list[ComparedKpi]] = defaultdict(list)
    for each in kpis:
        c = each.comparison
        if c.participants:
            found[c.participants, c.matched, c.similar, c.balance].append(each)
    return list(found.values())


def _arms(c: Comparison) -> Iterator[str]:
    yield (
        f"{c.matched:,} of {c.participants:,} participants ({100 * c.coverage:.0f} percent) have similar students: "
        f"{c.similar:,}, who say as much as {c.similar_effective:,.0f} without weights."
    )
    if c.members > c.participants:
        yield f"{c.members - c.participants:,} of {c.members:,} students of the cohort have no figure."
    if c.left_out:
        yield f"Left out, because the roster says nothing of it: {', '.join(c.left_out)}."


def _balance(row: Balance) -> dict[str, str]:
    numbers = {"participants": row.participants, "before": row.before, "after": row.after, "effect": row.effect}
    told = {name: "" if number is None else f"{number:.2f}" for name, number in numbers.items()}
    return {"variable": row.variable, **told, "verdict": row.verdict.value}


def _effect(kpi: Kpi, c: Comparison) -> dict[str, str] | None:
    """A row of the table, or None where nothing may be said."""
    if c.value is None or c.similar_value is None or c.difference is None:
        return None
    return {
        "kpi": f"{kpi.name}, {_unit(kpi)}",
        "participants": _number(kpi, c.value),
        "similar": _number(kpi, c.similar_value),
        "difference": _number(kpi, c.difference.value, signed=True),
        "interval": _interval(kpi, c.difference),
        "effect": f"{c.effect.value:+.2f} ({c.effect_kind})" if c.effect else "",
        "effect_interval": f"{c.effect.low:+.2f} to {c.effect.high:+.2f}" if c.effect else "",
    }


def _reasons(c: Comparison) -> list[str]:
    return [f"withheld, {reason}" for reason in c.withheld] + (
        [f"no effect size, {c.no_effect}"] if c.no_effect else []
    )


def _of_hours(kpi: Kpi, result: Result) -> Mapping[str, Any]:
    told = {"kpi": f"{kpi.name}, {_unit(kpi)}", "group": result.group, "students": result.students}
    ends = [_number(kpi, end) for end in (result.low, result.high) if end is not None]
    return {**told, "value": _number(kpi, result.value), "interval": " to ".join(ends)}


def _unit(kpi: Kpi) -> str:
    """What is compared: of a total, what each student has."""
    return f"{kpi.unit} per student" if kpi.measure is Measure.TOTAL else kpi.unit


def _interval(kpi: Kpi, estimate: Estimate) -> str:
    return f"{_number(kpi, estimate.low, signed=True)} to {_number(kpi, estimate.high, signed=True)}"


def _number(kpi: Kpi, value: float, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.1f}" if kpi.measure is Measure.SHARE else f"{value:{sign}.2f}"
