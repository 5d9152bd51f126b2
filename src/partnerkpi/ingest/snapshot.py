"""What a snapshot does not say of itself: the school year or the day it speaks of."""

import datetime as dt
import hashlib
from dataclasses import replace

from partnerkpi.exports.refusal import refused
from partnerkpi.models.dialect import DAY_OF_LOAD, YEAR_OF_LOAD, Dialect, TableRule
from partnerkpi.models.school_year import SchoolYear


def with_year(
    rule: TableRule, place: str, *, named: str | None, today: SchoolYear | None
) -> tuple[TableRule, list[str]]:
    """The rule with the school year filled in, and a notice: the year that was named, else that of today.

    Raises ExportRefused when there is neither.
    """
    if not _wants(rule, YEAR_OF_LOAD):
        return rule, []
    label = named or (today.name if today else None)
    if label is None:
        raise refused(
            place,
            "it has no school year, and today lies outside the school years of the workspace",
            now="Name the year: partnerkpi ingest FILE --school-year 2026-27",
        )
    return _filled_in(rule, YEAR_OF_LOAD, label), [f"the file has no school year: taken for {label}"]


def with_day(
    rule: TableRule, *, named: dt.date | None, corrected: dt.date | None, today: dt.date
) -> tuple[TableRule, list[str]]:
    """The rule with the day filled in, and a notice: the day that was named, that of the load it corrects, or today."""
    if not _wants(rule, DAY_OF_LOAD):
        return rule, []
    day = named or corrected or today
    assumed = "" if named or corrected else ", the day of the load; --as-of names another"
    return _filled_in(rule, DAY_OF_LOAD, str(day)), [f"the file has no date: taken for {day}{assumed}"]


def rules_fingerprint(dialect: Dialect, rule: TableRule, as_of: dt.date | None) -> str:
    """Changes when the same bytes could be read differently: another dialect file, another year of a snapshot.

    Also another day that was named; not the day of the load: the same bytes a day later are no news.
    """
    constants = ",".join(str(column.value) for column in rule.columns)
    if as_of and _wants(rule, DAY_OF_LOAD):
        constants += f",{as_of}"
    return hashlib.sha256(f"{dialect.fingerprint}:{rule.table.name}:{constants}".encode()).hexdigest()[:16]


def _wants(rule: TableRule, constant: str) -> bool:
    return any(column.value == constant for column in rule.columns)


def _filled_in(rule: TableRule, constant: str, value: str) -> TableRule:
    columns = (replace(column, value=value) if column.value == constant else column for column in rule.columns)
    return replace(rule, columns=tuple(columns))
