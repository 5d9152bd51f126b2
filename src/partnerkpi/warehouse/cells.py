"""From the text of a cell to a typed value, as SQL: one expression for the value, one for what is wrong."""

from dataclasses import dataclass

from partnerkpi.models.dialect import ColumnRule
from partnerkpi.models.source_table import Column, Kind

_DATE = "%Y-%m-%d"
# A workbook's dates come out of the reader with a time of midnight.
_DATE_FROM_WORKBOOK = "%Y-%m-%d 00:00:00"
_NUMBER = r"[+-]?(?:\d{1,12}(?:\.\d{0,8})?|\.\d{1,8})"
_COMMA_NUMBER = r"[+-]?(?:\d{1,12}(?:,\d{0,8})?|,\d{1,8})"
_HOURS_AND_WORD = rf"({_NUMBER})(?:\s*(?i:h|hrs?|hours?)\.?)?"
_MINUTES_AND_WORD = rf"({_NUMBER})\s*(?i:m|mins?|minutes?)\.?"
_PERCENT = rf"({_NUMBER})\s*%?"
_COMMA_PERCENT = rf"({_COMMA_NUMBER})\s*%?"
_DOLLARS = r"[$]?\s*((?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,2})?)"
_CLOCK = r"\d{1,4}:[0-5]\d"
# Days since 1899-12-30 as a workbook counts them, from 2000 to 2099.
_SERIAL = r"(?:[0-9]{5})(?:\.0+)?"
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050
_FIRST_DAY, _LAST_DAY = "date '1901-01-01'", "date '2099-12-31'"
_STUDENT_NUMBER = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"
# What fits that pattern in a footer that fills every column.
_TOTALS = "('total', 'totals', 'subtotal', 'subtotals', 'sub-total', 'sub-totals')"
_SCIENTIFIC = r'(?:=")?\d(\.\d+)?[eE]\+?\d+"?'
NOT_A_DATE = "not a date in the declared format"


@dataclass(frozen=True)
class CellSql:
    """SQL over the text rows: `value` typed, and for each rule that refuses the cell a condition and its name."""

    value: str
    refusals: tuple[tuple[str, str], ...]


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def cell_sql(column: Column, rule: ColumnRule | None, cell: str) -> CellSql:
    """How to read one column. `cell` is the SQL of its trimmed text, null when blank.

    The text of columns joined to it stands in c0, c1, ..., trimmed and null when blank too: `rule.places` says which.
    """
    if rule is None or (not rule.headers and rule.value is None):
        return CellSql(constant(column, column.default), ())
    if not rule.headers:
        return CellSql(constant(column, rule.value), ())
    whole = _joined(rule, cell)
    read = _read(column, rule, _part(rule, whole))
    if not rule.part:
        return read
    wrong = f"{whole} is not null and not regexp_full_match({whole}, {literal(rule.part)})"
    return CellSql(read.value, ((wrong, "not in the form this dialect expects"), *read.refusals))


def quick_cell_sql(column: Column, rule: ColumnRule | None, cell: str, raw: str, quick: str) -> tuple[str, CellSql]:
    """The same value, with less to do, and conditions one of which every cell meets that a rule refuses.

    It begins with the text as it stands, `raw`. Only a text that so has no value is trimmed. For a kind in which
    spaces at the ends make no other value, only none. First comes SQL of what is to stand in `quick`.
    """
    trimmed = cell_sql(column, rule, cell)
    spaces_count = column.kind in (Kind.TEXT, Kind.STUDENT, Kind.STAFF)
    if rule is None or not rule.headers or rule.part or rule.places or spaces_count:
        return "null", trimmed
    untrimmed, slowly = cell_sql(column, rule, raw), cell_sql(column, rule, f"nullif(trim({raw}), '')")
    conditions = [wrong.replace(untrimmed.value, quick) for wrong, _ in untrimmed.refusals]
    blank, without = f"{raw} is null", f"{raw} is not null and {quick} is null"
    if blank in conditions and without in conditions:
        conditions = [f"{quick} is null", *(wrong for wrong in conditions if wrong not in (blank, without))]
    value = f"(case when {quick} is null then {slowly.value} else {quick} end)"
    return untrimmed.value, CellSql(value, tuple((wrong, "") for wrong in conditions))


