"""From the text of a cell to a typed value, as SQL: one expression for the value, one for what is wrong."""

from dataclasses import dataclass

from partnerkpi.models.dialect import ColumnRule
from partnerkpi.models.source_table import Column, Kind

_DATE = "%Y-%m-%d"
# A workbook's dates come out of the reader with a time of midnight.
_DATE_FROM_WORKBOOK = "%Y-%m-%d 00:00:00"
_NUMBER = r"[+-]?(\d{1,12}(\.\d{0,8})?|\.\d{1,8})"
_CLOCK = r"\d{1,4}:[0-5]\d"
_STUDENT_NUMBER = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"
_SCIENTIFIC = r"\d(\.\d+)?[eE]\+?\d+"


@dataclass(frozen=True)
class CellSql:
    """SQL over the text rows: `value` typed, and for each rule that refuses the cell a condition and its name."""

    value: str
    refusals: tuple[tuple[str, str], ...]


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def cell_sql(column: Column, rule: ColumnRule | None, cell: str) -> CellSql:
    """How to read one column. `cell` is the SQL of its trimmed text, null when blank."""
    if rule is None or (not rule.headers and rule.value is None):
        return CellSql(_constant(column, column.default), ())
    if not rule.headers:
        return CellSql(_constant(column, rule.value), ())
    if rule.words:
        # An unmapped word is refused by `_word_refusals`; it never defaults to anything.
        mapped = _mapped(rule, cell)
        typed = _typed(column, rule, mapped)
        wrong = f"{cell} is not null and {mapped} is null"
        return CellSql(
            _filled(column, rule, typed, cell),
            ((wrong, "a word this dialect does not know"), *_blank(column, rule, cell)),
        )
    typed = _typed(column, rule, cell)
    refusals = [*_blank(column, rule, cell), *_refusals(column, rule, cell, typed)]
    return CellSql(_filled(column, rule, typed, cell), tuple(refusals))


def _blank(column: Column, rule: ColumnRule, cell: str) -> tuple[tuple[str, str], ...]:
    if column.required and rule.blank is None:
        return ((f"{cell} is null", "blank, but required"),)
    return ()


def _mapped(rule: ColumnRule, cell: str) -> str:
    whens = " ".join(f"when {literal(word.lower())} then {literal(meaning)}" for word, meaning in rule.words)
    return f"(case lower({cell}) {whens} end)"


def _constant(column: Column, value: str | None) -> str:
    if value is None:
        return "null"
    if column.kind is Kind.FLAG:
        return "true" if value == "yes" else "false"
    if column.kind in (Kind.HUNDREDTHS, Kind.MINUTES, Kind.CENTS):
        return _scaled(column, ColumnRule(column.name), literal(value))
    return literal(value)


def _filled(column: Column, rule: ColumnRule, typed: str, cell: str) -> str:
    """A blank cell becomes what the dialect says, else the table's default, else null."""
    stand_in = rule.blank if rule.blank is not None else column.default
    if stand_in is None:
        return typed
    return f"(case when {cell} is null then {_constant(column, stand_in)} else {typed} end)"


def _typed(column: Column, rule: ColumnRule, cell: str) -> str:
    match column.kind:
        case Kind.DATE:
            return _date(rule, cell)
        case Kind.FLAG:
            return f"(case lower({cell}) when 'yes' then true when 'no' then false end)"
        case Kind.CHOICE:
            words = ", ".join(literal(choice) for choice in column.choices)
            return f"(case when lower({cell}) in ({words}) then lower({cell}) end)"
        case Kind.SCHOOL_YEAR:
            return _school_year(rule, cell)
        case Kind.HUNDREDTHS | Kind.MINUTES | Kind.CENTS:
            return _scaled(column, rule, cell)
        case Kind.STUDENT | Kind.STAFF:
            return student_number(rule, cell)
        case Kind.TEXT:
            return cell


def student_number(rule: ColumnRule, cell: str) -> str:
    """The number as the district writes it: out of Excel's ="..." wrapper, padded to the dialect's width."""
    bare = f"coalesce(nullif(regexp_extract({cell}, '^=\"(.*)\"$', 1), ''), {cell})"
    if not rule.width:
        return bare
    return f"(case when length({bare}) < {rule.width} then lpad({bare}, {rule.width}, '0') else {bare} end)"