def _joined(rule: ColumnRule, cell: str) -> str:
    """The text of the columns that make one. Where words or a part take care of blanks, one may be blank."""
    if not rule.places:
        return cell
    cells = [cell, *(f"c{place}" for place in rule.places)]
    between = f" || {literal(rule.between)} || "
    if not rule.words and not rule.part:
        return f"({between.join(cells)})"
    text = between.join(f"coalesce({each}, '')" for each in cells)
    return f"(case when coalesce({', '.join(cells)}) is not null then {text} end)"


def _part(rule: ColumnRule, cell: str) -> str:
    if not rule.part:
        return cell
    return f"nullif(trim(regexp_extract({cell}, {literal(f'^(?:{rule.part})$')}, 1)), '')"


def _read(column: Column, rule: ColumnRule, cell: str) -> CellSql:
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
    if (column.required or rule.required) and rule.blank is None:
        return ((f"{cell} is null", "blank, but required"),)
    return ()


def _mapped(rule: ColumnRule, cell: str) -> str:
    whens = " ".join(f"when {literal(word.lower())} then {literal(meaning)}" for word, meaning in rule.words)
    return f"(case lower({cell}) {whens} end)"


def constant(column: Column, value: str | None) -> str:
    """A value that no cell says, as SQL."""
    if value is None:
        return "null"
    if column.kind is Kind.FLAG:
        return "true" if value == "yes" else "false"
    if column.kind is Kind.DATE:
        return f"try_cast({literal(value)} as date)"
    if column.kind in (Kind.HUNDREDTHS, Kind.MINUTES, Kind.CENTS):
        return _scaled(column, ColumnRule(column.name), literal(value))
    return literal(value)


def _filled(column: Column, rule: ColumnRule, typed: str, cell: str) -> str:
    """A blank cell becomes what the dialect says, else the table's default, else null."""
    stand_in = rule.blank if rule.blank is not None else column.default
    if stand_in is None:
        return typed
    return f"(case when {cell} is null then {constant(column, stand_in)} else {typed} end)"


def _typed(column: Column, rule: ColumnRule, cell: str) -> str:
    match column.kind:
        case Kind.DATE:
            return _date(rule, cell)
        case Kind.FLAG:
            return f"(case lower({cell}) when 'yes' then true when 'no' then false end)"
        case Kind.CHOICE:
            words = ", ".join(literal(choice) for choice in column.choices)
            return f"(case when {cell} in ({words}) then {cell} when lower({cell}) in ({words}) then lower({cell}) end)"
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
    unwrapped = f"coalesce(nullif(regexp_extract({cell}, '^=\"(.*)\"$', 1), ''), {cell})"
    bare = f"(case when starts_with({cell}, '=') then {unwrapped} else {cell} end)"
    if not rule.width:
        return bare
    return f"(case when length({bare}) < {rule.width} then lpad({bare}, {rule.width}, '0') else {bare} end)"


def _date(rule: ColumnRule, cell: str) -> str:
    serial = rule.unit == "excel serial"
    formats = rule.formats or (() if serial else (_DATE, _DATE_FROM_WORKBOOK))
    # %Y would take 26 for the year 26: a year of two digits is looked for first.
    ordered = sorted(formats, key=lambda form: "%Y" in form)
    listed = ", ".join(literal(form) for form in ordered)
    tries = [f"cast(try_strptime({cell}, [{listed}]) as date)"] if ordered else []
    if serial:
        days = f"(case when regexp_full_match({cell}, '{_SERIAL}') then try_cast(left({cell}, 5) as integer) end)"
        in_range = f"{days} between {_FIRST_SERIAL} and {_LAST_SERIAL}"
        tries.append(f"(case when {in_range} then date '1899-12-30' + {days} end)")
    return f"coalesce({', '.join(tries)})"


def _school_year(rule: ColumnRule, cell: str) -> str:
    """ "2026-27" from the spellings the design accepts, or from a PowerSchool term id (3500 is 2025-26)."""
    if rule.unit == "powerschool term id":
        first = f"(1990 + try_cast({cell} as integer) // 100)"
        valid = f"regexp_full_match({cell}, '[0-9]{{3,4}}')"
    elif rule.unit == "ending year":
        first = f"(try_cast({cell} as integer) - 1)"
        valid = f"regexp_full_match({cell}, '20[0-9]{{2}}')"
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
    target = "bigint" if column.kind is Kind.CENTS else "integer"
    return f"try_cast(round({_amount(column, rule, cell)}) as {target})"