def _date(rule: ColumnRule, cell: str) -> str:
    formats = rule.formats or (_DATE, _DATE_FROM_WORKBOOK)
    tries = ", ".join(f"try_strptime({cell}, {literal(form)})" for form in formats)
    return f"cast(coalesce({tries}) as date)"


def _school_year(rule: ColumnRule, cell: str) -> str:
    """ "2026-27" from the spellings the design accepts, or from a PowerSchool term id (3500 is 2025-26)."""
    if rule.unit == "powerschool term id":
        first = f"(1990 + try_cast({cell} as integer) // 100)"
        valid = f"regexp_full_match({cell}, '[0-9]{{3,4}}')"
    else:
        short = f"regexp_full_match({cell}, '(?i)sy\\s*''?([0-9]{{4}}|[0-9]{{2}})')"
        long = f"regexp_full_match({cell}, '[0-9]{{4}}\\s*[-/–]\\s*([0-9]{{4}}|[0-9]{{2}})')"
        last_two = f"try_cast(right({cell}, 2) as integer)"
        ended = f"try_cast(regexp_extract({cell}, '[0-9]+') as integer)"
        short_first = f"(case when {ended} < 100 then 1999 + {ended} else {ended} - 1 end)"
        first = f"(case when {short} then {short_first} else try_cast(left({cell}, 4) as integer) end)"
        ends_next_year = f"(({first} + 1) % 100 = {last_two})"
        # "2026-2037" ends in the right digit of the wrong decade.
        four = f"regexp_full_match({cell}, '.*[-/–]\\s*[0-9]{{4}}')"
        same_century = f"(not {four} or try_cast(right({cell}, 4) as integer) = {first} + 1)"
        valid = f"(({short}) or ({long} and {ends_next_year} and {same_century}))"
    label = f"{first} || '-' || lpad(cast(({first} + 1) % 100 as varchar), 2, '0')"
    return f"(case when {valid} then {label} end)"


def _scaled(column: Column, rule: ColumnRule, cell: str) -> str:
    number = f"(case when regexp_full_match({cell}, '{_NUMBER}') then try_cast({cell} as double) end)"
    target = {Kind.HUNDREDTHS: "integer", Kind.MINUTES: "integer", Kind.CENTS: "bigint"}[column.kind]
    factor = 60 if column.kind is Kind.MINUTES else 100
    if rule.unit == "minutes":
        factor = 1
    if rule.unit == "percent":
        factor = 1
        number = number.replace(cell, f"rtrim({cell}, '% ')")
    value = f"try_cast(round({number} * {factor}) as {target})"
    if rule.unit == "hours or clock":
        clock = (
            f"try_cast(split_part({cell}, ':', 1) as integer) * 60 + try_cast(split_part({cell}, ':', 2) as integer)"
        )
        return f"(case when regexp_full_match({cell}, '{_CLOCK}') then {clock} else {value} end)"
    return value


def _refusals(column: Column, rule: ColumnRule, cell: str, typed: str) -> list[tuple[str, str]]:
    if column.kind in (Kind.STUDENT, Kind.STAFF):
        pattern = rule.pattern or _STUDENT_NUMBER
        return [
            (f"regexp_full_match({cell}, '{_SCIENTIFIC}')", "a number a spreadsheet has rounded"),
            (f"not regexp_full_match({typed}, {literal(pattern)})", "not the pattern of such a number"),
        ]
    if column.kind is Kind.TEXT:
        return []
    refusals = [(f"{cell} is not null and {typed} is null", _MEANINGS[column.kind])]
    bounds = [f"{typed} < {_constant(column, str(column.low))}"] if column.low is not None else []
    bounds += [f"{typed} > {_constant(column, str(column.high))}"] if column.high is not None else []
    if bounds:
        refusals.append((" or ".join(bounds), "outside the range of this column"))
    return refusals


_MEANINGS = {
    Kind.DATE: "not a date in the declared format",
    Kind.FLAG: "not yes or no",
    Kind.CHOICE: "not one of the words of this column",
    Kind.SCHOOL_YEAR: "not a school year such as 2026-27",
    Kind.HUNDREDTHS: "not a number",
    Kind.MINUTES: "not a number of hours",
    Kind.CENTS: "not an amount",
}