def _amount(column: Column, rule: ColumnRule, cell: str) -> str:
    """The number of minor units, not yet rounded; null where the text is not in the declared unit."""
    minor = _minor(column)
    match rule.unit:
        case "minutes":
            return _number(cell)
        case "hours or clock":
            return f"coalesce({_clock(cell)}, {_number(cell)} * 60)"
        case "hours with unit":
            hours, minutes = _extracted(cell, _HOURS_AND_WORD), _extracted(cell, _MINUTES_AND_WORD)
            return f"coalesce({_clock(cell)}, {hours} * 60, {minutes})"
        case "percent":
            return f"({_extracted(cell, _PERCENT)} * {100 if column.percent else 1})"
        case "percent with decimal comma":
            return f"({_extracted(cell, _COMMA_PERCENT, comma='.')} * {100 if column.percent else 1})"
        case "share":
            return f"({_number(cell)} * {100 * minor if column.percent else minor})"
        case "decimal comma":
            return f"({_extracted(cell, f'({_COMMA_NUMBER})', comma='.')} * {minor})"
        case "dollars":
            return f"({_extracted(cell, _DOLLARS, comma='')} * {minor})"
        case _:
            return f"({_number(cell)} * {minor})"


def _minor(column: Column) -> int:
    return 60 if column.kind is Kind.MINUTES else 100


def _number(cell: str) -> str:
    return f"(case when regexp_full_match({cell}, '{_NUMBER}') then try_cast({cell} as double) end)"


def _extracted(cell: str, pattern: str, comma: str = ",") -> str:
    """The number that is the pattern's group, when all of the cell fits; `comma` is what a comma stands for."""
    number = f"regexp_extract({cell}, '^{pattern}$', 1)"
    return f"try_cast(nullif(replace({number}, ',', '{comma}'), '') as double)"


def _clock(cell: str) -> str:
    hours, minutes = (f"try_cast(split_part({cell}, ':', {place}) as integer)" for place in (1, 2))
    return f"(case when regexp_full_match({cell}, '{_CLOCK}') then {hours} * 60 + {minutes} end)"


def _refusals(column: Column, rule: ColumnRule, cell: str, typed: str) -> list[tuple[str, str]]:
    if column.kind in (Kind.STUDENT, Kind.STAFF):
        pattern = rule.pattern or _STUDENT_NUMBER
        return [
            (f"regexp_full_match({cell}, '{_SCIENTIFIC}')", "a number a spreadsheet has rounded"),
            (f"not regexp_full_match({typed}, {literal(pattern)})", "not the pattern of such a number"),
            (f"lower({cell}) in {_TOTALS}", "a line of totals"),
        ]
    if column.kind is Kind.TEXT:
        return []
    refusals = [(f"{cell} is not null and {typed} is null", _MEANINGS[column.kind])]
    if column.kind is Kind.DATE:
        # The database takes 9/1/26 for a day of the year 26, and "epoch" for one of 1900.
        refusals.append((f"{typed} not between {_FIRST_DAY} and {_LAST_DAY}", NOT_A_DATE))
    if column.low is not None or column.high is not None:
        # Before rounding: 100.4 percent of a day is more than a day.
        amount = _amount(column, rule, cell)
        ends = (("<", column.low), (">", column.high))
        bounds = [f"{amount} {sign} {end * _minor(column)}" for sign, end in ends if end is not None]
        refusals.append((" or ".join(bounds), "outside the range of this column"))
    return refusals


_MEANINGS = {
    Kind.DATE: NOT_A_DATE,
    Kind.FLAG: "not yes or no",
    Kind.CHOICE: "not one of the words of this column",
    Kind.SCHOOL_YEAR: "not a school year such as 2026-27",
    Kind.HUNDREDTHS: "not a number",
    Kind.MINUTES: "not a number of hours",
    Kind.CENTS: "not an amount",
}
